/**
 * A linearizability checker for histories of concurrent calls. {@link io.sinkron.transport.inmemory.check.History} takes down who asked what
 * and when, a {@link io.sinkron.transport.inmemory.check.Model} says what one object does when it is asked one thing at a time, and
 * {@link io.sinkron.transport.inmemory.check.Linearizability} looks for an order of the calls that fits both (Wing and Gong 1993, with Lowe's
 * memoisation, 2017). Split a history by key first: objects that are linearizable one by one are so together (Herlihy and Wing 1990,
 * theorem 1), and the search is exponential in what it looks at. Knows nothing of a cluster; everything but {@code History} is pure.
 */
package io.sinkron.transport.inmemory.check;

/**
 * A tour for strangers: three nodes in one process, over real TCP and real files, play the three services and the death of their leader.
 * {@link io.sinkron.examples.demo.Demo} starts and ends it; each {@code …Tour} is one chapter, written against the library's public API;
 * {@code Report} prints what was expected, what was seen, and whether that is the same.
 */
package io.sinkron.examples.demo;

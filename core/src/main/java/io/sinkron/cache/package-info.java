/**
 * Floor 2: the coherent cache, MESI over a network, as pure machines. {@link io.sinkron.cache.CacheNode} is what a node runs: a cache controller
 * (one line machine a key), a home controller (the ordering point of the keys that the ring gives to this node) and a keeper of other nodes'
 * backups. {@link io.sinkron.cache.LineTable} is the one part that other threads read. {@link io.sinkron.cache.MemoryTable} is the replicated main
 * memory. In come calls, messages, answers of main memory, views, leases and time; out go {@link io.sinkron.cache.CacheEffect}s.
 *
 * <p>Invariants: one node with E or M and no other readable copy, or any number of S (for nodes whose lease is valid); every readable copy is
 * the last write that anybody has been told of; dirty data stays with its node until main memory has it; nothing acknowledged as
 * {@code BACKED_UP} is lost with one node. The transition tables and the rules P1 to P13 that carry them: {@code docs/mesi.md}.
 */
package io.sinkron.cache;

/**
 * Floor 5: what turns the pure {@link io.sinkron.node.Node} into a running one: the event loop with the real clock, the storage thread with its group commit, the snapshot thread, calls of
 * the external stores, request futures, and events for listeners. All threads of a node live here, and nowhere below.
 */
package io.sinkron.runtime;

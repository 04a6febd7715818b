/**
 * Floor 4: {@link io.sinkron.node.Node}, the composition of the machines below into one pure machine: inputs in, effects out. {@code ReplicatedState} is
 * what the log is applied to and {@code Applier} the way into it and out to snapshots; {@code Proposer} gets this node's commands applied exactly once; {@code LeaderDuties} is what only the leader does. Nothing here
 * has a thread, a clock or I/O, so the simulator runs exactly what production runs.
 *
 * <p>Invariants: entries are applied in order, once; every call is completed exactly once; a node serves as queue owner and cache home only while its lease
 * is valid and the active view has its incarnation; what only a sure leader may do is done only while a majority has answered lately.
 */
package io.sinkron.node;

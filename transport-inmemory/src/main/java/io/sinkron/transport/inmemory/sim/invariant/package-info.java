/**
 * What must never happen, checked from outside while a simulation runs. {@link io.sinkron.transport.inmemory.sim.invariant.RaftInvariants} keeps a
 * shadow of each node's log, in memory and on disk, from what the node asks its disk to do, and compares it with all others and with every message
 * that leaves; {@link io.sinkron.transport.inmemory.sim.invariant.CacheInvariants} looks at the lines of all nodes at once. What only clients can
 * see (lock exclusion, lost messages, stale reads) is checked by the workloads. The numbers are those of {@code docs/verification.md}.
 */
package io.sinkron.transport.inmemory.sim.invariant;

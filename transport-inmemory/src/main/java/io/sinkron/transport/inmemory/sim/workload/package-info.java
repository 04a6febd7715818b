/**
 * Clients that use a simulated cluster and remember what they were told. Each {@link io.sinkron.transport.inmemory.sim.workload.Workload} drives one
 * service through the node's own call interface, from outside the cluster: its clients survive the nodes, try again elsewhere with the same
 * idempotency key, and know at any moment what they may rely on. A promise that is broken ends the run with a
 * {@link io.sinkron.transport.inmemory.sim.world.Violation}. Write your own against
 * {@link io.sinkron.transport.inmemory.sim.workload.Environment}.
 */
package io.sinkron.transport.inmemory.sim.workload;

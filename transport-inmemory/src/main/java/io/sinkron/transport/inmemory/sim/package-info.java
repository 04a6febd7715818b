/**
 * The simulator's face: {@link io.sinkron.transport.inmemory.sim.Simulation} runs a whole cluster of production nodes in one thread and virtual
 * time, breaks what a seed says, lets clients work, checks invariants after every step, then heals everything and demands that the cluster
 * serves again. Below it: {@code world} (time, network, disks, processes), {@code workload} (clients), {@code invariant} (what is
 * checked from outside). One seed decides everything.
 */
package io.sinkron.transport.inmemory.sim;

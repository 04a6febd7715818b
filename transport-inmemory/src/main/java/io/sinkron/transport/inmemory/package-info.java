/**
 * Nodes that live in one process. {@link io.sinkron.transport.inmemory.InMemoryNetwork} joins several instances of Sinkron in one JVM, on
 * real threads, with switches that cut and drop; {@link io.sinkron.transport.inmemory.SimulatedDisk} is a directory in memory that a crash
 * robs of what was not forced. The deterministic simulator that needs no threads at all is in the package {@code sim}, the linearizability
 * checker in {@code check}. All of it is for users' tests as well as for ours.
 */
package io.sinkron.transport.inmemory;

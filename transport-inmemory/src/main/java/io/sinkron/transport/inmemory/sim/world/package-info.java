/**
 * The virtual machine room: time that passes from event to event ({@link io.sinkron.transport.inmemory.sim.world.Scheduler}), clocks that drift,
 * a network that loses, delays, repeats and cuts, disks that forget, and in the middle the production
 * {@link io.sinkron.node.Node} and the production write-ahead log. One thread; every choice is drawn from generators split off one seed; no
 * hash order, clock or identity of the JVM gets in, so the same seed gives the same events on every machine. What happens is shown to
 * {@link io.sinkron.transport.inmemory.sim.world.WorldObserver}s, which may stop the run with a
 * {@link io.sinkron.transport.inmemory.sim.world.Violation}.
 */
package io.sinkron.transport.inmemory.sim.world;

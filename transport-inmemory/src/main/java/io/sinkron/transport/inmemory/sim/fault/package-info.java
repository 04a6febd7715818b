/**
 * What breaks in a run. {@link io.sinkron.transport.inmemory.sim.fault.FaultDraw} decides from the seed, as a list of
 * {@link io.sinkron.transport.inmemory.sim.fault.PlannedFault}, before the run begins; {@link io.sinkron.transport.inmemory.sim.fault.FaultInjector}
 * carries the list out. So a run can be tried again with fewer faults.
 */
package io.sinkron.transport.inmemory.sim.fault;

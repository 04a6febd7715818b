/**
 * Floor 2: who is live, who owns what, and until when. {@link io.sinkron.cluster.ViewTable} is the replicated view, changed by
 * {@link io.sinkron.cluster.ClusterCommand}s only; {@link io.sinkron.cluster.ViewKeeper} is the leader's side that decides on those
 * commands and grants node leases; {@link io.sinkron.cluster.LeaseHolder} is the member's side of a lease; {@link io.sinkron.cluster.Ring}
 * says who owns a key in a view, {@link io.sinkron.cluster.BoundedLoads} how to spread few keys evenly.
 *
 * <p>In come lease requests, installed views and time; out go grants and commands to propose. Invariants: epochs grow by one, incarnations
 * never fall, a view is never empty after the first, a view is activated only when all of its members have installed it, and no member
 * leaves a view while a lease that it may hold is valid by its own clock. Knows {@code common} alone; all of it is pure.
 */
package io.sinkron.cluster;

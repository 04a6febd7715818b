/** A transport between nodes that live in one process, a deterministic simulator of a cluster, and a linearizability checker. */
module io.sinkron.transport.inmemory {
    requires transitive io.sinkron.core;
    requires org.slf4j;

    exports io.sinkron.transport.inmemory;
    exports io.sinkron.transport.inmemory.check;
    exports io.sinkron.transport.inmemory.sim;
    exports io.sinkron.transport.inmemory.sim.fault;
    exports io.sinkron.transport.inmemory.sim.workload;
    exports io.sinkron.transport.inmemory.sim.world;
    exports io.sinkron.transport.inmemory.sim.invariant;
}

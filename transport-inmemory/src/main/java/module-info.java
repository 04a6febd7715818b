/** A transport between nodes that live in one process, a deterministic simulator of a cluster, and a linearizability checker. */
module io.sinkron.transport.inmemory {
    requires transitive io.sinkron.core;
    requires org.slf4j;

    exports io.sinkron.transport.inmemory;
    exports io.sinkron.transport.inmemory.check;
}

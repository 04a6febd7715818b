/** The core of Sinkron: the pure machines, the interfaces of the adapters, and the public face. */
module io.sinkron.core {
    requires org.slf4j;

    exports io.sinkron;
    exports io.sinkron.cache;
    exports io.sinkron.cluster;
    exports io.sinkron.common;
    exports io.sinkron.lock;
    exports io.sinkron.node;
    exports io.sinkron.queue;
    exports io.sinkron.raft;
    exports io.sinkron.spi;
    exports io.sinkron.wal;
    exports io.sinkron.wire;
}

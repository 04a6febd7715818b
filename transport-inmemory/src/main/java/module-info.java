/** A transport between nodes that live in one process. */
module io.sinkron.transport.inmemory {
    requires transitive io.sinkron.core;
    requires org.slf4j;
}

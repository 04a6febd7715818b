/** Queues and the cache's main memory in Redis, over Lettuce. Netty only because Lettuce shows its futures. */
module io.sinkron.redis {
    requires transitive io.sinkron.core;
    requires io.netty.common;
    requires lettuce.core;
    requires org.slf4j;

    exports io.sinkron.redis;
}

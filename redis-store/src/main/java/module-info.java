/** A store kept in Redis, over Lettuce. */
module io.sinkron.redis {
    requires transitive io.sinkron.core;
    requires lettuce.core;
    requires org.slf4j;
}

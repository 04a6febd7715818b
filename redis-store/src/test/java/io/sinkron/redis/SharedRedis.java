package io.sinkron.redis;

/** One Redis for all tests that only need one, for as long as the JVM runs; each test takes a prefix or a queue of its own. */
final class SharedRedis {
    private static final RedisProcess REDIS = start();

    private SharedRedis() {}

    static String uri() {
        return REDIS.uri();
    }

    static RedisProcess process() {
        return REDIS;
    }

    private static RedisProcess start() {
        RedisProcess redis = RedisProcess.start();
        Runtime.getRuntime().addShutdownHook(new Thread(redis::close));
        return redis;
    }
}

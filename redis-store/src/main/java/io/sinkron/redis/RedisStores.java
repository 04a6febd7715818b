package io.sinkron.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.sinkron.spi.MemoryStore;
import io.sinkron.spi.QueueStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two stores kept in one Redis (6.2 or newer, a primary, alone or behind Sentinel). Connections that are lost come back by themselves;
 * until then calls fail at once. Commands are never sent twice: a call whose answer was lost fails as "maybe applied".
 *
 * <p>At start it logs a warning for each setting of Redis that endangers acknowledged messages. Thread-safe.
 */
public final class RedisStores implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisStores.class);
    private static final Duration MAX_RECONNECT_DELAY = Duration.ofSeconds(1);
    private static final int IO_THREADS = 2;
    private static final long SHUTDOWN_SECONDS = 2;

    private final RedisClient client;
    private final ClientResources resources;
    private final RedisQueueStore queueStore;
    private final RedisMemoryStore memoryStore;
    private final List<String> warnings;
    private final AtomicInteger openStores = new AtomicInteger(2);

    private RedisStores(RedisClient client, ClientResources resources, RedisOptions options, Supplier<String> clock) {
        this.client = client;
        this.resources = resources;
        List<RedisChannel> channels = new ArrayList<>(options.connections());
        StatefulRedisConnection<byte[], byte[]> memory = client.connect(ByteArrayCodec.INSTANCE);
        this.warnings = DurabilityCheck.warnings(memory.sync());
        for (Script script : List.of(Script.QUEUE, Script.MEMORY, Script.UNLIST)) {
            memory.sync().scriptLoad(script.text());
        }
        for (int i = 0; i < options.connections(); i++) {
            channels.add(new RedisChannel(client.connect(ByteArrayCodec.INSTANCE), options));
        }
        this.queueStore = new RedisQueueStore(options, channels, clock, this::storeClosed);
        this.memoryStore = new RedisMemoryStore(options, new RedisChannel(memory, options), this::storeClosed);
    }

    /**
     * Connects, and looks at how well Redis keeps what it is given.
     *
     * @param uri such as {@code redis://user:password@host:6379/0}, {@code rediss://…} for TLS, {@code redis-sentinel://…}
     * @throws IOException if Redis isn't reachable within the connect timeout or refuses; its message is one line without the password
     * @throws IllegalArgumentException for a URI that is none
     */
    public static RedisStores connect(String uri, RedisOptions options) throws IOException {
        return connect(uri, options, () -> "");
    }

    /** With a clock for tests, in milliseconds; the empty text is the time of Redis. */
    static RedisStores connect(String uri, RedisOptions options, Supplier<String> clock) throws IOException {
        RedisURI address = RedisURI.create(uri);
        address.setTimeout(options.commandTimeout());
        ClientResources resources = DefaultClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(IO_THREADS)
                .reconnectDelay(Delay.exponential(Duration.ofMillis(10), MAX_RECONNECT_DELAY, 2, TimeUnit.MILLISECONDS))
                .build();
        RedisClient client = RedisClient.create(resources, address);
        client.setOptions(clientOptions(options));
        try {
            RedisStores stores = new RedisStores(client, resources, options, clock);
            stores.warnings.forEach(warning -> LOG.warn("{}", warning));
            return stores;
        } catch (RedisException e) {
            shutdown(client, resources);
            throw new IOException("no Redis at " + address + ": " + rootMessage(e), e);
        }
    }

    private static ClientOptions clientOptions(RedisOptions options) {
        return ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .requestQueueSize(2 * options.maxOutstanding() + 16)
                .timeoutOptions(TimeoutOptions.enabled(options.commandTimeout()))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(options.connectTimeout())
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .build();
    }

    /** The queues; the same object at each call. */
    public QueueStore queueStore() {
        return queueStore;
    }

    /** The cache's main memory; the same object at each call. */
    public MemoryStore memoryStore() {
        return memoryStore;
    }

    /** What endangers acknowledged writes, as seen when the connection was made: a sentence each, empty for nothing. */
    public List<String> durabilityWarnings() {
        return warnings;
    }

    /** Closes both stores. Idempotent. */
    @Override
    public void close() {
        queueStore.close();
        memoryStore.close();
    }

    private void storeClosed() {
        if (openStores.decrementAndGet() == 0) {
            shutdown(client, resources);
        }
    }

    private static void shutdown(RedisClient client, ClientResources resources) {
        client.shutdownAsync(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).handle((done, error) -> {
            resources.shutdown(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
            return CompletableFuture.completedFuture(null);
        });
    }

    private static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }
}

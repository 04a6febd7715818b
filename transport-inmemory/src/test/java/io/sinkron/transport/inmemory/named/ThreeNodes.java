package io.sinkron.transport.inmemory.named;

import io.sinkron.CacheConfig;
import io.sinkron.NamedCache;
import io.sinkron.Sinkron;
import io.sinkron.cache.CacheOptions;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftOptions;
import io.sinkron.transport.inmemory.InMemoryNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Three whole nodes of one cluster in this process. */
final class ThreeNodes implements AutoCloseable {
    private static final List<String> NAMES = List.of("n1", "n2", "n3");
    /** Elected sooner than by default, and still slower than the pauses of a busy machine. */
    private static final RaftOptions RAFT = RaftOptions.DEFAULT.withTimes(
            TimeUnit.MILLISECONDS.toNanos(300), TimeUnit.MILLISECONDS.toNanos(600), TimeUnit.MILLISECONDS.toNanos(50));

    private static final long PATIENCE_SECONDS = 20;

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final List<Sinkron> nodes = new ArrayList<>();
    private final AtomicInteger names = new AtomicInteger();

    /** Starts them and waits until all serve. */
    static ThreeNodes start() throws Exception {
        return start(CacheOptions.DEFAULT);
    }

    /** The same with other options of the cache. */
    static ThreeNodes start(CacheOptions options) throws Exception {
        ThreeNodes three = new ThreeNodes();
        for (String name : NAMES) {
            three.nodes.add(Sinkron.builder()
                    .node(name)
                    .peers(NAMES)
                    .cacheOptions(options)
                    .raft(RAFT)
                    .transport(three.network.transport(NodeId.of(name)))
                    .volatileLog()
                    .start());
        }
        for (Sinkron node : three.nodes) {
            node.whenReady().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        return three;
    }

    /** A node, counted from 0. */
    Sinkron node(int index) {
        return nodes.get(index);
    }

    InMemoryNetwork network() {
        return network;
    }

    /** A name that no test has used. */
    String freshName() {
        return "cache-" + names.incrementAndGet();
    }

    /** A cache opened at all nodes alike. */
    <K, V> List<NamedCache<K, V>> open(CacheConfig<K, V> config) {
        return open(index -> config);
    }

    /** A cache opened at all nodes, at each with what is given for it. */
    <K, V> List<NamedCache<K, V>> open(IntFunction<CacheConfig<K, V>> configs) {
        List<NamedCache<K, V>> caches = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            caches.add(nodes.get(i).cache(configs.apply(i)));
        }
        return caches;
    }

    @Override
    public void close() {
        nodes.forEach(Sinkron::halt);
    }
}

package io.sinkron;

import io.sinkron.cache.CacheOptions;
import io.sinkron.cluster.LeaseOptions;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockLimits;
import io.sinkron.node.NodeOptions;
import io.sinkron.queue.QueueBrokerOptions;
import io.sinkron.raft.RaftOptions;
import io.sinkron.runtime.EventLoop;
import io.sinkron.runtime.Parts;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.MemoryStore;
import io.sinkron.spi.QueueStore;
import io.sinkron.spi.Transport;
import io.sinkron.wal.FileDisk;
import io.sinkron.wal.FileLogOptions;
import io.sinkron.wal.FileLogStore;
import io.sinkron.wal.VolatileLogStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of a Sinkron cluster inside this process, and the way to its services.
 *
 * <pre>{@code
 * try (Sinkron node = Sinkron.builder().node("n1").volatileLog().start()) {
 *     node.whenReady().toCompletableFuture().join();
 *     try (LockSession session = node.locks().openSession()) {
 *         Granted granted = session.lock("orders", Duration.ofSeconds(5));
 *         node.queues().send("mails", "hello".getBytes(UTF_8));
 *         node.cache().put("greeting", "hello");
 *         session.unlock(granted);
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe. Continuations of the returned stages run on the builder's callback executor.
 */
public final class Sinkron implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sinkron.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final EventLoop loop;
    private final ScheduledExecutorService timer;
    private final Locks locks;
    private final Queues queues;
    private final Caches cache;
    private final NamedCaches named;
    private final Clusters cluster;
    private final Object closing = new Object();
    private ShutdownReport report;

    private Sinkron(EventLoop loop, NodeOptions options) {
        this.loop = loop;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sinkron-" + options.self() + "-keepalive");
            thread.setDaemon(true);
            return thread;
        });
        Calls calls = new Calls(loop);
        this.locks = new Locks(calls, timer);
        this.queues = new Queues(calls);
        LineCalls lines = new LineCalls(calls, options.limits().maxCommandBytes() / 2);
        this.cache = new Caches(lines);
        this.named = new NamedCaches(lines, new ChangeFeed(calls, lines), options.cache());
        this.cluster = new Clusters(calls, options);
        loop.whenStopped().whenComplete((done, error) -> timer.shutdownNow());
    }

    /** Starts with every default. */
    public static Builder builder() {
        return new Builder();
    }

    /** The lock manager. */
    public LockService locks() {
        return locks;
    }

    /** The message queues. */
    public QueueService queues() {
        return queues;
    }

    /** The coherent cache of bytes that has no name. */
    public CacheService cache() {
        return cache;
    }

    /**
     * A coherent cache with a name, types and options of its own; opened if it isn't open at this node yet. Returns at once: whether the other nodes use it with the same
     * codecs, each call finds out, and {@link NamedCache#whenOpen} tells.
     *
     * @throws CacheMismatchException if it is open in this process with other options
     * @throws BadRequestException if it is to serve stale values and the node isn't
     */
    public <K, V> NamedCache<K, V> cache(CacheConfig<K, V> config) {
        return named.open(config);
    }

    /** What this node knows of the cluster. */
    public ClusterService cluster() {
        return cluster;
    }

    /** Done when this node can serve for the first time: there is a leader, and this node is in its view and has a lease. */
    public CompletionStage<Void> whenReady() {
        return loop.whenReady().minimalCompletionStage();
    }

    /** Done when this node has stopped; fails with the reason if it had to stop, such as a failed disk. */
    public CompletionStage<Void> whenStopped() {
        return loop.whenStopped().minimalCompletionStage();
    }

    /** Stops at once, without writing dirty cache lines back: what a crash leaves behind, but for files and sockets, which are closed. */
    public void halt() {
        loop.halt();
    }

    /**
     * Writes dirty cache lines back, within five seconds, hands the leadership over if this node leads, within two more, and stops. Idempotent; open calls
     * end as unknown. The node still belongs to the cluster: to take it out for good use {@link ClusterService#remove}.
     */
    @Override
    public void close() {
        shutdown(CLOSE_PATIENCE);
    }

    /**
     * As {@link #close}, with a time of one's own for writing back, and with a report of what is not in main memory by then; that is logged as well.
     * Repeated, it returns the first one's report.
     *
     * @param patience how long dirty cache lines are written back at most
     */
    public ShutdownReport shutdown(Duration patience) {
        synchronized (closing) {
            if (report == null) {
                named.close();
                report = ShutdownReport.of(loop.shutdown(patience));
                if (report.unsaved() > 0) {
                    LOG.warn("{} cache entries are not in main memory: {}", report.unsaved(), report);
                }
            }
            return report;
        }
    }

    /**
     * Puts a node together. A cluster of one node needs a name and a log; more nodes need the names of all and a {@link Transport}. What is not set has its
     * default; {@link #start} checks the whole. Not thread-safe.
     */
    public static final class Builder {
        private String cluster = "sinkron";
        private NodeId node;
        private SortedMap<NodeId, String> founders = new TreeMap<>();
        private SortedSet<NodeId> seeds = new TreeSet<>();
        private boolean isJoining;
        private Transport transport;
        private Path directory;
        private FileLogOptions fileLog = FileLogOptions.DEFAULT;
        private LogStore logStore;
        private QueueStore queueStore;
        private MemoryStore memoryStore;
        private String address = "";
        private String http = "";
        private int weight = 1;
        private Executor callbacks = ForkJoinPool.commonPool();
        private RaftOptions raft = RaftOptions.DEFAULT;
        private LeaseOptions lease = LeaseOptions.DEFAULT;
        private LockLimits lockLimits = LockLimits.DEFAULT;
        private QueueBrokerOptions queueOptions = QueueBrokerOptions.DEFAULT;
        private CacheOptions cacheOptions = CacheOptions.DEFAULT;
        private NodeOptions.Limits limits = NodeOptions.Limits.DEFAULT;

        Builder() {}

        /** The cluster's name, the same on all nodes; nodes of another one are refused. Default {@code sinkron}. */
        public Builder cluster(String name) {
            cluster = Objects.requireNonNull(name, "name");
            return this;
        }

        /** This node's name, stable over restarts. Required. */
        public Builder node(String id) {
            node = NodeId.of(id);
            return this;
        }

        /**
         * The names of the nodes that found the cluster, this one among them, the same on all: one to seven. Default: this node alone. The node's log knows
         * better once there were changes of the members; then this only says whom the transport knows.
         */
        public Builder peers(Collection<String> ids) {
            SortedMap<String, String> addresses = new TreeMap<>();
            ids.forEach(id -> addresses.put(id, ""));
            return peers(addresses);
        }

        /** {@link #peers(Collection)} with the addresses by which nodes that join later reach the founders. */
        public Builder peers(Map<String, String> addresses) {
            founders = new TreeMap<>();
            addresses.forEach((id, at) -> founders.put(NodeId.of(id), at));
            seeds = new TreeSet<>(founders.keySet());
            isJoining = false;
            return this;
        }

        /**
         * This node joins a cluster that is there already, instead of founding one: it waits until a member adds it ({@link ClusterService#addVoter}).
         *
         * @param members the names of all present members, as the transport knows them: any of them may lead
         */
        public Builder join(Collection<String> members) {
            founders = new TreeMap<>();
            seeds = new TreeSet<>(members.stream().map(NodeId::of).toList());
            isJoining = true;
            return this;
        }

        /** How messages get to the peers. Required unless this node is alone. */
        public Builder transport(Transport carrier) {
            transport = Objects.requireNonNull(carrier, "carrier");
            return this;
        }

        /** Keeps the log in files of this directory, which is made if need be. */
        public Builder dataDirectory(Path path) {
            directory = Objects.requireNonNull(path, "path");
            logStore = null;
            return this;
        }

        /** How the files of {@link #dataDirectory} are laid out. */
        public Builder fileLog(FileLogOptions options) {
            fileLog = Objects.requireNonNull(options, "options");
            return this;
        }

        /**
         * Keeps the log in memory only: what was acknowledged is lost when a majority of nodes stops, and a node that stopped must not come back under its
         * name while the others go on. For development and tests.
         */
        public Builder volatileLog() {
            return logStore(new VolatileLogStore(System.currentTimeMillis()));
        }

        /** Keeps the log in another store. */
        public Builder logStore(LogStore store) {
            logStore = Objects.requireNonNull(store, "store");
            directory = null;
            return this;
        }

        /** Keeps queues in an external store, such as Redis, instead of the cluster's own replicated one. The same on all nodes. */
        public Builder queueStore(QueueStore store) {
            queueStore = Objects.requireNonNull(store, "store");
            return this;
        }

        /** Keeps the cache's main memory in an external store instead of the cluster's own replicated one. The same on all nodes. */
        public Builder memoryStore(MemoryStore store) {
            memoryStore = Objects.requireNonNull(store, "store");
            return this;
        }

        /** Where this node's transport and HTTP API listen; shown to people, nothing connects by it. */
        public Builder addresses(String transportAddress, String httpAddress) {
            address = Objects.requireNonNull(transportAddress, "transportAddress");
            http = Objects.requireNonNull(httpAddress, "httpAddress");
            return this;
        }

        /** This node's share of the ring relative to others, 1 to 100. Default 1. */
        public Builder weight(int share) {
            weight = share;
            return this;
        }

        /**
         * Runs the continuations of calls. Default: the common pool, where continuations may block. {@code Runnable::run} runs them on the node's own thread, which is
         * fastest and forbids them to block.
         */
        public Builder callbacks(Executor executor) {
            callbacks = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /** Raft's timing and bounds. */
        public Builder raft(RaftOptions options) {
            raft = Objects.requireNonNull(options, "options");
            return this;
        }

        /** The node leases' timing. */
        public Builder lease(LeaseOptions options) {
            lease = Objects.requireNonNull(options, "options");
            return this;
        }

        /** The lock table's bounds; the same on all nodes. */
        public Builder lockLimits(LockLimits bounds) {
            lockLimits = Objects.requireNonNull(bounds, "bounds");
            return this;
        }

        /** The queue broker's timing and bounds. */
        public Builder queueOptions(QueueBrokerOptions options) {
            queueOptions = Objects.requireNonNull(options, "options");
            return this;
        }

        /** The cache's size, timing and bounds. */
        public Builder cacheOptions(CacheOptions options) {
            cacheOptions = Objects.requireNonNull(options, "options");
            return this;
        }

        /** The node's own bounds. */
        public Builder limits(NodeOptions.Limits bounds) {
            limits = Objects.requireNonNull(bounds, "bounds");
            return this;
        }

        /**
         * Recovers the log and starts the node; {@link Sinkron#whenReady} says when it serves. The node owns the transport and the stores from here on and closes
         * them, also when this fails.
         *
         * @throws IOException if the log is damaged or in use, or the transport's address can't be had
         * @throws IllegalArgumentException if something is missing or doesn't fit
         */
        public Sinkron start() throws IOException {
            if (node == null) {
                throw new IllegalArgumentException("a node needs a name: node(\"n1\")");
            }
            if (founders.isEmpty() && !isJoining) {
                founders.put(node, "");
            }
            NodeOptions options = new NodeOptions(
                    node,
                    founders,
                    seeds,
                    weight,
                    address,
                    http,
                    queueStore != null,
                    memoryStore != null,
                    0,
                    limits,
                    raft,
                    lease,
                    lockLimits,
                    queueOptions,
                    cacheOptions);
            if (transport == null && (options.founders().size() > 1 || isJoining)) {
                throw new IllegalArgumentException("a cluster of more than one node needs a transport");
            }
            Parts parts = new Parts(
                    cluster,
                    options,
                    transport == null ? new LoneTransport() : transport,
                    openLog(),
                    Optional.ofNullable(queueStore),
                    Optional.ofNullable(memoryStore),
                    callbacks,
                    new SecureRandom().nextLong());
            return new Sinkron(EventLoop.start(parts), options);
        }

        private LogStore openLog() throws IOException {
            if (logStore != null) {
                return logStore;
            }
            if (directory == null) {
                throw new IllegalArgumentException("a node needs a log: dataDirectory(path) or volatileLog()");
            }
            // A disk that was emptied must not pass for the one that it was: its first start comes after all that may
            // have been before.
            return new FileLogStore(FileDisk.open(directory), fileLog, System.currentTimeMillis());
        }
    }
}

package io.sinkron.node;

import io.sinkron.cache.CacheOptions;
import io.sinkron.cluster.LeaseOptions;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockLimits;
import io.sinkron.queue.QueueBrokerOptions;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.RaftOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a {@link Node} is composed. Immutable, validated here once.
 *
 * @param self this node
 * @param founders the voters that the Raft group begins with, one to seven, this node among them, with their transport addresses as far as they are
 *     known; the same on all of them. Empty for a node that joins a group that is there already. What the node's own log says of later members
 *     wins over this
 * @param seeds the nodes that its transport was configured with, to be heard until the group's leader has called this node a member
 * @param weight this node's weight on the ring, 1 to 100
 * @param address where this node's transport listens, shown to people
 * @param http where this node's HTTP API listens, shown to people
 * @param externalQueues whether queues live in an external store instead of the replicated one
 * @param externalMemory whether the cache's main memory is an external store instead of the replicated one
 * @param ringSeed seeds the ring's points; the same on all nodes for the cluster's life
 * @param limits the bounds of this node's own queues and timers
 */
public record NodeOptions(
        NodeId self,
        SortedMap<NodeId, String> founders,
        SortedSet<NodeId> seeds,
        int weight,
        String address,
        String http,
        boolean externalQueues,
        boolean externalMemory,
        long ringSeed,
        Limits limits,
        RaftOptions raft,
        LeaseOptions lease,
        LockLimits locks,
        QueueBrokerOptions queues,
        CacheOptions cache) {
    /** The most founders. */
    public static final int MAX_VOTERS = 7;

    /** Rejects founders without this node, or too many. */
    public NodeOptions {
        Objects.requireNonNull(self, "self");
        founders = Collections.unmodifiableSortedMap(new TreeMap<>(founders));
        seeds = Collections.unmodifiableSortedSet(new TreeSet<>(seeds));
        if (founders.size() > MAX_VOTERS) {
            throw new IllegalArgumentException(
                    "there are " + founders.size() + " voters, allowed are 1 to " + MAX_VOTERS);
        }
        if (!founders.isEmpty() && !founders.containsKey(self)) {
            throw new IllegalArgumentException("this node, " + self + ", is not among the voters " + founders.keySet());
        }
        // A full log must hold enough that is committed for a snapshot to be due, or it would stay full.
        long least = limits.snapshotAfterBytes() + raft.maxUncommittedBytes() + limits.maxCommandBytes();
        if (limits.maxLogBytes() <= least) {
            throw new IllegalArgumentException("maxLogBytes is " + limits.maxLogBytes()
                    + ", allowed is from above snapshotAfterBytes, maxUncommittedBytes and maxCommandBytes together, "
                    + least);
        }
    }

    /** A founder whose peers' addresses its transport knows by itself. */
    public NodeOptions(
            NodeId self,
            List<NodeId> voters,
            int weight,
            String address,
            String http,
            boolean externalQueues,
            boolean externalMemory,
            long ringSeed,
            Limits limits,
            RaftOptions raft,
            LeaseOptions lease,
            LockLimits locks,
            QueueBrokerOptions queues,
            CacheOptions cache) {
        this(
                self,
                founding(voters),
                new TreeSet<>(voters),
                weight,
                address,
                http,
                externalQueues,
                externalMemory,
                ringSeed,
                limits,
                raft,
                lease,
                locks,
                queues,
                cache);
    }

    private static SortedMap<NodeId, String> founding(List<NodeId> voters) {
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("there are 0 voters, allowed are 1 to " + MAX_VOTERS);
        }
        SortedMap<NodeId, String> founders = new TreeMap<>();
        voters.forEach(voter -> founders.put(voter, ""));
        return founders;
    }

    /** The founders' names, in order. */
    public List<NodeId> voters() {
        return List.copyOf(founders.keySet());
    }

    /** What the group begins with, as this node knows. */
    Configuration founding() {
        SortedMap<NodeId, String> known = new TreeMap<>(founders);
        known.values().removeIf(String::isEmpty);
        return isJoining() ? Configuration.EMPTY : Configuration.founding(founders.keySet(), known);
    }

    /** Whether this node joins a group that is there already, instead of founding one. */
    public boolean isJoining() {
        return founders.isEmpty();
    }

    /** Every default, for a node whose stores are the replicated ones. */
    public static NodeOptions of(NodeId self, List<NodeId> voters) {
        return new NodeOptions(
                self,
                voters,
                1,
                "",
                "",
                false,
                false,
                0,
                Limits.DEFAULT,
                RaftOptions.DEFAULT,
                LeaseOptions.DEFAULT,
                LockLimits.DEFAULT,
                QueueBrokerOptions.DEFAULT,
                CacheOptions.DEFAULT);
    }

    /**
     * The bounds of a node's own queues and timers.
     *
     * @param openCalls the most calls that may be open at once; one more is refused. 65 536: at a hundred thousand calls a second, half a
     *     second's worth
     * @param answerWindow the most sequence numbers between the oldest open command and the newest, so that the table of remembered answers
     *     stays bounded; 1 048 576
     * @param resendNanos after how long an unanswered command is handed to the leader again; 1 s, well above a healthy round trip
     * @param batchCommands the most commands in one message to the leader; 1 024
     * @param batchBytes the most bytes in one message to the leader, unless a single command is longer; 1 MiB
     * @param maxCommandBytes the longest command; 8 MiB, which holds a batch of eight bodies of the HTTP API's limit
     * @param snapshotAfterBytes a snapshot is taken when the log behind the last one has grown so long; 64 MiB
     * @param maxLogBytes how long the log behind the last snapshot may be, when snapshots are slower made than commands written: then a leader refuses
     *     proposals and a follower takes no entries until the next one is there. Held in memory; 512 MiB, above {@code snapshotAfterBytes} and what may wait for
     *     commit together
     */
    public record Limits(
            int openCalls,
            int answerWindow,
            long resendNanos,
            int batchCommands,
            int batchBytes,
            int maxCommandBytes,
            long snapshotAfterBytes,
            long maxLogBytes) {
        /** The defaults named above. */
        public static final Limits DEFAULT = new Limits(
                65_536, 1 << 20, Duration.ofSeconds(1).toNanos(), 1_024, 1 << 20, 8 << 20, 64L << 20, 512L << 20);

        /** Rejects a bound below one. */
        public Limits {
            if (openCalls < 1
                    || answerWindow < 1
                    || resendNanos < 1
                    || batchCommands < 1
                    || batchBytes < 1
                    || maxCommandBytes < 1
                    || snapshotAfterBytes < 1
                    || maxLogBytes < 1) {
                throw new IllegalArgumentException("a node's limits must all be positive: openCalls " + openCalls
                        + ", answerWindow " + answerWindow + ", resendNanos " + resendNanos + ", batchCommands "
                        + batchCommands
                        + ", batchBytes " + batchBytes + ", maxCommandBytes " + maxCommandBytes
                        + ", snapshotAfterBytes "
                        + snapshotAfterBytes + ", maxLogBytes " + maxLogBytes);
            }
        }
    }
}

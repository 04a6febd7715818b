package io.sinkron.cache;

import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import java.util.random.RandomGenerator;

/** What the machines of one node share: who it is, the view, the time, and the way out. Changed by {@link CacheNode} only. */
final class Context {
    final CacheOptions options;
    final NodeId self;
    final Outbox outbox;
    final Timers timers = new Timers();
    private final RandomGenerator random;

    /** The time of this turn, monotonic nanoseconds. */
    long now;
    /** The installed view. */
    View view = View.EMPTY;
    /** The active view's placement; null between a view's installation and its activation, and where this node isn't a member. */
    Placement placement;
    /** Whether this node's lease is valid in this turn. */
    boolean isServing;
    /** Cluster time minus the monotonic clock, in nanoseconds. */
    long clusterOffsetNanos;

    Context(CacheOptions options, NodeId self, RandomGenerator random) {
        this.options = options;
        this.self = self;
        this.outbox = new Outbox(self);
        this.random = random;
    }

    long epoch() {
        return view.epoch();
    }

    long clusterMillis() {
        return (now + clusterOffsetNanos) / 1_000_000;
    }

    /** A number from 0 to below the bound. */
    long random(long bound) {
        return random.nextLong(bound);
    }

    /** When to send again what isn't answered: up to a quarter later at random, lest all nodes do it at once. */
    long retryAt() {
        return now + options.retryNanos() + random.nextLong(options.retryNanos() / 4 + 1);
    }
}

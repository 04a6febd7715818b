package io.sinkron;

import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import io.sinkron.node.NodeEvent;
import io.sinkron.node.NodeOptions;
import io.sinkron.node.NodeStatus;
import io.sinkron.runtime.EventLoop;
import io.sinkron.runtime.EventSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What the node knows, read from its last turn's status. */
final class Clusters implements ClusterService {
    private final EventLoop loop;
    private final NodeOptions options;
    private volatile Ring ring;
    private volatile View ringOf = View.EMPTY;

    Clusters(EventLoop loop, NodeOptions options) {
        this.loop = loop;
        this.options = options;
        this.ring = Ring.of(View.EMPTY, options.ringSeed());
    }

    @Override
    public NodeId self() {
        return options.self();
    }

    @Override
    public List<NodeId> voters() {
        return options.voters();
    }

    @Override
    public NodeStatus status() {
        return loop.status();
    }

    @Override
    public synchronized Ring ring() {
        View active = loop.status().active();
        if (active.epoch() != ringOf.epoch()) {
            ring = Ring.of(active, options.ringSeed());
            ringOf = active;
        }
        return ring;
    }

    @Override
    public boolean isReady() {
        return reasonsNotReady().isEmpty();
    }

    @Override
    public List<String> reasonsNotReady() {
        List<String> reasons = new ArrayList<>(0);
        NodeStatus status = loop.status();
        if (loop.whenStopped().isDone()) {
            reasons.add("the node has stopped");
        }
        if (status.leader().isEmpty()) {
            reasons.add("no leader is known");
        }
        if (!status.isLeaseValid(System.nanoTime())) {
            reasons.add("this node has no valid lease");
        }
        if (!loop.areStoresAnswering()) {
            reasons.add("a store did not answer");
        }
        return reasons;
    }

    @Override
    public Subscription subscribe(Consumer<NodeEvent> listener) {
        EventSubscription subscription = loop.subscribe(listener);
        return new Subscription() {
            @Override
            public long lost() {
                return subscription.lost();
            }

            @Override
            public void close() {
                subscription.close();
            }
        };
    }
}

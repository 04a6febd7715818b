package io.sinkron;

import io.sinkron.cluster.ClusterAnswer;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import io.sinkron.node.Belonging;
import io.sinkron.node.Call;
import io.sinkron.node.NodeEvent;
import io.sinkron.node.NodeOptions;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.MembershipChange;
import io.sinkron.runtime.EventLoop;
import io.sinkron.runtime.EventSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What the node knows, read from its last turn's status; changes go through the node. */
final class Clusters implements ClusterService {
    private static final int MAX_ADDRESS_BYTES = 512;

    private final Calls calls;
    private final EventLoop loop;
    private final NodeOptions options;

    /** Where a node served HTTP when it was last seen live: a view has live nodes only. */
    private final Map<NodeId, String> lastHttp = new ConcurrentHashMap<>();

    private volatile Ring ring;
    private volatile View ringOf = View.EMPTY;

    Clusters(Calls calls, NodeOptions options) {
        this.calls = calls;
        this.loop = calls.loop();
        this.options = options;
        this.ring = Ring.of(View.EMPTY, options.ringSeed());
    }

    @Override
    public NodeId self() {
        return options.self();
    }

    @Override
    public List<ClusterMember> members() {
        NodeStatus status = loop.status();
        Configuration group = status.group();
        Map<NodeId, String> addresses = group.memberAddresses();
        lastHttp.keySet().retainAll(addresses.keySet());
        List<ClusterMember> members = new ArrayList<>(addresses.size());
        addresses.forEach((id, address) -> {
            Optional<Member> live = status.active().member(id);
            live.map(Member::http).filter(http -> !http.isEmpty()).ifPresent(http -> lastHttp.put(id, http));
            members.add(new ClusterMember(
                    id,
                    address,
                    lastHttp.getOrDefault(id, ""),
                    part(id, group),
                    live.isPresent(),
                    status.leader().filter(id::equals).isPresent()));
        });
        return List.copyOf(members);
    }

    private static ClusterMember.Part part(NodeId id, Configuration group) {
        if (group.isVoter(id)) {
            return ClusterMember.Part.VOTER;
        }
        boolean isWanted =
                group.target().stream().anyMatch(server -> server.id().equals(id));
        return isWanted ? ClusterMember.Part.JOINING : ClusterMember.Part.LEARNER;
    }

    @Override
    public CompletionStage<List<ClusterMember>> reconfigure(MembershipChange change, CallOptions callOptions) {
        return Arguments.checked(() -> {
            change.voters().values().forEach(Clusters::checkAddress);
            change.learners().values().forEach(Clusters::checkAddress);
            return calls.call(
                    callOptions,
                    Duration.ZERO,
                    (id, deadline) -> new Call.Reconfigure(id, deadline, change),
                    answer -> {
                        Refusals.expect(answer, ClusterAnswer.MembersChanged.class);
                        return members();
                    },
                    ignored -> {});
        });
    }

    private static void checkAddress(String address) {
        Arguments.bytes("address", address, 0, MAX_ADDRESS_BYTES);
    }

    @Override
    public CompletionStage<NodeId> transferLeadership(Optional<NodeId> to, CallOptions callOptions) {
        return Arguments.checked(() -> calls.call(
                callOptions,
                Duration.ZERO,
                (id, deadline) -> new Call.TransferLeadership(id, deadline, to),
                answer -> Refusals.expect(answer, ClusterAnswer.LeaderIs.class).leader(),
                ignored -> {}));
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
        if (status.belonging() == Belonging.JOINING) {
            reasons.add("this node has not joined the cluster yet");
        } else if (status.belonging() == Belonging.REMOVED) {
            reasons.add("this node is not a member of the cluster any more");
        }
        if (status.leader().isEmpty()) {
            boolean isNew = status.term() == 0 && status.belonging() == Belonging.MEMBER;
            reasons.add(
                    isNew
                            ? "no leader is known: a new cluster waits until all of "
                                    + status.group().votingNodes() + " have been up at the same time, once"
                            : "no leader is known");
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

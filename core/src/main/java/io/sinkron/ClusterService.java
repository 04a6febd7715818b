package io.sinkron;

import io.sinkron.cluster.Ring;
import io.sinkron.common.NodeId;
import io.sinkron.node.NodeEvent;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.MembershipChange;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What this node knows of the cluster, and the changes of who belongs to it and who leads. Thread-safe; what doesn't return a stage and isn't said to
 * block answers at once.
 *
 * <p>Changes may be asked of any member. One is in work at a time; a new voter catches up with the log before it votes, and a node that is removed leaves the
 * view before it leaves the group, so the others serve all the while. Asking again for what is so already does nothing, so a change whose outcome is unknown is
 * simply asked for anew, or looked up in {@link #members}. A change goes on by itself once it has begun, whatever becomes of the caller and the leader.
 */
public interface ClusterService {
    /** How long the forms without {@link CallOptions} wait for a change: 60 s, most of it for a new node to catch up. */
    CallOptions PATIENT = CallOptions.DEFAULT.within(Duration.ofSeconds(60));

    /** This node. */
    NodeId self();

    /** The nodes that belong to the group, in order of their names, as this node knows it to be committed; empty before a joining node has heard of any. */
    List<ClusterMember> members();

    /**
     * Changes who belongs to the group, any number of nodes at once.
     *
     * @return the members, once the change is committed and finished as this node knows. Fails with {@link ChangeInProgressException},
     *     {@link NoSuchMemberException} if a node is to be removed that doesn't belong to it, {@link BadRequestException} for what can't be (no voter would
     *     be left), {@link UnavailableException} or {@link IndeterminateException}
     */
    CompletionStage<List<ClusterMember>> reconfigure(MembershipChange change, CallOptions options);

    /** {@link #reconfigure} for one more node that votes, blocking; the node has been started to join. A learner that belongs to the group is promoted. */
    default List<ClusterMember> addVoter(String id, String address) {
        return Blocking.join(() -> reconfigure(MembershipChange.addVoter(NodeId.of(id), address), PATIENT));
    }

    /** {@link #reconfigure} for one more node that follows and serves without voting, blocking. A voter is demoted. */
    default List<ClusterMember> addLearner(String id, String address) {
        return Blocking.join(() -> reconfigure(MembershipChange.addLearner(NodeId.of(id), address), PATIENT));
    }

    /** {@link #reconfigure} for one node less, blocking. */
    default List<ClusterMember> remove(String id) {
        return Blocking.join(() -> reconfigure(MembershipChange.remove(NodeId.of(id)), PATIENT));
    }

    /** {@link #reconfigure} for a node in another's place, in one step, blocking. */
    default List<ClusterMember> replace(String old, String id, String address) {
        return Blocking.join(
                () -> reconfigure(MembershipChange.replace(NodeId.of(old), NodeId.of(id), address), PATIENT));
    }

    /**
     * Hands the leadership over.
     *
     * @param to who shall lead, a voter; empty for any but the present leader
     * @return who leads, once this node knows of it
     */
    CompletionStage<NodeId> transferLeadership(Optional<NodeId> to, CallOptions options);

    /** {@link #transferLeadership(Optional, CallOptions)} to any other voter, blocking. */
    default NodeId transferLeadership() {
        return Blocking.join(() -> transferLeadership(Optional.empty(), CallOptions.DEFAULT));
    }

    /** {@link #transferLeadership(Optional, CallOptions)} to this voter, blocking. */
    default NodeId transferLeadership(String id) {
        return Blocking.join(() -> transferLeadership(Optional.of(NodeId.of(id)), CallOptions.DEFAULT));
    }

    /** This node's view of itself and the cluster, a moment old at most. */
    NodeStatus status();

    /** The ring of the active view. */
    Ring ring();

    /** Whether this node can serve: it belongs to the cluster, knows a leader, has a valid lease, and its stores answered last time. */
    boolean isReady();

    /** Why not, if {@link #isReady} is false; otherwise empty. */
    List<String> reasonsNotReady();

    /** Calls the listener for each event of this node, on one thread of its own, in order. Slow listeners lose events and are told how many. */
    Subscription subscribe(Consumer<NodeEvent> listener);

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        /** How many events this listener has lost. */
        long lost();

        @Override
        void close();
    }
}

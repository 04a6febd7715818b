package io.sinkron.node;

import io.sinkron.cache.CacheEffect;
import io.sinkron.cache.ChangeKind;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import java.util.Optional;

/** Something that happened at this node and that people or programs may want to see; nothing depends on its delivery. Immutable. */
public sealed interface NodeEvent {
    /** This node knows of another leader, or of none. */
    record LeaderChanged(Optional<NodeId> leader, long term) implements NodeEvent {}

    /** A view was prepared, or became active. */
    record ViewChanged(View view, boolean active) implements NodeEvent {}

    /** A lock was granted, released or refused; {@code what} is one of granted, released, waiting, deadlock, expired. */
    record LockChanged(String lock, String session, String owner, String what) implements NodeEvent {}

    /** A queue has a new owner. */
    record QueueMoved(String queue, NodeId owner, long epoch) implements NodeEvent {}

    /** A line of this node was invalidated by another node's write. */
    record LineInvalidated(Bytes key) implements NodeEvent {}

    /** The auditor of this node has found a line of its as home incoherent: a defect. The node goes on. */
    record LineIncoherent(CacheEffect.AuditFinding finding) implements NodeEvent {}

    /** A key of a cache that this node listens to ({@link io.sinkron.cache.CacheRequest.Listen}) was written, here or elsewhere. */
    record KeyChanged(Bytes key, long version, ChangeKind kind) implements NodeEvent {}

    /** Other nodes belong to the group from now on, or in another part; as committed. */
    record MembersChanged(Configuration group) implements NodeEvent {}

    /** This node doesn't belong to the group any more. It serves nothing, and may be stopped. */
    record Removed() implements NodeEvent {}

    /** This node's lease ran out: it serves nothing that needs one until it has a new one. */
    record LeaseLost() implements NodeEvent {}
}

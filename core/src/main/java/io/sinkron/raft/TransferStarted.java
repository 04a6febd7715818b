package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.Objects;
import java.util.Optional;

/** What became of a wanted transfer of leadership at once. Immutable. */
public sealed interface TransferStarted {
    /**
     * The target is brought up to date and then told to campaign. It's done when another node leads; if that takes longer than the longest
     * election timeout, this node goes on leading.
     *
     * @param target who shall lead
     */
    record Started(NodeId target) implements TransferStarted {}

    /**
     * This node doesn't lead; nothing was done.
     *
     * @param leader who does, if known
     */
    record NotLeader(Optional<NodeId> leader) implements TransferStarted {
        /** Rejects a missing part. */
        public NotLeader {
            Objects.requireNonNull(leader, "leader");
        }
    }

    /**
     * There is nobody to hand it to; nothing was done.
     *
     * @param detail why, for people
     */
    record Refused(String detail) implements TransferStarted {}
}

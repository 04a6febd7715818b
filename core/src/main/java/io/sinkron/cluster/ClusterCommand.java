package io.sinkron.cluster;

import io.sinkron.common.CommandBody;
import java.util.List;

/** Changes of the replicated view; only a leader proposes them. Immutable. */
public sealed interface ClusterCommand extends CommandBody {
    /**
     * Begins the view after {@code expectedEpoch}: every member of it installs it (stops acting by the old one) and says so; then it is
     * activated. Without effect if the current epoch is another one.
     */
    record PrepareView(long expectedEpoch, List<Member> members) implements ClusterCommand {
        /** Takes an immutable copy. */
        public PrepareView {
            members = List.copyOf(members);
        }
    }

    /** Ends the barrier: the prepared view of this epoch is the active one. Without effect if another one is current. */
    record ActivateView(long epoch) implements ClusterCommand {}
}

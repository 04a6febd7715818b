package io.sinkron.raft;

import java.util.List;

/**
 * Which disks may be lost, so that what Raft promises still covers it: in every membership that is in force anywhere there is a minority of lost disks at
 * most. What isn't covered proves nothing, whatever comes of it.
 */
final class LostDisks {
    private final List<TestNode> nodes;

    /** @param nodes all nodes of the run; a live view */
    LostDisks(List<TestNode> nodes) {
        this.nodes = nodes;
    }

    /**
     * Whether the disk of a node that is down may be lost, too.
     *
     * @param last the membership that the node went by when it went down
     */
    boolean isCovered(TestNode victim, Configuration last) {
        for (TestNode node : nodes) {
            Raft raft = node.raft();
            boolean isSafe = node == victim
                    ? isCovered(last, victim)
                    : raft != null
                            && isCovered(raft.configuration(), victim)
                            && isCovered(raft.committedConfiguration(), victim);
            if (!isSafe) {
                return false;
            }
        }
        return true;
    }

    private boolean isCovered(Configuration configuration, TestNode victim) {
        return isCovered(configuration.voters(), victim)
                && isCovered(configuration.outgoing(), victim)
                && isCovered(configuration.target(), victim);
    }

    private boolean isCovered(List<Server> voters, TestNode victim) {
        long gone = voters.stream()
                .filter(voter -> isGone(voter) || voter.id().equals(victim.id))
                .count();
        return voters.isEmpty() || gone <= (voters.size() - 1) / 2;
    }

    /** Whether a server doesn't run, or its disk is another one's by now. */
    boolean isGone(Server voter) {
        return nodes.stream()
                .filter(node -> node.id.equals(voter.id()))
                .noneMatch(node -> node.isUp() && node.isDurably(voter));
    }
}

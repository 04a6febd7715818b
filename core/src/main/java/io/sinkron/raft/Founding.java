package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a group may be founded: what one round of pre-votes has shown of the disks of the others.
 *
 * <p>An empty disk under a known name may be one that was lost: what it had acknowledged and whom it had voted for is forgotten (amnesia), so it
 * must not vote as the one that it was. But a group that begins has only empty disks. Provided that not a majority of disks is lost,
 * these two can't be mixed up if a group is founded only when
 * <ul>
 *   <li>a majority of the voters has disks that nothing was written to and nobody has shown a log with entries: a group that was in use has a
 *       majority of disks that were written to, and at most a minority of them is lost; or
 *   <li>every voter has been heard and no log has an entry: of a majority that held a committed one, one is still there.
 * </ul>
 * What an answer shows is younger than this start of this node, as it echoes it. Single-threaded.
 */
final class Founding {
    private final RaftState state;
    private final TreeMap<NodeId, Long> blanks = new TreeMap<>();
    private final TreeSet<NodeId> empties = new TreeSet<>();
    private boolean hasSeenEntries;
    private long highestTerm;

    Founding(RaftState state) {
        this.state = state;
        empties.add(state.self());
        highestTerm = state.term();
    }

    /** What one voter has answered. */
    void heard(NodeId from, PreVoteResponse answer) {
        highestTerm = Math.max(highestTerm, answer.term());
        if (answer.lastIndex() > 0) {
            hasSeenEntries = true;
            return;
        }
        empties.add(from);
        if (answer.blank()) {
            blanks.put(from, answer.identity());
        }
    }

    /** Whether a group may be founded. */
    boolean isPossible() {
        return isThinkable() && !hasSeenEntries && (isMajorityBlank() || hasHeardAll());
    }

    /** Whether it isn't excluded by what this node itself has. */
    private boolean isThinkable() {
        return state.log().lastIndex() == 0
                && isFounder()
                && !state.configuration().isJoint();
    }

    private boolean isFounder() {
        Server founder = Server.founder(state.self());
        return state.configuration().isVoter(founder)
                && (state.isBlank() || state.server().equals(founder))
                && state.configuration().voters().stream().allMatch(voter -> voter.identity() == Server.FOUNDER);
    }

    /** Whether nobody is left to be waited for. */
    boolean hasHeardAll() {
        return empties.containsAll(state.configuration().votingNodes());
    }

    private boolean isMajorityBlank() {
        int count = state.isBlank() ? 1 : 0;
        for (Server voter : state.configuration().voters()) {
            if (blanks.containsKey(voter.id())) {
                count++;
            }
        }
        return count >= Configuration.majority(state.configuration().voters().size());
    }

    /** The term to campaign in: above any that was heard, as an empty disk takes none from others. */
    long nextTerm() {
        return highestTerm + 1;
    }

    /** The identity to address an empty disk with, 0 for a node whose disk isn't empty. */
    long receiver(NodeId voter) {
        return blanks.getOrDefault(voter, 0L);
    }
}

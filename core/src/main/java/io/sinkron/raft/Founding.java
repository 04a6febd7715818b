package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a group may be founded: what one round of pre-votes has shown of the disks of the others.
 *
 * <p>An empty disk under a known name may be one that was lost: what it had acknowledged and whom it had voted for is forgotten (amnesia), so it
 * must not vote as the one that it was. But a group that begins has only empty disks. The two can't be mixed up, provided that not a
 * majority of disks is lost, if a group is founded only when <em>every</em> voter has been heard and no log has an entry: what was ever
 * committed was on a majority of disks, and one of them is still there and says so. So the first start of a group needs all its founders
 * once; no later one does.
 *
 * <p>All are asked twice, the second time after all have answered the first time, and must be the same disks. Otherwise the answer of one could be older
 * than the loss of another one's disk, and what these two had committed in between would be overlooked. Single-threaded.
 */
final class Founding {
    private final RaftState state;
    private final long round;
    private final Optional<Founding> first;
    private final TreeMap<NodeId, Long> blanks = new TreeMap<>();
    private final TreeSet<NodeId> empty = new TreeSet<>();
    private long highestTerm;

    private Founding(RaftState state, long round, Optional<Founding> first) {
        this.state = state;
        this.round = round;
        this.first = first;
        highestTerm = state.term();
        if (state.log().lastIndex() == 0) {
            empty.add(state.self());
        }
    }

    /**
     * Asks for the first time.
     *
     * @param round a number that no question of any start of this node has had before
     */
    static Founding begin(RaftState state, long round) {
        return new Founding(state, round, Optional.empty());
    }

    /** Asks again, after all have answered. */
    Founding again(long newRound) {
        return new Founding(state, newRound, Optional.of(this));
    }

    /** Names the question; an answer echoes it. */
    long round() {
        return round;
    }

    /** Whether it was asked for the second time. */
    boolean isSecond() {
        return first.isPresent();
    }

    /** What one voter has answered, if it's an answer to this question. */
    void heard(NodeId from, PreVoteResponse answer) {
        if (answer.round() != round) {
            return;
        }
        highestTerm = Math.max(highestTerm, answer.term());
        if (answer.lastIndex() > 0 || answer.blank() && isAnotherDisk(from, answer.identity())) {
            return;
        }
        empty.add(from);
        if (answer.blank()) {
            blanks.put(from, answer.identity());
        }
    }

    private boolean isAnotherDisk(NodeId from, long identity) {
        return first.isPresent() && first.get().receiver(from) != identity;
    }

    /** Whether all have answered, and nothing speaks against founding a group. */
    boolean isPossible() {
        return isFounder() && empty.containsAll(state.configuration().votingNodes());
    }

    private boolean isFounder() {
        Server founder = Server.founder(state.self());
        Configuration configuration = state.configuration();
        return !configuration.isJoint()
                && configuration.isVoter(founder)
                && (state.isBlank() || state.server().equals(founder))
                && configuration.voters().stream().allMatch(voter -> voter.identity() == Server.FOUNDER);
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

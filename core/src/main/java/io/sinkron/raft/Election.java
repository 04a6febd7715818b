package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Who leads next (Ongaro 2014, sections 3.4 and 9.6, and 4.2.3 for stickiness).
 *
 * <p>An election has two rounds. The pre-vote asks whether a vote would be granted and changes nothing anywhere, so a node that was cut off
 * can't raise the term of a group that works. The vote raises the term; request and grant leave their nodes only once durable.
 *
 * <p><b>Stickiness.</b> A voter that heard from a leader within the shortest election timeout refuses both. That refusal is what makes
 * {@link Raft#hasQuorum} true for its holder, so it's a promise: it outlives changes of term and role, and a node that restarts behaves
 * as if it had just given it, since it can't know. Only the leader it was given to may ask earlier: asking, it no longer leads.
 *
 * <p>Single-threaded.
 */
final class Election {
    private final RaftState state;
    private final RandomGenerator random;
    private long deadline;
    private boolean hasPromised;
    private long promisedAt;
    private Optional<NodeId> promisedTo = Optional.empty();
    private Ballot ballot = new Ballot();

    /**
     * @param mayHavePromised whether an earlier start of this node may have heard from a leader; an empty disk that isn't the node's first
     *     start counts too, as a volatile log forgets its term
     */
    Election(RaftState state, RandomGenerator random, boolean mayHavePromised) {
        this.state = state;
        this.random = random;
        if (state.configuration().voters().size() == 1) {
            deadline = state.now();
        } else {
            resetTimer();
        }
        hasPromised = mayHavePromised;
        promisedAt = state.now();
    }

    long deadline() {
        return deadline;
    }

    boolean isDue() {
        return state.now() - deadline >= 0;
    }

    void resetTimer() {
        RaftOptions options = state.options();
        deadline = state.now() + random.nextLong(options.electionTimeoutMinNanos(), options.electionTimeoutMaxNanos());
    }

    /** A leader of the current term has spoken. */
    void heard(NodeId leader) {
        hasPromised = true;
        promisedAt = state.now();
        promisedTo = Optional.of(leader);
        resetTimer();
    }

    /** Begins an election: the round of pre-votes, and if nobody else need be asked the election itself. */
    void begin() {
        resetTimer();
        if (state.role() == Role.CANDIDATE && !state.stream().isHardStateDurable()) {
            return; // a slow disk: nothing of this candidacy was said yet, and another term would wait for the disk as
            // well
        }
        state.becomePreCandidate();
        ballot = new Ballot();
        ballot.record(state.self(), true);
        RaftLog log = state.log();
        sendToOthers(new PreVoteRequest(state.term() + 1, log.lastIndex(), log.lastTerm()));
        countPreVotes();
    }

    void answer(NodeId from, PreVoteRequest request) {
        boolean granted = request.term() > state.term()
                && !isPromisedAgainst(from)
                && isUpToDate(request.lastTerm(), request.lastIndex());
        state.send(from, new PreVoteResponse(state.term(), request.term(), granted));
    }

    void count(NodeId from, PreVoteResponse response) {
        if (state.role() == Role.PRE_CANDIDATE && response.campaignTerm() == state.term() + 1) {
            ballot.record(from, response.granted());
            countPreVotes();
        }
    }

    /** Whether this node must not vote for that one now, whatever the term. */
    boolean isPromisedAgainst(NodeId candidate) {
        if (state.isLeader()) {
            return true; // it steps down by itself once it has lost its majority
        }
        return hasPromised
                && state.now() - promisedAt < state.options().electionTimeoutMinNanos()
                && !promisedTo.equals(Optional.of(candidate));
    }

    /** Answers a candidate of the current or an older term. */
    void answer(NodeId from, VoteRequest request) {
        boolean granted = request.term() == state.term()
                && (state.votedFor().isEmpty() || state.votedFor().get().equals(from))
                && !isPromisedAgainst(from)
                && isUpToDate(request.lastTerm(), request.lastIndex());
        if (granted) {
            if (state.votedFor().isEmpty()) {
                state.vote(from);
            }
            resetTimer();
        }
        state.send(from, new VoteResponse(state.term(), granted));
    }

    /** Counts a vote of the current term; true if it has elected this node. */
    boolean count(NodeId from, VoteResponse response) {
        if (state.role() != Role.CANDIDATE) {
            return false;
        }
        ballot.record(from, response.granted());
        return isElected();
    }

    /** The disk has caught up: a candidate's own vote counts once it is durable. True if it has elected this node. */
    boolean countOwnVote() {
        if (state.role() != Role.CANDIDATE || !state.stream().isHardStateDurable()) {
            return false;
        }
        ballot.record(state.self(), true);
        return isElected();
    }

    private void countPreVotes() {
        switch (ballot.outcome(state.configuration())) {
            case WON -> campaign();
            case LOST -> state.becomeFollower(state.term(), Optional.empty());
            case PENDING -> {}
        }
    }

    private void campaign() {
        state.becomeCandidate();
        ballot = new Ballot();
        resetTimer();
        RaftLog log = state.log();
        sendToOthers(new VoteRequest(state.term(), log.lastIndex(), log.lastTerm()));
    }

    private boolean isElected() {
        Configuration.Outcome outcome = ballot.outcome(state.configuration());
        if (outcome == Configuration.Outcome.LOST) {
            state.becomeFollower(state.term(), Optional.empty());
        }
        return outcome == Configuration.Outcome.WON;
    }

    /** The election restriction (section 3.6.1): terms first, then lengths. Comparing both at once has been a bug elsewhere (openraft a48a3282). */
    private boolean isUpToDate(long lastTerm, long lastIndex) {
        RaftLog log = state.log();
        return lastTerm > log.lastTerm() || lastTerm == log.lastTerm() && lastIndex >= log.lastIndex();
    }

    private void sendToOthers(RaftMessage message) {
        for (NodeId voter : state.configuration().voters()) {
            if (!voter.equals(state.self())) {
                state.send(voter, message);
            }
        }
    }
}

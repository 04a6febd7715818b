package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage.Campaign;
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
 * can't raise the term of a group that works. The vote raises the term; request and grant leave their nodes only once durable. At the word of the
 * leader (section 3.10) the first round is left out.
 *
 * <p><b>Who votes.</b> A server that its own membership lists, or did when it was last committed. The others need not know the candidate: it may stand in a membership that hasn't
 * reached them, and they may be needed for it. One that was removed is refused by whoever has the entry that removed it, as its log is
 * shorter. A disk that nothing was written to votes only to found a group ({@link Founding}).
 *
 * <p><b>Stickiness.</b> A voter that heard from a leader within the shortest election timeout refuses both. That refusal is what makes
 * {@link Raft#hasQuorum} true for its holder, so it's a promise: it outlives changes of term and role, and a node that restarts behaves
 * as if it had just given it, since it can't know. Only the leader it was given to may ask earlier, or whom it has named as its successor:
 * by then it no longer leads.
 *
 * <p>Single-threaded.
 */
final class Election {
    /** So many questions of one start have numbers of their own: more than a century of elections. */
    private static final int ROUND_BITS = 20;

    private final RaftState state;
    private final RandomGenerator random;
    private long deadline;
    private boolean hasPromised;
    private long promisedAt;
    private long promisedTerm;
    private Optional<NodeId> promisedTo = Optional.empty();
    private Ballot ballot = new Ballot();
    private Founding founding;
    private long rounds;
    private long votersMillis;

    /**
     * @param mayHavePromised whether an earlier start of this node may have heard from a leader; an empty disk that isn't the node's first
     *     start counts too, as a volatile log forgets its term
     * @param startNumber which start of the node this is; greater than that of every earlier one, also of those on a disk that was lost
     */
    Election(RaftState state, RandomGenerator random, boolean mayHavePromised, long startNumber) {
        this.state = state;
        this.random = random;
        this.rounds = startNumber << ROUND_BITS;
        this.founding = Founding.begin(state, rounds);
        if (state.configuration().votingNodes().size() == 1) {
            deadline = state.now();
        } else {
            resetTimer();
        }
        hasPromised = mayHavePromised;
        promisedAt = state.now();
        promisedTerm = state.term();
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
        promisedTerm = state.term();
        promisedTo = Optional.of(leader);
        resetTimer();
    }

    /** Begins an election: the round of pre-votes, and if nobody else need be asked the election itself. */
    void begin() {
        resetTimer();
        if (!mayCampaign()) {
            return;
        }
        if (state.role() == Role.CANDIDATE && !state.stream().isHardStateDurable()) {
            return; // a slow disk: nothing of this candidacy was said yet, and another term would wait for the disk as
            // well
        }
        state.becomePreCandidate();
        ballot = new Ballot();
        ballot.record(state.server(), true);
        founding = Founding.begin(state, ++rounds);
        askForPreVotes();
        countPreVotes();
    }

    private void askForPreVotes() {
        RaftLog log = state.log();
        sendToOthers(new PreVoteRequest(state.term() + 1, log.lastIndex(), log.lastTerm(), founding.round()));
    }

    /** The leader gives its leadership to this node. */
    void beginAtLeadersWord() {
        if (state.isVoter()) {
            campaign(Campaign.TRANSFER, state.term() + 1);
        }
    }

    private boolean mayCampaign() {
        return state.mayCampaign() || state.isBlank() && state.configuration().isVoter(Server.founder(state.self()));
    }

    void answer(NodeId from, PreVoteRequest request) {
        boolean granted = request.term() > state.term()
                && mayVote()
                && !isPromisedAgainst(from)
                && isUpToDate(request.lastTerm(), request.lastIndex());
        state.send(
                from,
                new PreVoteResponse(
                        state.term(),
                        request.term(),
                        granted,
                        state.server().identity(),
                        request.round(),
                        state.isBlank(),
                        state.log().lastIndex()));
    }

    void count(NodeId from, PreVoteResponse response) {
        if (state.role() != Role.PRE_CANDIDATE || response.campaignTerm() != state.term() + 1) {
            return;
        }
        ballot.record(new Server(from, response.identity()), response.granted());
        founding.heard(from, response);
        countPreVotes();
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

    /** The same for a request, which may come at the word of the leader that was promised to. */
    boolean isPromisedAgainst(NodeId candidate, VoteRequest request) {
        boolean isRelieved =
                request.campaign() == Campaign.TRANSFER && !state.isLeader() && promisedTerm < request.term();
        return !isRelieved && isPromisedAgainst(candidate);
    }

    /** Whether this node's vote may count for anybody. */
    private boolean mayVote() {
        return state.isNeeded();
    }

    /** Whether a request makes a founder of this node's empty disk. */
    boolean isFounding(VoteRequest request) {
        return state.isBlank()
                && request.campaign() == Campaign.FOUNDING
                && request.receiver() == state.server().identity()
                && state.configuration().isVoter(Server.founder(state.self()));
    }

    /** Answers a candidate of the current or an older term. */
    void answer(NodeId from, VoteRequest request) {
        boolean isOtherLeading =
                state.leader().isPresent() && !state.leader().get().equals(from);
        boolean granted = request.term() == state.term()
                && mayVote()
                && !isOtherLeading
                && (state.votedFor().isEmpty() || state.votedFor().get().equals(from))
                && !isPromisedAgainst(from, request)
                && isUpToDate(request.lastTerm(), request.lastIndex());
        if (granted) {
            if (state.votedFor().isEmpty()) {
                state.vote(from);
            }
            resetTimer();
        }
        state.send(from, new VoteResponse(state.term(), granted, state.server().identity(), state.clusterMillis()));
    }

    /** Counts a vote of the current term; true if it has elected this node. */
    boolean count(NodeId from, VoteResponse response) {
        if (state.role() != Role.CANDIDATE) {
            return false;
        }
        ballot.record(new Server(from, response.identity()), response.granted());
        votersMillis = Math.max(votersMillis, response.clusterMillis());
        return isElected();
    }

    /** The latest cluster time that a voter has told in this node's last campaign; 0 if none has. */
    long votersMillis() {
        return votersMillis;
    }

    /** The disk has caught up: a candidate's own vote counts once it is durable. True if it has elected this node. */
    boolean countOwnVote() {
        if (state.role() != Role.CANDIDATE || !state.stream().isHardStateDurable()) {
            return false;
        }
        ballot.record(state.server(), true);
        return isElected();
    }

    private void countPreVotes() {
        Configuration.Outcome outcome = ballot.outcome(state.configuration());
        if (outcome == Configuration.Outcome.WON) {
            campaign(Campaign.REGULAR, state.term() + 1);
        } else if (founding.isPossible()) {
            found();
        } else if (outcome == Configuration.Outcome.LOST) {
            state.becomeFollower(state.term(), Optional.empty());
        }
    }

    private void found() {
        if (founding.isSecond() || state.configuration().votingNodes().size() == 1) {
            if (state.isBlank()) {
                state.found();
            }
            campaign(Campaign.FOUNDING, founding.nextTerm());
        } else {
            founding = founding.again(++rounds);
            askForPreVotes();
        }
    }

    private void campaign(Campaign campaign, long term) {
        state.becomeCandidate(term);
        ballot = new Ballot();
        votersMillis = 0;
        resetTimer();
        RaftLog log = state.log();
        for (NodeId voter : state.configuration().votingNodes()) {
            if (!voter.equals(state.self())) {
                long receiver = campaign == Campaign.FOUNDING ? founding.receiver(voter) : 0;
                state.send(voter, new VoteRequest(state.term(), log.lastIndex(), log.lastTerm(), campaign, receiver));
            }
        }
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
        for (NodeId voter : state.configuration().votingNodes()) {
            if (!voter.equals(state.self())) {
                state.send(voter, message);
            }
        }
    }
}

package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.ReadDone;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.ReadRequest;
import io.sinkron.raft.RaftMessage.ReadResponse;
import io.sinkron.raft.RaftMessage.TimeoutNow;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One node of a Raft group, as a pure machine (Ongaro, "Consensus: bridging theory and practice", 2014). Inputs are the methods that take the time;
 * what they cause comes out of {@link #effects}. A turn is: any number of inputs, then {@code effects()} until {@link #hasEffects} is false.
 *
 * <p>Times are monotonic nanoseconds of this node and may be negative. Not thread-safe: one thread owns it. An
 * {@link InvariantViolation} means that this node or another one is broken; the machine must not be used any more.
 *
 * <p>Who drives it keeps three promises: writes reach the log store in the order in which they came out, {@link #persisted} is called only
 * for what is durable, and committed entries (and snapshots to install) are applied in the order in which they came out.
 */
public final class Raft {
    private final RaftState state;
    private final Election election;
    private final Follower follower;
    private final FollowerReads reads;
    private final List<ReadDone> readsDone = new ArrayList<>();
    private Optional<Leadership> leadership = Optional.empty();
    private long lastRound;
    private long nextRead = 1;

    /**
     * A node that starts, as a follower, whatever it was before (a restarted leader leads again only after an election).
     *
     * @param founding the members that the group begins with, the same on each of them; {@link Configuration#EMPTY} on a node that is to
     *     be added. Of no meaning once the log knows the membership
     * @param recovered what the log store held. The caller restores the snapshot's state itself
     * @param random draws the election timeouts; seeded by the caller
     * @param now the current time
     * @throws IllegalArgumentException if what was recovered doesn't fit together
     */
    public Raft(
            RaftOptions options,
            NodeId self,
            Configuration founding,
            LogStore.Recovered recovered,
            RandomGenerator random,
            long now) {
        state = new RaftState(options, self, founding, recovered, now);
        election =
                new Election(state, random, state.term() > 0 || recovered.incarnation() > 1, recovered.incarnation());
        follower = new Follower(state);
        reads = new FollowerReads(state, recovered.incarnation(), readsDone);
        lastRound = now;
    }

    /** A message has come. An answer from a node that isn't a member, and any message from this node itself, is passed over. */
    public void receive(NodeId from, RaftMessage message, long now) {
        state.advance(now);
        if (from.equals(state.self()) || isStrangersAnswer(from, message)) {
            return;
        }
        if (message instanceof PreVoteRequest request) {
            election.answer(from, request);
            return;
        }
        if (message.term() > state.term() && !takesTerm(from, message)) {
            return;
        }
        if (message instanceof VoteRequest request) {
            election.answer(from, request);
        } else if (message instanceof AppendEntries append) {
            if (hearsLeader(from, append, append.round(), append.prevIndex())) {
                follower.append(from, append);
            }
        } else if (message instanceof InstallSnapshot piece) {
            if (hearsLeader(from, piece, piece.round(), piece.index())) {
                follower.install(from, piece);
            }
        } else if (message instanceof PreVoteResponse response) {
            election.count(from, response); // also from a lower term: the voter has not heard of this node's term yet
        } else if (message.term() == state.term()) {
            receiveOfThisTerm(from, message);
        }
    }

    /** Whoever leads, or asks for a vote, may be in a membership that hasn't come here yet; who answers must be in the one in force. */
    private boolean isStrangersAnswer(NodeId from, RaftMessage message) {
        boolean isAnswer = !(message instanceof PreVoteRequest
                || message instanceof VoteRequest
                || message instanceof AppendEntries
                || message instanceof InstallSnapshot);
        return isAnswer
                && !state.configuration().contains(from)
                && !leadership.map(office -> office.isServed(from)).orElse(false);
    }

    /** Takes a message's higher term; false if the message is to be passed over instead. */
    private boolean takesTerm(NodeId from, RaftMessage message) {
        if (message instanceof VoteRequest request) {
            if (state.isBlank()) {
                if (!election.isFounding(request)) {
                    return false; // it may have voted in that term before its disk was lost
                }
                state.found();
            } else if (election.isPromisedAgainst(from, request)) {
                return false; // not even the term is taken: the leader heard of lately shall not be disturbed
            }
        } else if (state.isBlank() && !(message instanceof AppendEntries || message instanceof InstallSnapshot)) {
            // A term is the first thing that is written to a disk. Before it is known whether the group is to be
            // founded, only a leader's is taken.
            return message instanceof PreVoteResponse;
        }
        follow(message.term(), Optional.empty());
        return true;
    }

    /** Takes a leader's message as a sign of life, or refuses it if its term is old. */
    private boolean hearsLeader(NodeId from, RaftMessage message, long round, long prevIndex) {
        if (message.term() < state.term()) {
            follower.refuse(from, round, prevIndex);
            return false;
        }
        InvariantViolation.check(!state.isLeader(), "two leaders in one term");
        InvariantViolation.check(
                state.leader().isEmpty() || state.leader().get().equals(from), "two leaders in one term");
        follow(message.term(), Optional.of(from));
        election.heard(from);
        return true;
    }

    private void receiveOfThisTerm(NodeId from, RaftMessage message) {
        if (message instanceof VoteResponse response) {
            if (election.count(from, response)) {
                lead();
            }
        } else if (message instanceof TimeoutNow) {
            if (state.leader().equals(Optional.of(from))) {
                election.beginAtLeadersWord();
            }
        } else if (message instanceof ReadResponse response) {
            reads.answered(response);
        } else if (leadership.isPresent()) {
            leadership.get().receive(from, message);
            leaveOffice();
        } else if (message instanceof ReadRequest request) {
            state.send(from, new ReadResponse(state.term(), request.asker(), request.id(), RaftEffects.REFUSED));
        }
    }

    /** Time has passed. Harmless at any time; needed at {@link #deadline}. */
    public void tick(long now) {
        state.advance(now);
        reads.tick();
        if (leadership.isPresent()) {
            leadership.get().tick();
            leaveOffice();
        } else if (election.isDue()) {
            election.begin();
        }
    }

    /** When {@link #tick} is needed next: not later than this, unless another input comes first. At once while there are effects to take. */
    public long deadline() {
        if (hasEffects()) {
            return state.now();
        }
        return leadership.isPresent() ? leadership.get().deadline() : election.deadline();
    }

    /**
     * Appends a command to the leader's log; {@code effects()} sends it. O(1).
     *
     * @param stampMillis the cluster time; raised to that of the entry before if it's lower, as stamps never fall along the log
     */
    public Proposed propose(Bytes payload, long stampMillis, long now) {
        state.advance(now);
        if (leadership.isEmpty()) {
            return new Proposed.NotLeader(state.leader());
        }
        Optional<NodeId> successor = leadership.get().successor();
        if (successor.isPresent()) {
            return new Proposed.Transferring(successor.get());
        }
        RaftLog log = state.log();
        long waiting = log.bytesBetween(state.commitIndex(), log.lastIndex());
        long size = (long) payload.size() + RaftOptions.ENTRY_OVERHEAD_BYTES;
        if (waiting > 0 && waiting + size > state.options().maxUncommittedBytes()) {
            return new Proposed.Overloaded(waiting);
        }
        long index = state.appendOwn(LogEntry.Kind.COMMAND, payload, stampMillis);
        leadership.get().requestFill();
        return new Proposed.Accepted(index, state.term());
    }

    /**
     * Begins a change of membership; the leader goes on with it by itself. A node that is wanted and is a member already, or is on its way to be one, is
     * left as it is; if that leaves nothing to do the answer is {@link Reconfigured.Unchanged}. Who isn't a member can't be removed.
     */
    public Reconfigured reconfigure(MembershipChange change, long now) {
        state.advance(now);
        return leadership
                .map(office -> office.reconfigure(change))
                .orElseGet(() -> new Reconfigured.NotLeader(state.leader()));
    }

    /**
     * Hands the leadership over.
     *
     * @param to a voter; empty for the one that holds most of the log
     */
    public TransferStarted transfer(Optional<NodeId> to, long now) {
        state.advance(now);
        if (leadership.isEmpty()) {
            return new TransferStarted.NotLeader(state.leader());
        }
        TransferStarted started = leadership.get().transfer(to);
        leaveOffice();
        return started;
    }

    /**
     * Asks up to where must be applied before a read that begins now is linearizable. The answer comes with the effects, once for each call: an
     * index, or that it can't be had (then to be asked again, if time is left).
     *
     * @return names the read, from 1
     */
    public long read(long now) {
        state.advance(now);
        long id = nextRead++;
        if (leadership.isPresent()) {
            leadership.get().read(id);
        } else {
            reads.read(id);
        }
        return id;
    }

    /**
     * The write of this number, and with it every earlier one, is durable. What waited for it is sent.
     *
     * @throws InvariantViolation if no such write has been handed out
     */
    public void persisted(long sequence, long now) {
        state.advance(now);
        state.stream().persisted(sequence);
        state.outbox().release(state.stream().durableSequence());
        if (leadership.isPresent()) {
            leadership.get().persisted();
            leaveOffice();
        } else if (election.countOwnVote()) {
            lead();
        }
    }

    /**
     * Keeps a snapshot of the applied state and lets go of the log behind it, save a tail for followers that are slightly slow. One that
     * is older than the latest (a leader's may have been installed meanwhile) is passed over.
     *
     * @param index the last index applied to it, at most {@link #appliedIndex}
     * @param snapshot the state, as {@code effects().install()} will hand it to others; must not change any more
     */
    public void compact(long index, Bytes snapshot, long now) {
        state.advance(now);
        InvariantViolation.check(index <= state.appliedIndex(), "a snapshot is ahead of what was applied");
        if (index <= state.snapshotIndex()) {
            return;
        }
        RaftLog log = state.log();
        Bytes config = configAt(index);
        long needed = leadership.map(Leadership::lowestNeeded).orElse(Long.MAX_VALUE);
        state.compactTo(new StoredSnapshot(index, log.termAt(index), log.stampAt(index), config, snapshot), needed);
    }

    /** The membership as of an index, encoded as in a snapshot there; from the latest snapshot's index on, at most {@link #appliedIndex}. */
    public Bytes configAt(long index) {
        return ConfigurationFormat.encode(state.configurationAt(index));
    }

    /**
     * Takes what there is to do, and clears it; a leader's messages for all proposals of the turn are formed here, one batch a peer. Large
     * work is handed out in pages: {@link #hasEffects} says whether there is more.
     */
    public RaftEffects effects() {
        if (leadership.isPresent() && leadership.get().isFillDue()) {
            leadership.get().fill();
            leaveOffice();
        }
        reads.ask();
        List<ReadDone> done = readsDone.isEmpty() ? List.of() : List.copyOf(readsDone);
        readsDone.clear();
        return new RaftEffects(
                state.outbox().take(),
                state.stream().take(),
                state.takeInstalled(),
                state.takeCommitted(),
                done,
                state.takeNewConfiguration());
    }

    /** Whether {@link #effects} would have anything. */
    public boolean hasEffects() {
        return state.outbox().isReady()
                || state.stream().hasWrite()
                || state.hasInstalled()
                || state.hasNewConfiguration()
                || !readsDone.isEmpty()
                || reads.hasQuestion()
                || state.appliedIndex() < state.commitIndex()
                || leadership.isPresent() && leadership.get().isFillDue();
    }

    /** What this node is. */
    public Role role() {
        return state.role();
    }

    /** The current term, 0 before the first election; it may not be durable yet. */
    public long term() {
        return state.term();
    }

    /** The leader of the current term, if known. */
    public Optional<NodeId> leader() {
        return state.leader();
    }

    /** The highest index known to be committed. */
    public long commitIndex() {
        return state.commitIndex();
    }

    /** The last index of the log. */
    public long lastIndex() {
        return state.log().lastIndex();
    }

    /** The highest index handed out for applying. */
    public long appliedIndex() {
        return state.appliedIndex();
    }

    /** The index of the latest snapshot, taken or installed, 0 if there is none. */
    public long snapshotIndex() {
        return state.snapshotIndex();
    }

    /** The bytes of the entries behind the latest snapshot, {@link RaftOptions#ENTRY_OVERHEAD_BYTES} each included. */
    public long logBytes() {
        return state.log().bytesBetween(state.snapshotIndex(), state.log().lastIndex());
    }

    /** Whether it leads and an entry of its own term is committed and handed out for applying: it has all that was ever committed. */
    public boolean isReadyLeader() {
        return leadership.isPresent() && leadership.get().isReady();
    }

    /**
     * Whether it leads and is sure that nobody else does: a majority, itself included, has answered messages that were sent at most the
     * shortest election timeout ago, less the clock drift ({@link RaftOptions#quorumWindowNanos}).
     */
    public boolean hasQuorum(long now) {
        return leadership.isPresent() && leadership.get().hasQuorum(now);
    }

    /** The stamp of the last entry of the log, or of the snapshot before it; 0 if there is neither. */
    public long lastStampMillis() {
        return state.log().lastStampMillis();
    }

    /** The cluster time as this node knows it, 0 for not at all; it's told to candidates with this node's votes from now on. */
    public void clusterTimeIs(long millis) {
        state.clusterMillis(millis);
    }

    /** The latest cluster time that a voter has told this node in its last campaign; 0 if none knew it. */
    public long votersMillis() {
        return election.votersMillis();
    }

    /** The membership in force: the last one in the log, which may not be committed. */
    public Configuration configuration() {
        return state.configuration();
    }

    /** The last membership that is known to be committed. */
    public Configuration committedConfiguration() {
        return state.committedConfiguration();
    }

    /** Which server of the group this node is. */
    public Server server() {
        return state.server();
    }

    /** Whether the membership in force lists a server of this node. */
    public boolean isMember() {
        return state.configuration().contains(state.self());
    }

    /** To whom the leadership is being handed over, at the leader. */
    public Optional<NodeId> successor() {
        return leadership.flatMap(Leadership::successor);
    }

    private void leaveOffice() {
        if (leadership.isPresent() && leadership.get().isOver()) {
            follow(state.term(), Optional.empty());
        }
    }

    private void follow(long term, Optional<NodeId> leader) {
        if (leadership.isPresent()) {
            lastRound = leadership.get().lastRound();
            leadership.get().end();
            leadership = Optional.empty();
            election.resetTimer();
        }
        boolean isNewTerm = term > state.term();
        if (isNewTerm) {
            follower.forgetAssembly();
        }
        boolean isOtherLeader = isNewTerm || !state.leader().equals(leader);
        state.becomeFollower(term, leader);
        if (isOtherLeader) {
            reads.refuseAll();
        }
    }

    private void lead() {
        state.becomeLeader();
        reads.refuseAll();
        state.appendOwn(LogEntry.Kind.NOOP, Bytes.EMPTY, Long.MIN_VALUE);
        leadership = Optional.of(new Leadership(state, lastRound, readsDone));
    }
}

package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
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
    private Optional<Replication> replication = Optional.empty();
    private long lastRound;

    /**
     * A node that starts, as a follower, whatever it was before (a restarted leader leads again only after an election).
     *
     * @param voters all nodes of the group, this one included; the same list on each
     * @param recovered what the log store held. The caller restores the snapshot's state itself
     * @param random draws the election timeouts; seeded by the caller
     * @param now the current time
     * @throws IllegalArgumentException if this node isn't a voter, or what was recovered doesn't fit together or belongs to other voters
     */
    public Raft(
            RaftOptions options,
            NodeId self,
            List<NodeId> voters,
            LogStore.Recovered recovered,
            RandomGenerator random,
            long now) {
        Configuration configuration = new Configuration(voters);
        if (!configuration.isVoter(self)) {
            throw new IllegalArgumentException("node " + self + " is not one of the voters " + voters);
        }
        recovered.snapshot().ifPresent(snapshot -> checkConfiguration(configuration, snapshot));
        state = new RaftState(options, self, configuration, recovered, now);
        election = new Election(state, random, state.term() > 0 || recovered.incarnation() > 1);
        follower = new Follower(state);
        lastRound = now;
    }

    private static void checkConfiguration(Configuration configuration, StoredSnapshot snapshot) {
        if (snapshot.config().isEmpty()) {
            return;
        }
        List<NodeId> stored = Configuration.decode(snapshot.config()).voters();
        if (stored.size() != configuration.voters().size()
                || !configuration.voters().containsAll(stored)) {
            throw new IllegalArgumentException("the snapshot at index " + snapshot.index() + " belongs to the voters "
                    + stored + ", not to " + configuration.voters());
        }
    }

    /** A message has come. One from a node that isn't a voter, or from this node itself, is passed over. */
    public void receive(NodeId from, RaftMessage message, long now) {
        state.advance(now);
        if (from.equals(state.self()) || !state.configuration().isVoter(from)) {
            return;
        }
        if (message instanceof PreVoteRequest request) {
            election.answer(from, request);
            return;
        }
        if (message.term() > state.term()) {
            if (message instanceof VoteRequest && election.isPromisedAgainst(from)) {
                return; // not even the term is taken: the leader heard of lately shall not be disturbed
            }
            follow(message.term(), Optional.empty());
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
            receiveAnswer(from, message);
        }
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

    private void receiveAnswer(NodeId from, RaftMessage message) {
        if (message instanceof VoteResponse response) {
            if (election.count(from, response)) {
                lead();
            }
        } else if (replication.isPresent()) {
            Replication leading = replication.get();
            if (message instanceof AppendAccepted answer) {
                leading.accepted(from, answer);
            } else if (message instanceof AppendRejected answer) {
                leading.rejected(from, answer);
            } else if (message instanceof InstallSnapshotResponse answer) {
                leading.answered(from, answer);
            }
        }
    }

    /** Time has passed. Harmless at any time; needed at {@link #deadline}. */
    public void tick(long now) {
        state.advance(now);
        if (replication.isPresent()) {
            if (replication.get().hasLostQuorum()) {
                follow(state.term(), Optional.empty());
            } else {
                replication.get().tick();
            }
        } else if (election.isDue()) {
            election.begin();
        }
    }

    /** When {@link #tick} is needed next: not later than this, unless another input comes first. At once while there are effects to take. */
    public long deadline() {
        if (hasEffects()) {
            return state.now();
        }
        return replication.isPresent() ? replication.get().heartbeatDeadline() : election.deadline();
    }

    /**
     * Appends a command to the leader's log; {@code effects()} sends it. O(1).
     *
     * @param stampMillis the cluster time; raised to that of the entry before if it's lower, as stamps never fall along the log
     */
    public Proposed propose(Bytes payload, long stampMillis, long now) {
        state.advance(now);
        if (replication.isEmpty()) {
            return new Proposed.NotLeader(state.leader());
        }
        RaftLog log = state.log();
        long waiting = log.bytesBetween(state.commitIndex(), log.lastIndex());
        long size = (long) payload.size() + RaftOptions.ENTRY_OVERHEAD_BYTES;
        if (waiting > 0 && waiting + size > state.options().maxUncommittedBytes()) {
            return new Proposed.Overloaded(waiting);
        }
        appendOwn(LogEntry.Kind.COMMAND, payload, stampMillis);
        replication.get().requestFill();
        return new Proposed.Accepted(log.lastIndex(), state.term());
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
        if (replication.isPresent()) {
            replication.get().advanceCommit();
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
        Bytes config = state.configuration().encode();
        state.compactTo(new StoredSnapshot(index, log.termAt(index), log.stampAt(index), config, snapshot));
    }

    /**
     * Takes what there is to do, and clears it; a leader's messages for all proposals of the turn are formed here, one batch a peer. Large
     * work is handed out in pages: {@link #hasEffects} says whether there is more.
     */
    public RaftEffects effects() {
        if (replication.isPresent() && replication.get().isFillDue()) {
            replication.get().fill();
        }
        return new RaftEffects(
                state.outbox().take(), state.stream().take(), state.takeInstalled(), state.takeCommitted());
    }

    /** Whether {@link #effects} would have anything. */
    public boolean hasEffects() {
        return state.outbox().isReady()
                || state.stream().hasWrite()
                || state.hasInstalled()
                || state.appliedIndex() < state.commitIndex()
                || replication.isPresent() && replication.get().isFillDue();
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
        return replication.isPresent()
                && state.appliedIndex() >= replication.get().firstIndex();
    }

    /**
     * Whether it leads and is sure that nobody else does: a majority, itself included, has answered messages that were sent at most the
     * shortest election timeout ago, less the clock drift ({@link RaftOptions#quorumWindowNanos}).
     */
    public boolean hasQuorum(long now) {
        return replication.isPresent()
                && replication.get().isAnsweredWithin(state.options().quorumWindowNanos(), now);
    }

    /** The stamp of the last entry of the log, or of the snapshot before it; 0 if there is neither. */
    public long lastStampMillis() {
        return state.log().lastStampMillis();
    }

    private void follow(long term, Optional<NodeId> leader) {
        if (replication.isPresent()) {
            lastRound = replication.get().lastRound();
            replication = Optional.empty();
            election.resetTimer();
        }
        if (term > state.term()) {
            follower.forgetAssembly();
        }
        state.becomeFollower(term, leader);
    }

    private void lead() {
        state.becomeLeader();
        appendOwn(LogEntry.Kind.NOOP, Bytes.EMPTY, Long.MIN_VALUE);
        replication = Optional.of(new Replication(state, lastRound));
    }

    private void appendOwn(LogEntry.Kind kind, Bytes payload, long stampMillis) {
        RaftLog log = state.log();
        long stamp = Math.max(stampMillis, log.lastStampMillis());
        log.append(new LogEntry(log.lastIndex() + 1, state.term(), stamp, kind, payload));
    }
}

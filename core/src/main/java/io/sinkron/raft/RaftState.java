package io.sinkron.raft;

import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.SnapshotWrite;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.util.List;
import java.util.Optional;

/**
 * The variables of the paper's figure (Ongaro 2014, figure 3.1) that all phases share: term, vote, role, leader, log, commit and applied
 * index, the latest snapshot, and the ways out. Only the transitions here change them. Single-threaded.
 */
final class RaftState {
    private final RaftOptions options;
    private final NodeId self;
    private final Configuration configuration;
    private final RaftLog log;
    private final WriteStream stream;
    private final Outbox outbox = new Outbox();
    private Role role = Role.FOLLOWER;
    private long term;
    private Optional<NodeId> votedFor;
    private Optional<NodeId> leader = Optional.empty();
    private long commitIndex;
    private long appliedIndex;
    private Optional<StoredSnapshot> snapshot;
    private Optional<StoredSnapshot> installed = Optional.empty();
    private long now;

    RaftState(RaftOptions options, NodeId self, Configuration configuration, LogStore.Recovered recovered, long now) {
        this.options = options;
        this.self = self;
        this.configuration = configuration;
        this.now = now;
        this.snapshot = recovered.snapshot();
        this.log = recoveredLog(recovered);
        this.term = recovered.hardState().term();
        this.votedFor = recovered.hardState().votedFor();
        this.stream = new WriteStream(log, recovered.hardState());
        this.commitIndex = snapshotIndex();
        this.appliedIndex = commitIndex;
        if (log.lastTerm() > term) {
            throw new IllegalArgumentException(
                    "recovered log ends in term " + log.lastTerm() + ", beyond the recovered term " + term);
        }
    }

    /** The recovered log; of the tail behind a snapshot the first entry becomes the base, as the term of the one before it is not known. */
    private static RaftLog recoveredLog(LogStore.Recovered recovered) {
        List<LogEntry> entries = recovered.entries();
        Optional<StoredSnapshot> snapshot = recovered.snapshot();
        long snapshotIndex = snapshot.map(StoredSnapshot::index).orElse(0L);
        if (!entries.isEmpty() && entries.get(0).index() > snapshotIndex + 1) {
            throw new IllegalArgumentException("recovered log begins at "
                    + entries.get(0).index() + ", entries are missing after index " + snapshotIndex);
        }
        RaftLog log;
        int from = 0;
        if (entries.isEmpty() || entries.get(0).index() == snapshotIndex + 1) {
            log = new RaftLog(
                    snapshotIndex,
                    snapshot.map(StoredSnapshot::term).orElse(0L),
                    snapshot.map(StoredSnapshot::stampMillis).orElse(0L));
        } else {
            LogEntry first = entries.get(0);
            log = new RaftLog(first.index(), first.term(), first.stampMillis());
            from = 1;
        }
        for (LogEntry entry : entries.subList(from, entries.size())) {
            log.append(entry);
        }
        if (snapshot.isPresent() && !log.matches(snapshotIndex, snapshot.get().term())) {
            throw new IllegalArgumentException("recovered log, from " + log.baseIndex() + " to " + log.lastIndex()
                    + ", doesn't fit the snapshot at index " + snapshotIndex + " term "
                    + snapshot.get().term());
        }
        return log;
    }

    RaftOptions options() {
        return options;
    }

    NodeId self() {
        return self;
    }

    Configuration configuration() {
        return configuration;
    }

    RaftLog log() {
        return log;
    }

    WriteStream stream() {
        return stream;
    }

    Outbox outbox() {
        return outbox;
    }

    Role role() {
        return role;
    }

    boolean isLeader() {
        return role == Role.LEADER;
    }

    long term() {
        return term;
    }

    Optional<NodeId> votedFor() {
        return votedFor;
    }

    Optional<NodeId> leader() {
        return leader;
    }

    long commitIndex() {
        return commitIndex;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    Optional<StoredSnapshot> snapshot() {
        return snapshot;
    }

    long snapshotIndex() {
        return snapshot.isPresent() ? snapshot.get().index() : 0;
    }

    /** The latest time that any input brought. */
    long now() {
        return now;
    }

    /** Time goes forward only; an earlier time is taken as the latest known. */
    void advance(long time) {
        if (time - now > 0) {
            now = time;
        }
    }

    /** Sends a message once the current term and vote are durable, which they mostly are. */
    void send(NodeId to, RaftMessage message) {
        sendOnceDurable(to, message, 0);
    }

    /** Sends a message once this write, and the current term and vote, are durable. */
    void sendOnceDurable(NodeId to, RaftMessage message, long sequence) {
        long needed = Math.max(sequence, stream.hardStateSequence());
        if (needed <= stream.durableSequence()) {
            outbox.sendNow(to, message);
        } else {
            outbox.hold(to, message, needed);
        }
    }

    /** Follows in this term. The vote is forgotten only if the term rises: a node that only steps down has still given its vote. */
    void becomeFollower(long newTerm, Optional<NodeId> newLeader) {
        InvariantViolation.check(newTerm >= term, "the term would fall");
        if (newTerm > term) {
            term = newTerm;
            votedFor = Optional.empty();
            stream.setHardState(new HardState(term, votedFor));
            outbox.dropHeld();
        }
        role = Role.FOLLOWER;
        leader = newLeader;
    }

    void becomePreCandidate() {
        role = Role.PRE_CANDIDATE;
        leader = Optional.empty();
    }

    /** A new term with the vote for itself. */
    void becomeCandidate() {
        becomeFollower(term + 1, Optional.empty());
        vote(self);
        role = Role.CANDIDATE;
    }

    void becomeLeader() {
        InvariantViolation.check(role == Role.CANDIDATE, "only a candidate becomes leader");
        role = Role.LEADER;
        leader = Optional.of(self);
    }

    void vote(NodeId candidate) {
        InvariantViolation.check(votedFor.isEmpty(), "second vote in one term");
        votedFor = Optional.of(candidate);
        stream.setHardState(new HardState(term, votedFor));
    }

    /** Removes the entries from this index on, because a leader has others there. */
    void truncateFrom(long index) {
        InvariantViolation.check(index > commitIndex, "a committed entry would be overwritten");
        stream.truncating(index);
        log.truncateFrom(index);
    }

    void commitTo(long index) {
        InvariantViolation.check(index <= log.lastIndex(), "commit beyond the log");
        commitIndex = Math.max(commitIndex, index);
    }

    /** The next committed entries to apply, a page at most. */
    List<LogEntry> takeCommitted() {
        if (appliedIndex >= commitIndex) {
            return List.of();
        }
        long end = log.batchEnd(appliedIndex + 1, commitIndex, options.maxApplyEntries(), options.maxApplyBytes());
        List<LogEntry> page = log.slice(appliedIndex + 1, end);
        appliedIndex = end;
        return page;
    }

    /** Keeps this node's own snapshot and lets go of the log behind the tail that is kept. */
    void compactTo(StoredSnapshot taken) {
        long freeUpTo = taken.index() - options.keptTailEntries();
        if (freeUpTo < log.baseIndex()) {
            freeUpTo = log.baseIndex();
        }
        long tailLimit = options.keptTailBytes();
        while (log.bytesBetween(freeUpTo, taken.index()) > tailLimit) {
            freeUpTo++;
        }
        stream.snapshotTaken(new SnapshotWrite(taken, freeUpTo));
        log.releaseTo(freeUpTo);
        snapshot = Optional.of(taken);
    }

    /** Replaces log and applied state by a leader's snapshot that is ahead of both. */
    void install(StoredSnapshot received) {
        InvariantViolation.check(received.index() > commitIndex, "a snapshot would lower the commit index");
        stream.snapshotInstalled(new SnapshotWrite(received, received.index()), commitIndex);
        log.reset(received.index(), received.term(), received.stampMillis());
        snapshot = Optional.of(received);
        installed = snapshot;
        commitIndex = received.index();
        appliedIndex = received.index();
    }

    boolean hasInstalled() {
        return installed.isPresent();
    }

    Optional<StoredSnapshot> takeInstalled() {
        Optional<StoredSnapshot> taken = installed;
        installed = Optional.empty();
        return taken;
    }
}

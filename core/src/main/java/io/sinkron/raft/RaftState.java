package io.sinkron.raft;

import io.sinkron.common.Bytes;
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
    private final RaftLog log;
    private final ConfigurationLog configurations;
    private final WriteStream stream;
    private final Outbox outbox = new Outbox();
    private Role role = Role.FOLLOWER;
    private long identity;
    private boolean isBlank;
    private boolean hasNewConfiguration;
    private long term;
    private Optional<NodeId> votedFor;
    private Optional<NodeId> leader = Optional.empty();
    private long commitIndex;
    private long appliedIndex;
    private Optional<StoredSnapshot> snapshot;
    private Optional<StoredSnapshot> installed = Optional.empty();
    private long now;
    private long clusterMillis;

    RaftState(RaftOptions options, NodeId self, Configuration founding, LogStore.Recovered recovered, long now) {
        this.options = options;
        this.self = self;
        this.now = now;
        this.snapshot = recovered.snapshot();
        this.log = recoveredLog(recovered);
        this.term = recovered.hardState().term();
        this.votedFor = recovered.hardState().votedFor();
        this.stream = new WriteStream(log, recovered.hardState(), now);
        this.commitIndex = snapshotIndex();
        this.appliedIndex = commitIndex;
        this.configurations = recoveredConfigurations(founding, recovered);
        this.isBlank = term == 0 && snapshot.isEmpty() && recovered.entries().isEmpty();
        this.identity =
                isBlank ? recovered.incarnation() : recovered.hardState().identity();
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

    private static ConfigurationLog recoveredConfigurations(Configuration founding, LogStore.Recovered recovered) {
        long index = recovered.snapshot().map(StoredSnapshot::index).orElse(0L);
        Configuration base = recovered
                .snapshot()
                .map(StoredSnapshot::config)
                .filter(config -> !config.isEmpty())
                .map(ConfigurationFormat::decode)
                .orElse(founding);
        ConfigurationLog configurations = new ConfigurationLog(index, base);
        for (LogEntry entry : recovered.entries()) {
            if (entry.kind() == LogEntry.Kind.CONFIG && entry.index() > index) {
                configurations.append(entry.index(), ConfigurationFormat.decode(entry.payload()));
            }
        }
        return configurations;
    }

    RaftOptions options() {
        return options;
    }

    NodeId self() {
        return self;
    }

    /** The membership in force: the last one in the log. */
    Configuration configuration() {
        return configurations.effective();
    }

    /** Where the membership in force stands in the log. */
    long configurationIndex() {
        return configurations.effectiveIndex();
    }

    /** The last membership that is committed. */
    Configuration committedConfiguration() {
        return configurations.at(commitIndex);
    }

    /** Which server of the group this node is. */
    Server server() {
        return new Server(self, identity);
    }

    /** Whether nothing was ever written to this node's disk, so that it may be a lost one begun anew. */
    boolean isBlank() {
        return isBlank;
    }

    /** Whether this very server votes, in either half. */
    boolean isVoter() {
        return !isBlank && configuration().isVoter(server());
    }

    /**
     * Whether this very server's vote may be needed: it's a member, or was one by the last membership that is known to be committed. The leader that
     * appended its own removal may have the longest log, without which nobody can lead (Ongaro 2014, section 4.2.2).
     */
    boolean isNeeded() {
        return !isBlank
                && (configuration().lists(server()) || committedConfiguration().lists(server()));
    }

    /** Whether this very server may campaign: it votes, or did by the last membership that is known to be committed. */
    boolean mayCampaign() {
        return isVoter() || !isBlank && committedConfiguration().isVoter(server());
    }

    /** This node's empty disk is that of a founding member: a group is founded now. */
    void found() {
        InvariantViolation.check(isBlank, "only an empty disk becomes a founder's");
        identity = Server.FOUNDER;
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
            stream.advance(time);
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
            writeHardState();
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
    void becomeCandidate(long newTerm) {
        InvariantViolation.check(newTerm > term, "a candidacy without a new term");
        becomeFollower(newTerm, Optional.empty());
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
        writeHardState();
    }

    private void writeHardState() {
        isBlank = false;
        stream.setHardState(new HardState(term, votedFor, identity));
    }

    /** The cluster time that this node tells candidates, 0 for none. */
    long clusterMillis() {
        return clusterMillis;
    }

    void clusterMillis(long millis) {
        clusterMillis = millis;
    }

    /** Appends an entry of this leader's own, and returns its index. Its stamp is raised to that of the entry before, as stamps never fall. */
    long appendOwn(LogEntry.Kind kind, Bytes payload, long stampMillis) {
        long stamp = Math.max(stampMillis, log.lastStampMillis());
        append(new LogEntry(log.lastIndex() + 1, term, stamp, kind, payload));
        return log.lastIndex();
    }

    /** Appends an entry; a membership is in force at once. */
    void append(LogEntry entry) {
        log.append(entry);
        if (entry.kind() == LogEntry.Kind.CONFIG) {
            configurations.append(entry.index(), ConfigurationFormat.decode(entry.payload()));
            hasNewConfiguration = true;
        }
    }

    /** Removes the entries from this index on, because a leader has others there. */
    void truncateFrom(long index) {
        InvariantViolation.check(index > commitIndex, "a committed entry would be overwritten");
        stream.truncating(index);
        log.truncateFrom(index);
        hasNewConfiguration |= configurations.truncateFrom(index);
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

    /**
     * Keeps this node's own snapshot and lets go of the log behind it, save a tail for whoever is slightly slow, and what somebody is known to need, both
     * bounded.
     *
     * @param needed the index after which all is still needed
     */
    void compactTo(StoredSnapshot taken, long needed) {
        long tail = Math.max(
                taken.index() - options.keptTailEntries(), log.lowestWithin(taken.index(), options.keptTailBytes()));
        long held = Math.max(needed, log.lowestWithin(taken.index(), options.heldLogBytes()));
        long freeUpTo = Math.max(log.baseIndex(), Math.min(tail, held));
        stream.snapshotTaken(new SnapshotWrite(taken, freeUpTo));
        log.releaseTo(freeUpTo);
        configurations.compactTo(taken.index());
        snapshot = Optional.of(taken);
    }

    /** The membership as of an index from the latest snapshot's on. */
    Configuration configurationAt(long index) {
        return configurations.at(index);
    }

    /** Replaces log and applied state by a leader's snapshot that is ahead of both. */
    void install(StoredSnapshot received) {
        InvariantViolation.check(received.index() > commitIndex, "a snapshot would lower the commit index");
        stream.snapshotInstalled(new SnapshotWrite(received, received.index()), commitIndex);
        log.reset(received.index(), received.term(), received.stampMillis());
        if (!received.config().isEmpty()) {
            configurations.reset(received.index(), ConfigurationFormat.decode(received.config()));
            hasNewConfiguration = true;
        }
        snapshot = Optional.of(received);
        installed = snapshot;
        commitIndex = received.index();
        appliedIndex = received.index();
    }

    boolean hasNewConfiguration() {
        return hasNewConfiguration;
    }

    Optional<Configuration> takeNewConfiguration() {
        boolean isNew = hasNewConfiguration;
        hasNewConfiguration = false;
        return isNew ? Optional.of(configuration()) : Optional.empty();
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

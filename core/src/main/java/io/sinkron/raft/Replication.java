package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.Progress.Phase;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a leader does during its term (Ongaro 2014, section 3.5, 3.6.2 and 10.2.1): sends each follower what it lacks, moves the commit
 * index, and watches whether a majority still answers. Messages are formed once a turn, in {@link #fill}, so that all proposals of the
 * turn travel together. Exists from the election to the end of the leadership. Single-threaded.
 */
final class Replication {
    /** For how many of the longest election timeouts a node that was removed is told so. */
    private static final int DEPARTURE_TIMEOUTS = 10;

    private final RaftState state;
    private final Map<NodeId, Progress> peers = new LinkedHashMap<>();
    private final long firstIndex;
    private final long leaderSince;
    private long heartbeatDeadline;
    private long lastRound;
    private boolean isFillDue = true;

    /**
     * Begins with the leader's first entry, the no-op, in its log.
     *
     * @param lastRound a round not below any that this node has used
     */
    Replication(RaftState state, long lastRound) {
        this.state = state;
        this.lastRound = lastRound;
        this.firstIndex = state.log().lastIndex();
        this.leaderSince = state.now();
        this.heartbeatDeadline = state.now() + state.options().heartbeatNanos();
        membersChanged();
    }

    /** The membership in force has changed: whoever is new in it gets the log from now on; whoever isn't in it any more is told so. */
    void membersChanged() {
        List<NodeId> members = state.configuration().members();
        for (NodeId member : members) {
            if (!member.equals(state.self())) {
                peers.computeIfAbsent(
                                member,
                                id -> new Progress(id, Math.max(1, state.log().lastIndex()), lastRound))
                        .stay();
            }
        }
        for (Progress peer : peers.values()) {
            if (!members.contains(peer.peer())) {
                peer.depart(state.now());
            }
        }
        isFillDue = true;
    }

    /** Whether this node gets the log, as a member or until it knows that it isn't one any more. */
    boolean isServed(NodeId node) {
        return peers.containsKey(node);
    }

    /** What is known of a member; nothing of this node itself. */
    Optional<Progress> progress(NodeId node) {
        return Optional.ofNullable(peers.get(node));
    }

    Collection<Progress> peers() {
        return peers.values();
    }

    /** The index of the no-op that began the term. */
    long firstIndex() {
        return firstIndex;
    }

    long heartbeatDeadline() {
        return heartbeatDeadline;
    }

    long lastRound() {
        return lastRound;
    }

    boolean isFillDue() {
        return isFillDue;
    }

    /** There may be something to send. */
    void requestFill() {
        isFillDue = true;
    }

    void tick() {
        if (state.now() - heartbeatDeadline >= 0) {
            heartbeatDeadline = state.now() + state.options().heartbeatNanos();
            for (Progress peer : peers.values()) {
                peer.setHeartbeatDue(true);
            }
            isFillDue = true;
        }
    }

    /**
     * Whether a majority, this node included, has answered messages sent at most that long ago. The send time counts, not the answer's:
     * the follower's promise began no earlier than that.
     */
    boolean isAnsweredWithin(long nanos, long now) {
        long youngest = state.configuration().agreed(voter -> {
            if (voter.equals(state.server())) {
                return 0;
            }
            Progress peer = peers.get(voter.id());
            return isAnswering(peer, voter) ? peer.answeredRound() - now : Long.MIN_VALUE;
        });
        return youngest >= -nanos;
    }

    /** Whether a majority, this node included, has answered a message of this round or a later one: then nobody else led when it was sent. */
    boolean isConfirmed(long round) {
        return state.configuration()
                        .agreed(voter -> voter.equals(state.server())
                                        || isAnswering(peers.get(voter.id()), voter)
                                                && peers.get(voter.id()).answeredRound() - round >= 0
                                ? 1
                                : 0)
                > 0;
    }

    private static boolean isAnswering(Progress peer, Server voter) {
        return peer != null && peer.is(voter) && peer.hasAnswered();
    }

    /** Whether a peer has answered lately. */
    boolean isAlive(Progress peer) {
        return peer.hasAnswered()
                && state.now() - peer.answeredRound() < state.options().electionTimeoutMaxNanos();
    }

    /** Check-quorum (thesis, section 6.2): no majority has answered for the longest election timeout. */
    boolean hasLostQuorum() {
        long timeout = state.options().electionTimeoutMaxNanos();
        return state.now() - leaderSince >= timeout && !isAnsweredWithin(timeout, state.now());
    }

    /**
     * After which index the log is still needed by followers that answer. Letting go of it would send them from one snapshot to the next: a transfer
     * may take longer than the pause between two snapshots.
     */
    long lowestNeeded() {
        long lowest = Long.MAX_VALUE;
        for (Progress peer : peers.values()) {
            if (isAlive(peer) && !peer.isDeparting()) {
                lowest = Math.min(
                        lowest,
                        peer.phase() == Phase.SNAPSHOT
                                ? peer.transfer().snapshot().index()
                                : peer.match());
            }
        }
        return lowest;
    }

    void accepted(NodeId from, AppendAccepted answer) {
        Progress peer = peers.get(from);
        if (peer == null || !noteAnswer(peer, answer.identity(), answer.round())) {
            return;
        }
        if (peer.isFromEarlierLife(answer.round())
                || answer.verifiedIndex() > state.log().lastIndex()) {
            return;
        }
        boolean isNews = peer.acknowledged(answer.durableIndex(), lastRound, state.now());
        switch (peer.phase()) {
            case PROBE -> {
                if (answer.verifiedIndex() >= peer.next() - 1) {
                    peer.stream(answer.verifiedIndex() + 1, lastRound);
                }
            }
            case STREAM -> peer.verified(answer.verifiedIndex());
            case SNAPSHOT -> {
                // It has the snapshot, or can go on without it. If the log has been compacted beyond it meanwhile, the
                // next one follows.
                long enough = Math.min(
                        state.log().baseIndex(), peer.transfer().snapshot().index());
                if (answer.verifiedIndex() >= enough) {
                    peer.stream(answer.verifiedIndex() + 1, lastRound);
                } else {
                    peer.transfer().overtakenBy(answer.round(), state.now(), stallNanos());
                }
            }
        }
        isFillDue = true;
        if (isNews) {
            advanceCommit();
        }
    }

    void rejected(NodeId from, AppendRejected answer) {
        Progress peer = peers.get(from);
        if (peer == null || !noteAnswer(peer, answer.identity(), answer.round())) {
            return;
        }
        if (peer.isStaleRejection(answer.round())) {
            return;
        }
        long upTo = Math.min(answer.hintIndex(), answer.prevIndex() - 1);
        if (upTo < peer.match()) {
            if (!peer.hasLostAcknowledged(answer.round())) {
                return;
            }
            peer.forget(lastRound);
        }
        peer.probe(state.log().lastIndexWithTermAtMost(answer.hintTerm(), upTo) + 1, lastRound);
        isFillDue = true;
    }

    void answered(NodeId from, InstallSnapshotResponse answer) {
        Progress peer = peers.get(from);
        if (peer == null || !noteAnswer(peer, answer.identity(), answer.round())) {
            return;
        }
        SnapshotTransfer transfer = peer.transfer();
        if (transfer != null && transfer.snapshot().index() == answer.index()) {
            transfer.answered(answer.offset(), answer.round(), state.now());
            isFillDue = true;
        }
    }

    /** Only rounds that were sent count, whatever a peer echoes, and only the answers of the node's latest disk. */
    private boolean noteAnswer(Progress peer, long identity, long round) {
        if (round - lastRound > 0 || !peer.seen(identity, lastRound)) {
            isFillDue = true;
            return false;
        }
        peer.answered(round);
        return true;
    }

    /**
     * The commit rule (section 3.6.2): what a majority holds durably, this node counted like any other, and only if that's an entry of this
     * term. An older entry that a majority holds may still be overwritten (figure 3.7); it's committed by the one of this term behind it.
     */
    void advanceCommit() {
        long agreed = state.configuration()
                .agreed(voter -> voter.equals(state.server()) ? state.stream().durableIndex() : matchOf(voter));
        if (agreed > state.commitIndex() && state.log().termAt(agreed) == state.term()) {
            state.commitTo(agreed);
            isFillDue = true;
        }
    }

    /** Up to where a voter is known to agree, durably: its own acknowledgements only, not those of a lost disk or of its successor. */
    long matchOf(Server voter) {
        Progress peer = peers.get(voter.id());
        return peer != null && peer.is(voter) ? peer.match() : 0;
    }

    /** This turn's messages are to get an answer from everybody. */
    void requestAnswers() {
        peers.values().forEach(peer -> peer.setHeartbeatDue(true));
        isFillDue = true;
    }

    /** Begins a turn's messages: the round that they will bear. */
    long beginRound() {
        lastRound = state.now() - lastRound > 0 ? state.now() : lastRound + 1;
        return lastRound;
    }

    /** Forms this turn's messages. */
    void fill() {
        isFillDue = false;
        peers.values().removeIf(this::hasDeparted);
        for (Progress peer : peers.values()) {
            switch (peer.phase()) {
                case PROBE -> probe(peer);
                case STREAM -> stream(peer);
                case SNAPSHOT -> transfer(peer);
            }
            peer.setHeartbeatDue(false);
        }
    }

    private boolean hasDeparted(Progress peer) {
        if (!peer.isDeparting()) {
            return false;
        }
        long removedAt = state.configurationIndex();
        boolean isTold = peer.match() >= removedAt && peer.commitTold() >= removedAt;
        return isTold
                || state.now() - peer.departingSince()
                        > DEPARTURE_TIMEOUTS * state.options().electionTimeoutMaxNanos();
    }

    /** One message at the place where the logs may agree; repeated, without entries, at each heartbeat. */
    private void probe(Progress peer) {
        if (peer.isProbeOutstanding() && !peer.isHeartbeatDue()) {
            return;
        }
        if (peer.next() <= state.log().baseIndex()) {
            beginTransfer(peer);
            return;
        }
        long end = peer.isProbeOutstanding()
                ? peer.next() - 1
                : batchEnd(peer, state.options().maxBatchBytes());
        send(peer, peer.next() - 1, end);
        peer.probeSent();
    }

    /** A snapshot is sent only to who answers: a dead peer shall cost heartbeats, not snapshots. */
    private void beginTransfer(Progress peer) {
        if (isAlive(peer)) {
            StoredSnapshot snapshot = state.snapshot().orElseThrow();
            peer.sendSnapshot(new SnapshotTransfer(snapshot, state.options(), lastRound, state.now()), lastRound);
            transfer(peer);
        } else if (peer.isHeartbeatDue()) {
            sendEmpty(peer, 0, 0);
        }
    }

    private void stream(Progress peer) {
        RaftLog log = state.log();
        if (peer.next() <= log.baseIndex()) {
            peer.probe(peer.next(), lastRound);
            beginTransfer(peer);
            return;
        }
        boolean isSent = false;
        while (peer.next() <= log.lastIndex()) {
            long inFlightBytes = log.bytesBetween(peer.match(), peer.next() - 1);
            long inFlightEntries = peer.next() - 1 - peer.match();
            long room = state.options().maxInFlightBytes() - inFlightBytes;
            if (room <= 0 || inFlightEntries >= state.options().maxInFlightEntries()) {
                break;
            }
            long end = batchEnd(peer, Math.min(room, state.options().maxBatchBytes()));
            send(peer, peer.next() - 1, end);
            peer.sent(end, state.now());
            isSent = true;
        }
        long match = peer.match();
        if (peer.isHeartbeatDue()) {
            // A window that stands still for long may be lost: the heartbeat then asks for its end, and a gap is
            // answered with a
            // rejection. Otherwise it asks for what is known to agree, as it may overtake what is in flight.
            boolean isStalled = peer.next() - 1 > match && state.now() - peer.movedAt() >= stallNanos();
            heartbeat(peer, isStalled ? peer.next() - 1 : match);
        } else if (!isSent && Math.min(state.commitIndex(), match) > peer.commitTold()) {
            heartbeat(peer, match);
        }
    }

    private long batchEnd(Progress peer, long maxBytes) {
        long from = peer.next();
        RaftLog log = state.log();
        if (from > log.lastIndex()) {
            return log.lastIndex();
        }
        RaftOptions options = state.options();
        long room = options.maxInFlightEntries() - (from - 1 - peer.match());
        long maxEntries =
                peer.phase() == Phase.STREAM ? Math.min(room, options.maxBatchEntries()) : options.maxBatchEntries();
        return log.batchEnd(from, log.lastIndex(), maxEntries, maxBytes);
    }

    /** The next pieces; to a follower that falls silent not more than the window, as only an answer moves or rewinds it. */
    private void transfer(Progress peer) {
        SnapshotTransfer transfer = peer.transfer();
        transfer.earn(state.options(), state.now());
        boolean isAnswering =
                state.now() - peer.answeredRound() < 2 * state.options().heartbeatNanos();
        while (isAnswering && transfer.canSend(state.options())) {
            state.send(peer.peer(), transfer.nextChunk(state.options(), state.term(), lastRound, state.now()));
        }
        if (peer.isHeartbeatDue()) {
            if (transfer.isDelivered()) {
                sendEmpty(peer, transfer.snapshot().index(), transfer.snapshot().term());
            } else {
                sendEmpty(peer, 0, 0);
            }
        }
    }

    /** After how long without progress what is in flight is taken to be lost: heartbeats travel in a faster lane than what they ask for. */
    private long stallNanos() {
        return state.options().electionTimeoutMinNanos() / 2;
    }

    private void heartbeat(Progress peer, long prev) {
        if (prev < state.log().baseIndex()) {
            sendEmpty(peer, 0, 0);
        } else {
            send(peer, prev, prev);
        }
    }

    private void sendEmpty(Progress peer, long prev, long prevTerm) {
        state.send(
                peer.peer(),
                new AppendEntries(state.term(), lastRound, prev, prevTerm, state.commitIndex(), List.of()));
    }

    private void send(Progress peer, long prev, long end) {
        List<LogEntry> entries = state.log().slice(prev + 1, end);
        long prevTerm = state.log().termAt(prev);
        long commit = state.commitIndex();
        state.send(peer.peer(), new AppendEntries(state.term(), lastRound, prev, prevTerm, commit, entries));
        peer.told(Math.min(commit, end));
    }
}

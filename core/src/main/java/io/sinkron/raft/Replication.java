package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.Progress.Phase;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.spi.LogEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a leader does during its term (Ongaro 2014, section 3.5, 3.6.2 and 10.2.1): sends each follower what it lacks, moves the commit
 * index, and watches whether a majority still answers. Messages are formed once a turn, in {@link #fill}, so that all proposals of the
 * turn travel together. Exists from the election to the end of the leadership. Single-threaded.
 */
final class Replication {
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
        for (NodeId voter : state.configuration().voters()) {
            if (!voter.equals(state.self())) {
                peers.put(voter, new Progress(voter, firstIndex, lastRound));
            }
        }
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
            if (voter.equals(state.self())) {
                return 0;
            }
            Progress peer = peers.get(voter);
            return peer.hasAnswered() ? peer.answeredRound() - now : Long.MIN_VALUE;
        });
        return youngest >= -nanos;
    }

    /** Check-quorum (thesis, section 6.2): no majority has answered for the longest election timeout. */
    boolean hasLostQuorum() {
        long timeout = state.options().electionTimeoutMaxNanos();
        return state.now() - leaderSince >= timeout && !isAnsweredWithin(timeout, state.now());
    }

    void accepted(NodeId from, AppendAccepted answer) {
        Progress peer = peers.get(from);
        noteAnswer(peer, answer.round());
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
                    peer.transfer().overtakenBy(answer.round());
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
        noteAnswer(peer, answer.round());
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
        noteAnswer(peer, answer.round());
        SnapshotTransfer transfer = peer.transfer();
        if (transfer != null && transfer.snapshot().index() == answer.index()) {
            transfer.answered(answer.offset(), answer.round());
            isFillDue = true;
        }
    }

    /** Only rounds that were sent count, whatever a peer echoes. */
    private void noteAnswer(Progress peer, long round) {
        if (round - lastRound <= 0) {
            peer.answered(round);
        }
    }

    /**
     * The commit rule (section 3.6.2): what a majority holds durably, this node counted like any other, and only if that's an entry of this
     * term. An older entry that a majority holds may still be overwritten (figure 3.7); it's committed by the one of this term behind it.
     */
    void advanceCommit() {
        long agreed = state.configuration()
                .agreed(voter -> voter.equals(state.self())
                        ? state.stream().durableIndex()
                        : peers.get(voter).match());
        if (agreed > state.commitIndex() && state.log().termAt(agreed) == state.term()) {
            state.commitTo(agreed);
            isFillDue = true;
        }
    }

    /** Forms this turn's messages. */
    void fill() {
        isFillDue = false;
        lastRound = state.now() - lastRound > 0 ? state.now() : lastRound + 1;
        for (Progress peer : peers.values()) {
            switch (peer.phase()) {
                case PROBE -> probe(peer);
                case STREAM -> stream(peer);
                case SNAPSHOT -> transfer(peer);
            }
            peer.setHeartbeatDue(false);
        }
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
        boolean isAlive = peer.hasAnswered()
                && state.now() - peer.answeredRound() < state.options().electionTimeoutMaxNanos();
        if (isAlive) {
            peer.sendSnapshot(new SnapshotTransfer(state.snapshot().orElseThrow(), lastRound), lastRound);
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
            // A window that stands still for a heartbeat may be lost: the heartbeat then asks for its end, and a gap is
            // answered with a
            // rejection. Otherwise it asks for what is known to agree, as it may overtake what is in flight.
            boolean isStalled = peer.next() - 1 > match
                    && state.now() - peer.movedAt() >= state.options().heartbeatNanos();
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
        boolean isAnswering =
                state.now() - peer.answeredRound() < 2 * state.options().heartbeatNanos();
        while (isAnswering && transfer.canSend(state.options())) {
            state.send(peer.peer(), transfer.nextChunk(state.options(), state.term(), lastRound));
        }
        if (peer.isHeartbeatDue()) {
            if (transfer.isDelivered()) {
                sendEmpty(peer, transfer.snapshot().index(), transfer.snapshot().term());
            } else {
                sendEmpty(peer, 0, 0);
            }
        }
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

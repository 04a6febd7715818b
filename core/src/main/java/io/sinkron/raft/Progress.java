package io.sinkron.raft;

import io.sinkron.common.NodeId;

/**
 * What a leader knows of one follower's log, for one term (thesis, section 10.2.1, and etcd's {@code tracker}).
 *
 * <pre>
 *            rejected                 rejected, or gone from the log
 *          +---------+        +------------------------------------+
 *          v         |        v                                    |
 *  ----> PROBE ------+----&gt; (one message at a time)               |
 *          |  accepted at the probed place                         |
 *          +-------------------------------------------------&gt; STREAM (a window of messages)
 *          |                                                       ^
 *          +--&gt; SNAPSHOT (the place is gone from the log) --------+  accepted at or behind the log's base
 * </pre>
 *
 * <p>The window isn't counted: what is in flight lies between {@code match} and {@code next}, so no lost or repeated answer can leak
 * (etcd/raft 54). Single-threaded.
 */
final class Progress {
    /** How the leader sends to a follower. */
    enum Phase {
        /** It doesn't know where the logs agree, and asks one place at a time. */
        PROBE,
        /** It sends ahead of acknowledgements. */
        STREAM,
        /** It sends a snapshot. */
        SNAPSHOT
    }

    private static final long NEVER = Long.MIN_VALUE;

    private final NodeId peer;
    private Phase phase = Phase.PROBE;
    private long match;
    private long next;
    private boolean isProbeOutstanding;
    private boolean isHeartbeatDue = true;
    private long commitTold;
    private long movedAt;
    private long phaseRound;
    private long lifeRound = NEVER;
    private long matchRound = NEVER;
    private long answeredRound = NEVER;
    private SnapshotTransfer transfer;
    private long identity = Server.UNKNOWN;
    private boolean isDeparting;
    private long departingSince;

    Progress(NodeId peer, long next, long lastRound) {
        this.peer = peer;
        this.next = next;
        this.phaseRound = lastRound;
        this.movedAt = lastRound;
    }

    NodeId peer() {
        return peer;
    }

    Phase phase() {
        return phase;
    }

    /** Up to where the follower's log is known to agree, durably. */
    long match() {
        return match;
    }

    /** The next index to send; always above {@link #match}. */
    long next() {
        return next;
    }

    boolean isProbeOutstanding() {
        return isProbeOutstanding;
    }

    boolean isHeartbeatDue() {
        return isHeartbeatDue;
    }

    void setHeartbeatDue(boolean due) {
        isHeartbeatDue = due;
    }

    SnapshotTransfer transfer() {
        return transfer;
    }

    /** The highest commit index that the follower will know if nothing got lost. */
    long commitTold() {
        return commitTold;
    }

    void told(long commitIndex) {
        commitTold = Math.max(commitTold, commitIndex);
    }

    /** Since when the window hasn't moved. */
    long movedAt() {
        return movedAt;
    }

    /** Which server of the node has answered last. */
    Server server() {
        return new Server(peer, identity);
    }

    boolean is(Server server) {
        return identity == server.identity() && peer.equals(server.id());
    }

    /**
     * A server of the node has answered. A later one than before begins anew, whatever the lost one had acknowledged. False if the answer
     * says nothing: it's an earlier server's, or the first of a new one.
     */
    boolean seen(long answering, long lastRound) {
        if (answering <= identity) {
            return answering == identity;
        }
        boolean isFirst = identity == Server.UNKNOWN;
        identity = answering;
        if (!isFirst) {
            forget(lastRound);
            answeredRound = NEVER;
            enter(Phase.PROBE, lastRound);
        }
        return isFirst;
    }

    /** The node doesn't belong to the group any more, but is still to hear of that. */
    void depart(long now) {
        if (!isDeparting) {
            isDeparting = true;
            departingSince = now;
        }
    }

    /** The node belongs to the group again. */
    void stay() {
        isDeparting = false;
    }

    boolean isDeparting() {
        return isDeparting;
    }

    long departingSince() {
        return departingSince;
    }

    /** An answer to a message of this round has come. */
    void answered(long round) {
        if (answeredRound == NEVER || round - answeredRound > 0) {
            answeredRound = round;
        }
    }

    boolean hasAnswered() {
        return answeredRound != NEVER;
    }

    /** The latest round that was answered; meaningless before {@link #hasAnswered}. */
    long answeredRound() {
        return answeredRound;
    }

    /** A rejection of an earlier round than the phase's first speaks of a place that has been dealt with. */
    boolean isStaleRejection(long round) {
        return round - phaseRound <= 0;
    }

    /** An acknowledgement from before the follower lost its log ({@link #forget}). */
    boolean isFromEarlierLife(long round) {
        return lifeRound != NEVER && round - lifeRound <= 0;
    }

    /**
     * Whether a rejection by a log that ends, or differs, before {@code match} means that the follower has lost what it acknowledged: only if
     * the rejected message was sent after the acknowledgement had been received. Otherwise they just overtook each other.
     */
    boolean hasLostAcknowledged(long rejectedRound) {
        return matchRound != NEVER && rejectedRound - matchRound > 0;
    }

    void probeSent() {
        isProbeOutstanding = true;
    }

    /** Entries up to this index are on their way. */
    void sent(long lastIndex, long now) {
        if (next == match + 1) {
            movedAt = now;
        }
        next = lastIndex + 1;
    }

    /** The follower holds this much; lower news is old. Returns whether it was news. */
    boolean acknowledged(long durableIndex, long lastRound, long now) {
        if (durableIndex <= match) {
            return false;
        }
        match = durableIndex;
        next = Math.max(next, match + 1);
        matchRound = lastRound;
        movedAt = now;
        return true;
    }

    void verified(long index) {
        next = Math.max(next, index + 1);
    }

    void probe(long nextIndex, long lastRound) {
        enter(Phase.PROBE, lastRound);
        next = Math.max(nextIndex, match + 1);
    }

    void stream(long nextIndex, long lastRound) {
        enter(Phase.STREAM, lastRound);
        next = Math.max(nextIndex, match + 1);
    }

    void sendSnapshot(SnapshotTransfer snapshot, long lastRound) {
        enter(Phase.SNAPSHOT, lastRound);
        transfer = snapshot;
    }

    /** The follower's log isn't what it acknowledged: all is to be learnt anew, and no earlier acknowledgement counts. */
    void forget(long lastRound) {
        match = 0;
        commitTold = 0;
        matchRound = NEVER;
        lifeRound = lastRound;
    }

    private void enter(Phase newPhase, long lastRound) {
        phase = newPhase;
        phaseRound = lastRound;
        movedAt = lastRound; // a round is a time
        isProbeOutstanding = false;
        transfer = null;
    }
}

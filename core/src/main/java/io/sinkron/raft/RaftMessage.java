package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.Message;
import io.sinkron.spi.LogEntry;
import java.util.List;
import java.util.Objects;

/**
 * What the nodes of a group say to each other (Ongaro 2014, figures 3.1 and 5.3). Each may be lost, delayed, repeated and overtaken.
 * Immutable.
 *
 * <p>A <em>round</em> is the leader's monotonic send time in nanoseconds, made strictly increasing from turn to turn and echoed in every
 * answer. It tells when the answered message was sent, which a lease needs, and being never reused within a term, which answer belongs
 * before or after what.
 */
public sealed interface RaftMessage extends Message {
    /** The sender's term; for {@link PreVoteRequest} the term that it would campaign in. */
    long term();

    /**
     * Asks whether a vote would be granted. Changes nothing at the receiver (thesis, section 9.6).
     *
     * @param term the term the sender would campaign in: its own plus one
     * @param lastIndex the last index of its log
     * @param lastTerm the term of the entry there
     */
    record PreVoteRequest(long term, long lastIndex, long lastTerm) implements RaftMessage {}

    /**
     * Answers a {@link PreVoteRequest}.
     *
     * @param term the answering node's own term, so that a node left behind learns it
     * @param campaignTerm the request's term
     * @param granted whether it would vote
     */
    record PreVoteResponse(long term, long campaignTerm, boolean granted) implements RaftMessage {}

    /**
     * Asks for a vote. Leaves its node only once the node's own vote for itself is durable.
     *
     * @param term the candidate's term
     * @param lastIndex the last index of its log
     * @param lastTerm the term of the entry there
     */
    record VoteRequest(long term, long lastIndex, long lastTerm) implements RaftMessage {}

    /**
     * Answers a {@link VoteRequest}, once the term and the vote are durable.
     *
     * @param term the answering node's term; a vote counts only in this term
     * @param granted whether the vote was given
     */
    record VoteResponse(long term, boolean granted) implements RaftMessage {}

    /**
     * Entries to append, or none: a heartbeat, a probe, news of the commit index.
     *
     * @param term the leader's term
     * @param round to be echoed
     * @param prevIndex the index before the entries
     * @param prevTerm the term of the entry there
     * @param commitIndex the leader's commit index; means something to the receiver only up to {@code prevIndex + entries.size()}
     * @param entries the entries after {@code prevIndex}, in order without a gap
     */
    record AppendEntries(long term, long round, long prevIndex, long prevTerm, long commitIndex, List<LogEntry> entries)
            implements RaftMessage {
        /** Takes an immutable copy (none is made of a list that is immutable already). */
        public AppendEntries {
            entries = List.copyOf(entries);
        }
    }

    /**
     * The log agrees with the leader's up to an index.
     *
     * @param term the follower's term
     * @param round of the message answered
     * @param verifiedIndex the last index that the answered message itself verified: previous index plus entries. Not the log's end
     * @param durableIndex how much of that is durable; only this counts for a commit
     */
    record AppendAccepted(long term, long round, long verifiedIndex, long durableIndex) implements RaftMessage {}

    /**
     * The log doesn't have the entry before those sent, or the message's term is old.
     *
     * @param term the follower's term
     * @param round of the message answered
     * @param prevIndex of the message answered
     * @param hintIndex the follower's last index, at or below {@code prevIndex}, whose term is at most the previous term sent: nothing after
     *     it can agree
     * @param hintTerm the term there
     */
    record AppendRejected(long term, long round, long prevIndex, long hintIndex, long hintTerm)
            implements RaftMessage {}

    /**
     * A piece of a snapshot.
     *
     * @param term the leader's term
     * @param round to be echoed
     * @param index the last index in the snapshot
     * @param snapshotTerm the term of the entry there
     * @param stampMillis the stamp of the entry there
     * @param config the group's membership there
     * @param sizeBytes the size of the whole state
     * @param offset where the piece begins
     * @param chunk the piece
     */
    record InstallSnapshot(
            long term,
            long round,
            long index,
            long snapshotTerm,
            long stampMillis,
            Bytes config,
            long sizeBytes,
            long offset,
            Bytes chunk)
            implements RaftMessage {
        /** Rejects missing parts. */
        public InstallSnapshot {
            Objects.requireNonNull(config, "config");
            Objects.requireNonNull(chunk, "chunk");
        }
    }

    /**
     * How far a transfer has come. That the snapshot is installed and durable is said by an {@link AppendAccepted}.
     *
     * @param term the follower's term
     * @param round of the piece answered
     * @param index of the snapshot
     * @param offset the byte to go on from
     */
    record InstallSnapshotResponse(long term, long round, long index, long offset) implements RaftMessage {}
}

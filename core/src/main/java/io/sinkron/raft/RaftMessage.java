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

    @Override
    default Lane lane() {
        return Lane.CONTROL;
    }

    /**
     * Asks whether a vote would be granted. Changes nothing at the receiver (thesis, section 9.6).
     *
     * @param term the term the sender would campaign in: its own plus one
     * @param lastIndex the last index of its log
     * @param lastTerm the term of the entry there
     * @param round to be echoed: names this question among all that any start of the sender asks
     */
    record PreVoteRequest(long term, long lastIndex, long lastTerm, long round) implements RaftMessage {}

    /**
     * Answers a {@link PreVoteRequest}.
     *
     * @param term the answering node's own term, so that a node left behind learns it
     * @param campaignTerm the request's term
     * @param granted whether it would vote
     * @param identity the answering node's
     * @param round the request's
     * @param blank whether nothing was ever written to the answering node's disk, which therefore votes only to found a group
     * @param lastIndex the last index of the answering node's log
     */
    record PreVoteResponse(
            long term, long campaignTerm, boolean granted, long identity, long round, boolean blank, long lastIndex)
            implements RaftMessage {}

    /** What a vote is asked for. The codes are part of the wire format. */
    enum Campaign {
        /** After an election timeout. */
        REGULAR,
        /** For the first leader of a group: asks disks that nothing was written to as well. */
        FOUNDING,
        /** At the word of the leader, who doesn't lead any more: no promise to it stands in the way (thesis, section 3.10). */
        TRANSFER
    }

    /**
     * Asks for a vote. Leaves its node only once the node's own vote for itself is durable.
     *
     * @param term the candidate's term
     * @param lastIndex the last index of its log
     * @param lastTerm the term of the entry there
     * @param campaign what for
     * @param receiver for {@link Campaign#FOUNDING} the identity that the asked node answered the pre-vote with, so that a request that was
     *     under way for long can't make a founder of a disk that was lost since; else 0
     */
    record VoteRequest(long term, long lastIndex, long lastTerm, Campaign campaign, long receiver)
            implements RaftMessage {}

    /**
     * Answers a {@link VoteRequest}, once the term and the vote are durable.
     *
     * @param term the answering node's term; a vote counts only in this term
     * @param granted whether the vote was given
     * @param identity the answering node's: the vote is this server's, not its namesake's
     * @param clusterMillis the cluster time as the answering node knows it, 0 if it has heard none since its start
     */
    record VoteResponse(long term, boolean granted, long identity, long clusterMillis) implements RaftMessage {
        /** The answer of a node that has heard of no time. */
        public VoteResponse(long term, boolean granted, long identity) {
            this(term, granted, identity, 0);
        }
    }

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

        @Override
        public Lane lane() {
            return entries.isEmpty() ? Lane.CONTROL : Lane.DATA;
        }
    }

    /**
     * The log agrees with the leader's up to an index.
     *
     * @param term the follower's term
     * @param round of the message answered
     * @param verifiedIndex the last index that the answered message itself verified: previous index plus entries. Not the log's end
     * @param durableIndex how much of that is durable; only this counts for a commit
     * @param identity the follower's
     */
    record AppendAccepted(long term, long round, long verifiedIndex, long durableIndex, long identity)
            implements RaftMessage {}

    /**
     * The log doesn't have the entry before those sent, or the message's term is old.
     *
     * @param term the follower's term
     * @param round of the message answered
     * @param prevIndex of the message answered
     * @param hintIndex the follower's last index, at or below {@code prevIndex}, whose term is at most the previous term sent: nothing after
     *     it can agree
     * @param hintTerm the term there
     * @param identity the follower's
     */
    record AppendRejected(long term, long round, long prevIndex, long hintIndex, long hintTerm, long identity)
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
     * @param checksum of the piece ({@link io.sinkron.common.XxHash64}, seed 0): what a transport or a memory changed is not installed
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
            Bytes chunk,
            long checksum)
            implements RaftMessage {
        /** Rejects missing parts. */
        public InstallSnapshot {
            Objects.requireNonNull(config, "config");
            Objects.requireNonNull(chunk, "chunk");
        }

        @Override
        public Lane lane() {
            return Lane.BULK;
        }
    }

    /**
     * How far a transfer has come. That the snapshot is installed and durable is said by an {@link AppendAccepted}.
     *
     * @param term the follower's term
     * @param round of the piece answered
     * @param index of the snapshot
     * @param offset the byte to go on from
     * @param identity the follower's
     */
    record InstallSnapshotResponse(long term, long round, long index, long offset, long identity)
            implements RaftMessage {}

    /**
     * The leader gives its leadership up in favour of the receiver, which is to campaign at once.
     *
     * @param term the leader's last one
     */
    record TimeoutNow(long term) implements RaftMessage {}

    /**
     * A follower wants to read what is committed now.
     *
     * @param term the asking node's
     * @param asker which start of the asking node, to be echoed
     * @param id to be echoed; never used twice by one start of a node
     */
    record ReadRequest(long term, long asker, long id) implements RaftMessage {}

    /**
     * Answers a {@link ReadRequest}, once a majority has confirmed after it came that its receiver leads.
     *
     * @param term the answering node's
     * @param asker of the request
     * @param id of the request
     * @param index what must be applied before the read, or {@link RaftEffects#REFUSED} if the receiver doesn't lead or can't take more
     */
    record ReadResponse(long term, long asker, long id, long index) implements RaftMessage {}
}

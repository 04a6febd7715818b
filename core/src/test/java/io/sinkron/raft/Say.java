package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.XxHash64;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.Campaign;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;

/** Messages as founders with disks that were written to say them. */
final class Say {
    private Say() {}

    static PreVoteRequest preVoteRequest(long term, long lastIndex, long lastTerm) {
        return new PreVoteRequest(term, lastIndex, lastTerm, Server.FOUNDER);
    }

    static PreVoteResponse preVoteResponse(long term, long campaignTerm, boolean granted) {
        return new PreVoteResponse(term, campaignTerm, granted, Server.FOUNDER, Server.FOUNDER, false, 0);
    }

    static VoteRequest voteRequest(long term, long lastIndex, long lastTerm) {
        return new VoteRequest(term, lastIndex, lastTerm, Campaign.REGULAR, 0);
    }

    static VoteResponse voteResponse(long term, boolean granted) {
        return new VoteResponse(term, granted, Server.FOUNDER);
    }

    static AppendAccepted appendAccepted(long term, long round, long verifiedIndex, long durableIndex) {
        return new AppendAccepted(term, round, verifiedIndex, durableIndex, Server.FOUNDER);
    }

    static AppendRejected appendRejected(long term, long round, long prevIndex, long hintIndex, long hintTerm) {
        return new AppendRejected(term, round, prevIndex, hintIndex, hintTerm, Server.FOUNDER);
    }

    static InstallSnapshot installSnapshot(
            long term,
            long round,
            long index,
            long snapshotTerm,
            long stampMillis,
            Bytes config,
            long sizeBytes,
            long offset,
            Bytes chunk) {
        return new InstallSnapshot(
                term,
                round,
                index,
                snapshotTerm,
                stampMillis,
                config,
                sizeBytes,
                offset,
                chunk,
                XxHash64.hash(chunk.array(), 0));
    }

    static InstallSnapshotResponse installSnapshotResponse(long term, long round, long index, long offset) {
        return new InstallSnapshotResponse(term, round, index, offset, Server.FOUNDER);
    }
}

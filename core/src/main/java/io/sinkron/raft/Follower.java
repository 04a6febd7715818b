package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.common.XxHash64;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.List;

/**
 * The receiving side of replication (Ongaro 2014, figure 3.1 "AppendEntries", figure 5.3 "InstallSnapshot").
 *
 * <table>
 *   <caption>An append with previous place p and n entries, at a log with base b and last index l</caption>
 *   <tr><th>situation</th><th>outcome</th></tr>
 *   <tr><td>p &gt; l, or another term at p</td><td>rejected with a hint; nothing is removed</td></tr>
 *   <tr><td>p &lt; b</td><td>agrees: what is behind the base is committed, and every leader has it</td></tr>
 *   <tr><td>an entry is there with the same term</td><td>kept, and so is everything behind it: a late, shorter append must not cut off
 *       what a later one brought</td></tr>
 *   <tr><td>an entry is there with another term</td><td>it and all behind it are removed; never at or below the commit index</td></tr>
 *   <tr><td>commit</td><td>rises to min(leader's commit, p + n): only what this message verified</td></tr>
 * </table>
 *
 * <p>Single-threaded.
 */
final class Follower {
    private final RaftState state;
    private SnapshotAssembly assembly;

    Follower(RaftState state) {
        this.state = state;
    }

    /** Refuses a message of an old term, so that its leader learns the new one. */
    void refuse(NodeId from, long round, long prevIndex) {
        RaftLog log = state.log();
        state.send(
                from, new AppendRejected(state.term(), round, prevIndex, log.lastIndex(), log.lastTerm(), identity()));
    }

    /** The term has changed: what another leader began to send is worth nothing. */
    void forgetAssembly() {
        assembly = null;
    }

    void append(NodeId from, AppendEntries message) {
        RaftLog log = state.log();
        long prev = message.prevIndex();
        if (prev > log.lastIndex() || prev >= log.baseIndex() && log.termAt(prev) != message.prevTerm()) {
            long hint = Math.max(log.baseIndex(), log.lastIndexWithTermAtMost(message.prevTerm(), prev));
            state.send(
                    from, new AppendRejected(state.term(), message.round(), prev, hint, log.termAt(hint), identity()));
            return;
        }
        List<LogEntry> entries = message.entries();
        merge(entries);
        long verified = prev + entries.size();
        state.commitTo(Math.min(message.commitIndex(), verified));
        if (entries.isEmpty()) {
            // A sign of life must not wait for a slow disk; it says how much is durable so far.
            long durable = Math.min(verified, state.stream().durableIndex());
            state.send(from, new AppendAccepted(state.term(), message.round(), verified, durable, identity()));
        } else {
            acknowledge(from, message.round(), verified);
        }
    }

    /** Keeps what agrees, removes from the first disagreement on, appends the rest. */
    private void merge(List<LogEntry> entries) {
        RaftLog log = state.log();
        for (int i = 0; i < entries.size(); i++) {
            LogEntry entry = entries.get(i);
            if (entry.index() <= log.lastIndex()) {
                if (entry.index() <= log.baseIndex() || log.termAt(entry.index()) == entry.term()) {
                    continue;
                }
                state.truncateFrom(entry.index());
            }
            state.append(entry);
        }
    }

    /** Says, once it's true on disk, that the log agrees up to this index. */
    private void acknowledge(NodeId from, long round, long index) {
        state.sendOnceDurable(
                from,
                new AppendAccepted(state.term(), round, index, index, identity()),
                state.stream().sequenceOf(index));
    }

    void install(NodeId from, InstallSnapshot piece) {
        if (piece.index() <= state.commitIndex() || state.log().matches(piece.index(), piece.snapshotTerm())) {
            // The log reaches it and agrees: it stays, with all that follows. Only the news that it's committed is
            // taken.
            assembly = null;
            state.commitTo(piece.index());
            acknowledge(from, piece.round(), piece.index());
            return;
        }
        boolean isWhole = XxHash64.hash(piece.chunk().array(), 0) == piece.checksum();
        if (!isWhole
                || piece.sizeBytes() < 0
                || piece.sizeBytes() > state.options().maxSnapshotBytes()) {
            return;
        }
        if (assembly == null || !assembly.isOf(piece)) {
            assembly = new SnapshotAssembly(piece);
        }
        assembly.add(piece);
        long offset = assembly.offset();
        if (assembly.isComplete()) {
            StoredSnapshot snapshot = assembly.snapshot(piece);
            assembly = null;
            state.install(snapshot);
            acknowledge(from, piece.round(), piece.index());
        }
        state.send(from, new InstallSnapshotResponse(state.term(), piece.round(), piece.index(), offset, identity()));
    }

    private long identity() {
        return state.server().identity();
    }
}

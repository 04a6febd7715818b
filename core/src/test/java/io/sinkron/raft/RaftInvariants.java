package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.spi.LogEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The safety properties of a group (Ongaro 2014, figure 3.2, and what durability adds), checked whenever a node does something. It stands
 * outside the nodes and remembers what they forget.
 */
final class RaftInvariants {
    private record Place(long index, long term) {}

    private record Ballot(Server voter, long term) {}

    private record Read(NodeId node, long id) {}

    private record Seen(long term, long commit, long applied) {}

    private final Map<NodeId, TestNode> nodes = new HashMap<>();
    private final Map<Long, NodeId> leaders = new HashMap<>();
    private final Map<Place, Long> prefixes = new HashMap<>();
    private final TreeMap<Long, LogEntry> committed = new TreeMap<>();
    private final Map<Long, Long> committedInTerm = new HashMap<>();
    private final Map<Ballot, NodeId> votes = new HashMap<>();
    private final Map<Long, Long> stateHashes = new HashMap<>();
    private final Map<NodeId, Seen> seen = new HashMap<>();
    private final Map<Read, Long> reads = new HashMap<>();
    private final Map<Server, DiskImage> lost = new HashMap<>();
    private final Map<NodeId, Configuration> inForce = new HashMap<>();
    private final Map<NodeId, Long> leaderTerms = new HashMap<>();

    static long mix(long hash, LogEntry entry) {
        return hash * 1_000_003L + entry.payload().hashCode() * 31L + entry.term() * 7L + entry.index();
    }

    void add(TestNode node) {
        nodes.put(node.id, node);
    }

    void forget(NodeId node) {
        seen.remove(node);
    }

    /** This node's disk is about to be lost; what it held counts as held, as that may have been acknowledged already. */
    void lost(TestNode node) {
        lost.put(new Server(node.id, node.disk().hardState().identity()), node.disk());
    }

    private void forgetReads(NodeId node) {
        reads.keySet().removeIf(read -> read.node.equals(node));
    }

    void started(TestNode node) {
        Seen before = seen.get(node.id);
        if (before != null) {
            require(node.raft().term() == node.disk().hardState().term(), "R6: term after restart is not the disk's");
        }
        seen.put(
                node.id,
                new Seen(
                        node.raft().term(),
                        node.raft().commitIndex(),
                        node.raft().appliedIndex()));
        leaderTerms.remove(node.id);
        forgetReads(node.id);
        require(node.raft().role() == Role.FOLLOWER, "a node starts as a follower");
    }

    /** R2: a leader never removes entries of its log. */
    void writing(TestNode node, Write write) {
        Long leading = leaderTerms.get(node.id);
        if (leading != null && leading == node.raft().term() && node.raft().role() == Role.LEADER) {
            require(write.batch().truncateFrom() == 0, "R2: leader " + node.id + " truncates its log");
        }
    }

    /** R7 and R8, at the moment a message leaves a node. */
    void sent(TestNode node, Outgoing outgoing) {
        RaftMessage message = outgoing.message();
        DiskImage disk = node.disk();
        if (!(message instanceof RaftMessage.PreVoteRequest)) {
            require(disk.hardState().term() >= message.term(), "R8: term spoken before durable: " + message);
        }
        if (message instanceof VoteResponse vote && vote.granted()) {
            voted(node, vote.term(), outgoing.to());
        } else if (message instanceof VoteRequest request) {
            voted(node, request.term(), node.id);
        } else if (message instanceof AppendAccepted accepted) {
            long index = accepted.durableIndex();
            require(index <= accepted.verifiedIndex(), "acknowledges more than was verified");
            require(index <= disk.lastIndex(), "R8: acknowledges " + index + ", disk ends at " + disk.lastIndex());
        }
    }

    private void voted(TestNode node, long term, NodeId candidate) {
        if (node.disk().hardState().term() == term) {
            require(
                    node.disk().hardState().votedFor().filter(candidate::equals).isPresent(),
                    "R8: vote of " + node.id + " in term " + term + " spoken before durable");
        }
        NodeId before = votes.putIfAbsent(new Ballot(node.raft().server(), term), candidate);
        require(
                before == null || before.equals(candidate),
                "R7: " + node.id + " votes for " + before + " and " + candidate + " in term " + term);
    }

    /** R5, R14: what is applied at an index is one function of the index, everywhere and for ever. */
    void applied(TestNode node, LogEntry entry) {
        LogEntry before = committed.putIfAbsent(entry.index(), entry);
        require(
                before == null || before.equals(entry),
                "R5: " + node.id + " applies " + entry + ", applied elsewhere was " + before);
        committedInTerm.merge(entry.index(), node.raft().term(), Math::min);
        snapshot(entry.index(), node.stateHash());
    }

    /** R10: the state at an index is the same by replay and by snapshot. */
    void snapshot(long index, long hash) {
        Long before = stateHashes.putIfAbsent(index, hash);
        require(before == null || before == hash, "R10: two states at index " + index);
    }

    void afterTurn(TestNode node) {
        Raft raft = node.raft();
        Seen before = seen.get(node.id);
        require(raft.term() >= before.term(), "R6: the term falls on " + node.id);
        require(raft.commitIndex() >= before.commit(), "R6: the commit index falls on " + node.id);
        require(raft.appliedIndex() >= before.applied(), "R6: the applied index falls on " + node.id);
        require(raft.snapshotIndex() <= raft.appliedIndex(), "R10: snapshot ahead of applied");
        require(raft.appliedIndex() <= raft.commitIndex(), "R6: applied ahead of commit");
        require(raft.commitIndex() <= raft.lastIndex(), "R6: commit ahead of the log");
        require(raft.lastIndex() == node.written.lastIndex(), "the log isn't what was written");
        if (raft.role() == Role.LEADER) {
            leads(node, raft.commitIndex() > before.commit());
        } else {
            leaderTerms.remove(node.id);
        }
        matchLogs(node);
        seen.put(node.id, new Seen(raft.term(), raft.commitIndex(), raft.appliedIndex()));
        inForce.put(node.id, raft.configuration());
    }

    private void leads(TestNode node, boolean hasCommitted) {
        Raft raft = node.raft();
        NodeId other = leaders.putIfAbsent(raft.term(), node.id);
        require(
                other == null || other.equals(node.id),
                "R1: " + other + " and " + node.id + " lead term " + raft.term());
        boolean isNew = leaderTerms.put(node.id, raft.term()) == null;
        if (isNew) {
            for (Map.Entry<Long, LogEntry> entry : committed.entrySet()) {
                boolean isEarlier = committedInTerm.get(entry.getKey()) < raft.term();
                require(
                        !isEarlier
                                || node.written.holds(
                                        entry.getKey(), entry.getValue().term()),
                        "R4: leader " + node.id + " of term " + raft.term() + " lacks committed " + entry.getValue());
            }
        }
        if (hasCommitted) {
            long index = raft.commitIndex();
            long term = node.written.entry(index).orElseThrow().term();
            require(term == raft.term(), "R9: commits " + index + " of term " + term + " in term " + raft.term());
            // A turn may commit first, by the one in force until then, and append the next one behind what it
            // committed.
            Configuration before = inForce.getOrDefault(node.id, raft.configuration());
            require(
                    isHeldByMajority(raft.configuration(), index, term) || isHeldByMajority(before, index, term),
                    "R9: " + node.id + " commits " + index + " without a durable majority of " + raft.configuration());
        }
    }

    /** R9: what is committed is durable on a majority of the very servers that vote, of either half. */
    private boolean isHeldByMajority(Configuration configuration, long index, long term) {
        return isHeldByMajority(configuration.voters(), index, term)
                && (!configuration.isJoint() || isHeldByMajority(configuration.outgoing(), index, term));
    }

    private boolean isHeldByMajority(List<Server> voters, long index, long term) {
        long holders =
                voters.stream().filter(voter -> holds(voter, index, term)).count();
        return holders * 2 > voters.size();
    }

    private boolean holds(Server voter, long index, long term) {
        DiskImage image = lost.get(voter);
        TestNode node = nodes.get(voter.id());
        return image != null && image.holds(index, term)
                || node.disk().hardState().identity() == voter.identity()
                        && node.disk().holds(index, term);
    }

    void readBegins(TestNode node, long id) {
        reads.put(new Read(node.id, id), committed.isEmpty() ? 0 : committed.lastKey());
    }

    /** R16: a read sees all that was committed, as far as anybody had applied it, when it began. */
    void read(TestNode node, RaftEffects.ReadDone read) {
        Long begun = reads.remove(new Read(node.id, read.id()));
        require(begun != null, "a read of " + node.id + " is answered twice, or was never begun");
        require(
                read.index() == RaftEffects.REFUSED || read.index() >= begun,
                "R16: " + node.id + " reads at " + read.index() + ", committed was " + begun);
    }

    /** R3: the same index and term is the same entry, with the same entries before it. */
    private void matchLogs(TestNode node) {
        List<LogEntry> entries = node.written.entries();
        if (entries.isEmpty()) {
            return;
        }
        long first = entries.get(0).index();
        Long prefix = first == 1 ? Long.valueOf(0) : null;
        for (LogEntry entry : entries) {
            Place place = new Place(entry.index(), entry.term());
            Long known = prefixes.get(place);
            if (prefix == null) {
                prefix = known;
                continue;
            }
            prefix = mix(prefix, entry);
            require(known == null || known.equals(prefix), "R3: logs differ at " + place + " on " + node.id);
            prefixes.put(place, prefix);
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}

package io.sinkron.transport.inmemory.sim.invariant;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.node.Node;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.raft.Role;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.Violation;
import io.sinkron.transport.inmemory.sim.world.WorldObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The safety of Raft, seen from outside (Ongaro 2014, figure 3.2, and what implementations got wrong). History is kept here, outside the nodes:
 * who led and who was voted for in each term, and the one sequence of committed entries.
 *
 * <p>R1 one leader a term. R3 log matching. R4 leader completeness. R5 one committed sequence, applied without gaps. R6 nothing falls that must
 * only grow. R7 one vote a term. R8 votes, terms and acknowledged entries are durable before they are spoken of, and what was durable is
 * there after a restart. R9 a commit is durable on a majority. R10 equal states at equal indexes. R15 stamps never fall.
 */
public final class RaftInvariants implements WorldObserver {
    private static final int STATE_SAMPLE = 16;

    private record Place(long index, long term) {}

    private record Ballot(NodeId voter, long term) {}

    private static final class Shadow {
        private ShadowLog memory = new ShadowLog();
        private ShadowLog durable = new ShadowLog();
        private final List<RaftEffects.Write> unforced = new ArrayList<>();
        private long term;
        private long commit;
        private long applied;
        private boolean running;
    }

    private final List<NodeId> voters;
    private final Marks marks;
    private final Map<NodeId, Shadow> shadows = new HashMap<>();
    private final Map<Long, NodeId> leaders = new HashMap<>();
    private final Map<Ballot, NodeId> votes = new HashMap<>();
    private final Map<Place, Long> prefixes = new HashMap<>();
    private final Map<Long, Long> states = new HashMap<>();
    private final List<Long> committed = new ArrayList<>();
    private long highestLeaderTerm;

    /** Nothing has happened yet to these nodes. */
    public RaftInvariants(List<NodeId> voters, Marks marks) {
        this.voters = List.copyOf(voters);
        this.marks = marks;
        voters.forEach(voter -> shadows.put(voter, new Shadow()));
        committed.add(0L);
    }

    /** The highest index that any node has committed. */
    public long commitIndex() {
        return committed.size() - 1L;
    }

    @Override
    public void started(NodeId node, LogStore.Recovered recovered) {
        Shadow shadow = shadows.get(node);
        ShadowLog found = new ShadowLog(recovered, this::committedHash);
        nothingDurableIsLost(node, shadow, found);
        shadow.memory = found;
        shadow.durable = new ShadowLog(recovered, this::committedHash);
        shadow.unforced.clear();
        shadow.term = recovered.hardState().term();
        shadow.commit = 0;
        shadow.applied = 0;
        shadow.running = true;
    }

    /** What was written and not forced may be there or not, in its order, so a cut that wasn't forced may have happened. */
    private static void nothingDurableIsLost(NodeId node, Shadow shadow, ShadowLog found) {
        long firstCut = Long.MAX_VALUE;
        for (RaftEffects.Write write : shadow.unforced) {
            if (write.batch().truncateFrom() > 0) {
                firstCut = Math.min(firstCut, write.batch().truncateFrom());
            }
            if (write.snapshot().isPresent()) {
                firstCut = Math.min(firstCut, write.snapshot().get().snapshot().index() + 1);
            }
        }
        ShadowLog durable = shadow.durable;
        long kept = Math.min(durable.lastIndex(), firstCut - 1);
        boolean same = !durable.hasEntry(kept) || found.reaches(kept) && found.agrees(kept, durable.prefixHash(kept));
        Violation.check(
                found.reaches(kept) && same,
                "R8 what was durable is there after a restart",
                node + " had a durable log up to " + kept + " and came back with one up to " + found.lastIndex());
        long term = durable.hardState().term();
        boolean voteKept = found.hardState().term() > term
                || found.hardState().term() == term
                        && (durable.hardState().votedFor().isEmpty()
                                || durable.hardState()
                                        .votedFor()
                                        .equals(found.hardState().votedFor()));
        Violation.check(
                voteKept,
                "R6 term and vote survive a restart",
                node + " had " + durable.hardState() + " on disk and came back with " + found.hardState());
    }

    @Override
    public void stopped(NodeId node) {
        shadows.get(node).running = false;
    }

    @Override
    public void writing(NodeId node, RaftEffects.Write write) {
        Shadow shadow = shadows.get(node);
        long cut = write.batch().truncateFrom();
        if (cut > 0) {
            marks.reached("log cut");
            Violation.check(
                    cut > shadow.commit,
                    "R5 a committed entry is never cut",
                    node + " cuts from " + cut + ", committed " + shadow.commit);
        }
        shadow.memory.apply(write, this::committedHash);
        shadow.unforced.add(write);
        for (LogEntry entry : write.batch().entries()) {
            if (shadow.memory.hasEntry(entry.index())) {
                matches(node, entry, shadow.memory.prefixHash(entry.index()));
            }
        }
    }

    private void matches(NodeId node, LogEntry entry, long prefixHash) {
        Long known = prefixes.putIfAbsent(new Place(entry.index(), entry.term()), prefixHash);
        Violation.check(
                known == null || known == prefixHash,
                "R3 logs that agree on index and term agree on all before",
                node + " differs at index " + entry.index() + " of term " + entry.term());
    }

    @Override
    public void durable(NodeId node, long sequence) {
        Shadow shadow = shadows.get(node);
        while (!shadow.unforced.isEmpty() && shadow.unforced.get(0).sequence() <= sequence) {
            shadow.durable.apply(shadow.unforced.remove(0), this::committedHash);
        }
    }

    @Override
    public void sent(NodeId from, NodeId to, Message message) {
        if (!(message instanceof RaftMessage raft)) {
            return;
        }
        ShadowLog durable = shadows.get(from).durable;
        if (!(raft instanceof PreVoteRequest)) {
            durableFirst(durable.hardState().term() >= raft.term(), from, raft, durable);
        }
        if (raft instanceof AppendEntries || raft instanceof InstallSnapshot) {
            leads(from, raft.term());
        } else if (raft instanceof VoteResponse response && response.granted()) {
            votes(from, response.term(), to);
            durableFirst(hasVoted(durable, response.term(), to), from, raft, durable);
        } else if (raft instanceof VoteRequest request) {
            votes(from, request.term(), from);
            durableFirst(hasVoted(durable, request.term(), from), from, raft, durable);
        } else if (raft instanceof AppendAccepted accepted) {
            durableFirst(isDurable(shadows.get(from), accepted.durableIndex()), from, raft, durable);
        }
    }

    /** Whether the disk has the entries up to there that the node has in memory. */
    private static boolean isDurable(Shadow shadow, long index) {
        boolean same = !shadow.memory.hasEntry(index) || shadow.durable.agrees(index, shadow.memory.prefixHash(index));
        return shadow.durable.reaches(index) && same;
    }

    private static boolean hasVoted(ShadowLog durable, long term, NodeId candidate) {
        return durable.hardState().term() > term
                || durable.hardState().term() == term
                        && durable.hardState()
                                .votedFor()
                                .filter(candidate::equals)
                                .isPresent();
    }

    private static void durableFirst(boolean holds, NodeId from, RaftMessage message, ShadowLog durable) {
        if (!holds) {
            throw new Violation(
                    "R8 nothing is said before it is durable",
                    from + " sent " + message + " with only " + durable.hardState() + " and index "
                            + durable.lastIndex() + " on disk");
        }
    }

    private void leads(NodeId node, long term) {
        NodeId other = leaders.putIfAbsent(term, node);
        if (other == null) {
            marks.reached("leader elected");
            highestLeaderTerm = Math.max(highestLeaderTerm, term);
        } else if (!other.equals(node)) {
            throw new Violation("R1 one leader a term", node + " and " + other + " both lead in term " + term);
        }
    }

    private void votes(NodeId voter, long term, NodeId candidate) {
        NodeId other = votes.putIfAbsent(new Ballot(voter, term), candidate);
        if (other != null && !other.equals(candidate)) {
            throw new Violation(
                    "R7 one vote a term", voter + " voted for " + other + " and " + candidate + " in term " + term);
        }
    }

    @Override
    public void turned(NodeId node, Node machine) {
        NodeStatus status = machine.status();
        Shadow shadow = shadows.get(node);
        boolean grows = status.term() >= shadow.term
                && status.commitIndex() >= shadow.commit
                && status.appliedIndex() >= shadow.applied
                && status.appliedIndex() <= status.commitIndex()
                && status.commitIndex() <= shadow.memory.lastIndex();
        if (!grows) {
            throw new Violation(
                    "R6 term, commit and applied index never fall, and applied <= commit <= last",
                    node + " was at " + shadow.term + "/" + shadow.commit + "/" + shadow.applied + ", log up to "
                            + shadow.memory.lastIndex() + ", now " + status);
        }
        shadow.term = status.term();
        if (status.role() == Role.LEADER) {
            leads(node, status.term());
        }
        if (status.commitIndex() > shadow.commit) {
            shadow.commit = status.commitIndex();
            commits(node, shadow, status);
        }
        if (status.role() == Role.LEADER && status.term() == highestLeaderTerm) {
            Violation.check(
                    shadow.memory.agrees(commitIndex(), committedHash(commitIndex())),
                    "R4 a leader has every committed entry",
                    node + " leads in term " + status.term() + " without index " + commitIndex());
        }
        if (status.appliedIndex() > shadow.applied) {
            shadow.applied = status.appliedIndex();
            sampleState(node, machine);
        }
    }

    private void commits(NodeId node, Shadow shadow, NodeStatus status) {
        long index = shadow.commit;
        ShadowLog log = shadow.memory;
        if (index > commitIndex()) {
            for (long next = commitIndex() + 1; next <= index; next++) {
                Violation.check(
                        log.hasEntry(next), "R5 what is committed is known", node + " commits unseen index " + next);
                committed.add(log.prefixHash(next));
            }
            onMajority(node, index);
            boolean ofItsTerm = status.role() != Role.LEADER || log.term(index) == status.term();
            Violation.check(
                    ofItsTerm,
                    "R9 a leader commits by an entry of its own term",
                    node + " leads in term " + status.term() + " and commits index " + index + " of term "
                            + log.term(index));
        }
        Violation.check(
                log.agrees(index, committedHash(index)),
                "R5 all nodes commit the same entries",
                node + " differs from what is committed up to index " + index);
    }

    private void onMajority(NodeId node, long index) {
        int copies = 0;
        for (NodeId voter : voters) {
            copies += shadows.get(voter).durable.agrees(index, committedHash(index)) ? 1 : 0;
        }
        Violation.check(
                copies * 2 > voters.size(),
                "R9 a committed entry is durable on a majority",
                node + " commits index " + index + ", durable on " + copies + " of " + voters.size());
    }

    private void sampleState(NodeId node, Node machine) {
        long applied = machine.status().appliedIndex();
        if (applied % STATE_SAMPLE == 0) {
            long hash = machine.stateHash();
            Long known = states.putIfAbsent(applied, hash);
            marks.reached("state compared");
            Violation.check(
                    known == null || known == hash,
                    "R10 equal states at equal indexes",
                    node + " has another state than others at index " + applied);
        }
    }

    /** Compares the states of all nodes that run and stand at the same index, now. */
    public void compareStates(List<Node> machines) {
        Map<Long, Long> hashes = new HashMap<>();
        for (Node machine : machines) {
            long hash = machine.stateHash();
            Long known = hashes.putIfAbsent(machine.status().appliedIndex(), hash);
            Violation.check(
                    known == null || known == hash,
                    "R10 equal states at equal indexes",
                    machine.status().self() + " differs at index "
                            + machine.status().appliedIndex());
        }
    }

    private long committedHash(long index) {
        if (index > commitIndex()) {
            throw new Violation(
                    "R10 a snapshot holds committed entries only",
                    "a snapshot of index " + index + ", committed " + commitIndex());
        }
        return committed.get((int) index);
    }
}

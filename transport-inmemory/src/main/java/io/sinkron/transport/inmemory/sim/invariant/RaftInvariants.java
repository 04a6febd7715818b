package io.sinkron.transport.inmemory.sim.invariant;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.node.Node;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.TimeoutNow;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.raft.Role;
import io.sinkron.raft.Server;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.Violation;
import io.sinkron.transport.inmemory.sim.world.WorldObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The safety of Raft, seen from outside (Ongaro 2014, figure 3.2, and what implementations got wrong). History is kept here, outside the nodes:
 * who led and who was voted for in each term, and the one sequence of committed entries.
 *
 * <p>R1 one leader a term, with the votes of a majority. R3 log matching. R4 leader completeness. R5 one committed sequence, applied without gaps. R6 nothing falls that must
 * only grow. R7 one vote a term. R8 votes, terms and acknowledged entries are durable before they are spoken of, and what was durable is
 * there after a restart. R9 a commit is durable on a majority of each half of the configuration, counting voters of the right
 * identity only. R10 equal states at equal indexes. R11 configurations change by steps that keep a majority in common, one at a time. R15 stamps never fall.
 */
public final class RaftInvariants implements WorldObserver {
    private static final int STATE_SAMPLE = 64;

    private record Place(long index, long term) {}

    private static final class Shadow {
        private ShadowLog memory;
        private ShadowLog durable;
        private final List<RaftEffects.Write> unforced = new ArrayList<>();
        private long term;
        private long commit;
        private long applied;
        private boolean running;
        private long ledTerm;
        private long ledWithConfigurationAt;
        private Configuration atLastTurn;

        Shadow(Configuration founding) {
            atLastTurn = founding;
            memory = new ShadowLog(founding);
            durable = new ShadowLog(founding);
        }
    }

    private final Configuration founding;
    private final List<NodeId> joiners;
    private final Marks marks;
    private final ElectionHistory elections;
    private final Map<NodeId, Shadow> shadows = new TreeMap<>();
    private final Map<Server, ShadowLog> lost = new HashMap<>();
    private final Map<Place, Long> prefixes = new HashMap<>();
    private final Map<Long, Long> states = new HashMap<>();
    private final List<Long> committed = new ArrayList<>();

    /**
     * Nothing has happened yet to these nodes.
     *
     * @param founders the voters that the group begins with
     * @param joiners nodes that may be added later
     */
    public RaftInvariants(List<NodeId> founders, List<NodeId> joiners, Marks marks) {
        this.founding = Configuration.founding(founders, Map.of());
        this.joiners = List.copyOf(joiners);
        this.marks = marks;
        this.elections = new ElectionHistory(marks);
        founders.forEach(node -> shadows.put(node, new Shadow(founding)));
        joiners.forEach(node -> shadows.put(node, new Shadow(Configuration.EMPTY)));
        committed.add(0L);
    }

    private Configuration beginsWith(NodeId node) {
        return joiners.contains(node) ? Configuration.EMPTY : founding;
    }

    /** The highest index that any node has committed. */
    public long commitIndex() {
        return committed.size() - 1L;
    }

    /** The configuration that the leader of the highest term goes by, if it runs; otherwise that of any node that runs and has one. */
    public Configuration inForce() {
        Optional<NodeId> leader = elections.leader(elections.highestTerm());
        if (leader.isPresent() && shadows.get(leader.get()).running) {
            return shadows.get(leader.get()).memory.configuration();
        }
        return shadows.values().stream()
                .filter(shadow -> shadow.running)
                .map(shadow -> shadow.memory.configuration())
                .filter(configuration -> !configuration.equals(Configuration.EMPTY))
                .findFirst()
                .orElse(founding);
    }

    /** Whether no change of the membership is under way and every voter in force is the disk that its node has now. */
    public boolean hasReplacedLostDisks() {
        Configuration inForce = inForce();
        return inForce.isSettled()
                && inForce.voters().stream()
                        .allMatch(voter ->
                                shadows.get(voter.id()).durable.hardState().identity() == voter.identity());
    }

    @Override
    public void started(NodeId node, LogStore.Recovered recovered) {
        Shadow shadow = shadows.get(node);
        ShadowLog found = new ShadowLog(recovered, beginsWith(node), this::committedHash);
        nothingDurableIsLost(node, shadow, found);
        shadow.memory = found;
        shadow.durable = new ShadowLog(recovered, beginsWith(node), this::committedHash);
        shadow.unforced.clear();
        shadow.term = recovered.hardState().term();
        shadow.commit = 0;
        shadow.applied = 0;
        shadow.running = true;
        shadow.atLastTurn = found.configuration();
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
    public void wiped(NodeId node) {
        Shadow shadow = shadows.get(node);
        lost.put(new Server(node, shadow.durable.hardState().identity()), shadow.durable);
        shadow.durable = new ShadowLog(beginsWith(node));
        shadow.unforced.clear();
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
        if (raft instanceof AppendEntries || raft instanceof InstallSnapshot || raft instanceof TimeoutNow) {
            elections.leads(
                    new Server(from, durable.hardState().identity()),
                    raft.term(),
                    shadows.get(from).memory.configuration());
        } else if (raft instanceof VoteResponse response && response.granted()) {
            elections.votes(new Server(from, response.identity()), response.term(), to);
            boolean same = durable.hardState().identity() == response.identity();
            durableFirst(same && hasVoted(durable, response.term(), to), from, raft, durable);
        } else if (raft instanceof VoteRequest request) {
            elections.votes(new Server(from, durable.hardState().identity()), request.term(), from);
            durableFirst(hasVoted(durable, request.term(), from), from, raft, durable);
        } else if (raft instanceof AppendAccepted accepted) {
            boolean same = accepted.durableIndex() == 0 || durable.hardState().identity() == accepted.identity();
            durableFirst(same && isDurable(shadows.get(from), accepted.durableIndex()), from, raft, durable);
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
            leads(node, shadow, status);
        }
        if (status.commitIndex() > shadow.commit) {
            shadow.commit = status.commitIndex();
            commits(node, shadow, status);
        }
        if (status.role() == Role.LEADER && status.term() == elections.highestTerm()) {
            Violation.check(
                    shadow.memory.agrees(commitIndex(), committedHash(commitIndex())),
                    "R4 a leader has every committed entry",
                    node + " leads in term " + status.term() + " without index " + commitIndex());
        }
        if (status.appliedIndex() > shadow.applied) {
            shadow.applied = status.appliedIndex();
            sampleState(node, machine);
        }
        shadow.atLastTurn = shadow.memory.configuration();
    }

    private void leads(NodeId node, Shadow shadow, NodeStatus status) {
        if (shadow.ledTerm == status.term() && shadow.ledWithConfigurationAt == shadow.memory.configurationIndex()) {
            return; // nothing that matters has changed since it was looked at: the commit index only grows
        }
        shadow.ledTerm = status.term();
        shadow.ledWithConfigurationAt = shadow.memory.configurationIndex();
        Server leader = new Server(node, shadow.memory.hardState().identity());
        elections.leads(leader, status.term(), shadow.memory.configuration());
        if (shadow.memory.hasConfigurations()
                && shadow.memory.voterChangeBeforeTheOneOfTerm(status.term()) > status.commitIndex()) {
            throw new Violation(
                    "R11 one change of the voters at a time",
                    node + " changed them once more in term " + status.term() + " with commit index "
                            + status.commitIndex());
        }
    }

    private void commits(NodeId node, Shadow shadow, NodeStatus status) {
        long index = shadow.commit;
        ShadowLog log = shadow.memory;
        long before = commitIndex();
        if (index > before) {
            for (long next = commitIndex() + 1; next <= index; next++) {
                Violation.check(
                        log.hasEntry(next), "R5 what is committed is known", node + " commits unseen index " + next);
                committed.add(log.prefixHash(next));
            }
            onMajority(node, index, status.role() == Role.LEADER);
            if (status.role() == Role.LEADER && log.hasEntry(before + 1) && log.term(before + 1) < status.term()) {
                marks.reached("entry of an old term committed by one of the leader's term");
            }
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

    /**
     * By the configuration in force at the leader. If the leader died in the turn in which it committed, a follower is seen first, which may not
     * have that configuration yet: then that of any node will do.
     */
    private void onMajority(NodeId node, long index, boolean isLeader) {
        Set<Server> holders = new HashSet<>();
        shadows.forEach((id, shadow) -> {
            if (shadow.durable.agrees(index, committedHash(index))) {
                holders.add(new Server(id, shadow.durable.hardState().identity()));
            }
        });
        // It may have been acknowledged by a disk that was lost since.
        lost.forEach((server, log) -> {
            if (log.agrees(index, committedHash(index))) {
                holders.add(server);
            }
        });
        Configuration inForce = shadows.get(node).memory.configuration();
        // A turn may commit first, by the one in force until then, and append the next one behind what it committed.
        boolean isHeld = ElectionHistory.isMajority(inForce, holders)
                || shadows.get(node).memory.configurationIndex() > index
                        && ElectionHistory.isMajority(shadows.get(node).atLastTurn, holders)
                || !isLeader
                        && shadows.values().stream()
                                .anyMatch(shadow -> ElectionHistory.isMajority(shadow.memory.configuration(), holders));
        Violation.check(
                isHeld,
                "R9 a committed entry is durable on a majority of each half",
                node + " commits index " + index + ", durable on " + holders + " in " + inForce);
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

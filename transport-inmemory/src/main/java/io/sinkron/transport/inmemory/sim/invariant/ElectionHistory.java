package io.sinkron.transport.inmemory.sim.invariant;

import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.Server;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who led and who was voted for in each term, over the whole run. R1 one leader a term, with the votes of a majority of each half of its
 * configuration. R7 one vote a server and term.
 */
final class ElectionHistory {
    private record Ballot(Server voter, long term) {}

    private record Candidacy(NodeId candidate, long term) {}

    private final Marks marks;
    private final Map<Long, NodeId> leaders = new HashMap<>();
    private final Map<Ballot, NodeId> votes = new HashMap<>();
    private final Map<Candidacy, Set<Server>> granted = new HashMap<>();
    private long highestTerm;

    ElectionHistory(Marks marks) {
        this.marks = marks;
    }

    /** The highest term in which anybody led. */
    long highestTerm() {
        return highestTerm;
    }

    Optional<NodeId> leader(long term) {
        return Optional.ofNullable(leaders.get(term));
    }

    void votes(Server voter, long term, NodeId candidate) {
        NodeId other = votes.putIfAbsent(new Ballot(voter, term), candidate);
        if (other == null) {
            granted.computeIfAbsent(new Candidacy(candidate, term), key -> new HashSet<>())
                    .add(voter);
        } else if (!other.equals(candidate)) {
            throw new Violation(
                    "R7 one vote a term", voter + " voted for " + other + " and " + candidate + " in term " + term);
        }
    }

    /** Somebody does what only a leader does. */
    void leads(Server leader, long term, Configuration inForce) {
        NodeId node = leader.id();
        NodeId other = leaders.putIfAbsent(term, node);
        if (other == null) {
            marks.reached("leader elected");
            if (inForce.isJoint()) {
                marks.reached("leader elected in a joint configuration");
            }
            highestTerm = Math.max(highestTerm, term);
            // A sole voter asks nobody, so its own vote is never sent.
            Set<Server> voters = new HashSet<>(granted.getOrDefault(new Candidacy(node, term), Set.of()));
            voters.add(leader);
            if (!isMajority(inForce, voters)) {
                throw new Violation(
                        "R1 a leader has the votes of a majority",
                        node + " leads in term " + term + " with the votes of " + voters + " in " + inForce);
            }
        } else if (!other.equals(node)) {
            throw new Violation("R1 one leader a term", node + " and " + other + " both lead in term " + term);
        }
    }

    /** Whether these servers are a majority of each half. */
    static boolean isMajority(Configuration configuration, Set<Server> servers) {
        return isMajority(configuration.voters(), servers)
                && (!configuration.isJoint() || isMajority(configuration.outgoing(), servers));
    }

    private static boolean isMajority(List<Server> half, Set<Server> servers) {
        return half.stream().filter(servers::contains).count() * 2 > half.size();
    }
}

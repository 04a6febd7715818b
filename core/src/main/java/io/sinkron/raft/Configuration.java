package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * Who belongs to a group and who votes (Ongaro 2014, chapter 4; joint consensus: section 4.3). All quorum arithmetic lives here. Immutable; lists are
 * sorted.
 *
 * <p>While {@code outgoing} isn't empty the configuration is <em>joint</em>: whatever needs a majority needs one of {@code voters} and one of
 * {@code outgoing}.
 *
 * @param voters who votes
 * @param outgoing who voted before, in a joint configuration; else empty
 * @param learners who gets the log without voting; in a joint configuration, and before it, a voter among them is to be one of them afterwards
 * @param target who shall vote as soon as all of them have caught up; empty if nothing is wanted
 * @param addresses where the members' transports listen, of those for whom it is known
 */
public record Configuration(
        List<Server> voters,
        List<Server> outgoing,
        List<Server> learners,
        List<Server> target,
        SortedMap<NodeId, String> addresses) {
    /** The most voters. */
    public static final int MAX_VOTERS = 7;

    /** The most members. */
    public static final int MAX_MEMBERS = 32;

    /** Nothing is known: what a node begins with that is to be added to a group. */
    public static final Configuration EMPTY =
            new Configuration(List.of(), List.of(), List.of(), List.of(), new TreeMap<>());

    /** Whether an election is decided. */
    enum Outcome {
        /** Either may still happen. */
        PENDING,
        /** A majority is for it. */
        WON,
        /** No majority can be for it any more. */
        LOST
    }

    /** Takes immutable sorted copies; rejects a node that stands twice in a list, and more members than allowed. */
    public Configuration {
        voters = sorted("voters", voters, MAX_VOTERS);
        outgoing = sorted("outgoing voters", outgoing, MAX_VOTERS);
        learners = sorted("learners", learners, MAX_MEMBERS);
        target = sorted("wanted voters", target, MAX_VOTERS);
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    }

    private static List<Server> sorted(String what, Collection<Server> servers, int max) {
        Set<NodeId> ids = new TreeSet<>();
        servers.forEach(server -> ids.add(server.id()));
        if (ids.size() != servers.size() || ids.size() > max) {
            throw new IllegalArgumentException(
                    what + " are " + servers + ", allowed are at most " + max + ", each node once");
        }
        return servers.stream().sorted().toList();
    }

    /** What a group begins with. */
    public static Configuration founding(Collection<NodeId> voters, Map<NodeId, String> addresses) {
        List<Server> founders = voters.stream().map(Server::founder).toList();
        return new Configuration(founders, List.of(), List.of(), List.of(), new TreeMap<>(addresses));
    }

    /** Whether two majorities are needed. */
    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** Whether no change is under way. */
    public boolean isSettled() {
        return outgoing.isEmpty() && target.isEmpty();
    }

    /** Whether this server's vote counts in any half. */
    public boolean isVoter(Server server) {
        return voters.contains(server) || outgoing.contains(server);
    }

    /** Whether a server of this node votes in any half. */
    public boolean isVoter(NodeId node) {
        return names(voters, node) || names(outgoing, node);
    }

    private static boolean names(List<Server> servers, NodeId node) {
        for (Server server : servers) {
            if (server.id().equals(node)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this very server is a member. */
    public boolean lists(Server server) {
        return isVoter(server) || learners.contains(server);
    }

    /** Whether a server of this node is a member. */
    public boolean contains(NodeId node) {
        return isVoter(node) || names(learners, node);
    }

    /** All nodes that get the log, each once, in order. */
    public List<NodeId> members() {
        TreeSet<NodeId> ids = new TreeSet<>();
        for (List<Server> list : List.of(voters, outgoing, learners)) {
            list.forEach(server -> ids.add(server.id()));
        }
        return List.copyOf(ids);
    }

    /** The nodes that vote, in either half, in order. */
    public List<NodeId> votingNodes() {
        TreeSet<NodeId> ids = new TreeSet<>();
        voters.forEach(server -> ids.add(server.id()));
        outgoing.forEach(server -> ids.add(server.id()));
        return List.copyOf(ids);
    }

    /** Where the members listen; empty for one whose address isn't known. */
    public Map<NodeId, String> memberAddresses() {
        TreeMap<NodeId, String> known = new TreeMap<>();
        members().forEach(id -> known.put(id, addresses.getOrDefault(id, "")));
        return known;
    }

    /**
     * The highest value that a majority of the voters has reached (in a joint configuration, a majority of each half), given each voter's
     * own. Values are compared as numbers. Without voters it is {@link Long#MIN_VALUE}.
     *
     * <p>O(n²) for a handful of voters, without a list that must be kept in order: a progress list that lost its order has committed
     * without a quorum elsewhere (openraft 1802).
     */
    long agreed(ToLongFunction<Server> value) {
        long agreed = agreed(voters, value);
        return isJoint() ? Math.min(agreed, agreed(outgoing, value)) : agreed;
    }

    private static long agreed(List<Server> half, ToLongFunction<Server> value) {
        int n = half.size();
        if (n == 0) {
            return Long.MIN_VALUE;
        }
        long[] values = new long[n];
        for (int i = 0; i < n; i++) {
            long v = value.applyAsLong(half.get(i));
            int at = i;
            while (at > 0 && values[at - 1] < v) {
                values[at] = values[at - 1];
                at--;
            }
            values[at] = v;
        }
        return values[majority(n) - 1];
    }

    /** How many of n are a majority: any two majorities share a voter. */
    static int majority(int n) {
        return n / 2 + 1;
    }

    /** Whether these votes decide an election. Who isn't a voter doesn't count. */
    Outcome tally(Set<Server> granted, Set<Server> denied) {
        Outcome incoming = tally(voters, granted, denied);
        if (!isJoint() || incoming == Outcome.LOST) {
            return incoming;
        }
        Outcome old = tally(outgoing, granted, denied);
        return old == Outcome.WON ? incoming : old;
    }

    private static Outcome tally(List<Server> half, Set<Server> granted, Set<Server> denied) {
        int yes = 0;
        int no = 0;
        for (Server voter : half) {
            if (granted.contains(voter)) {
                yes++;
            } else if (denied.contains(voter)) {
                no++;
            }
        }
        int needed = majority(half.size());
        if (yes >= needed) {
            return Outcome.WON;
        }
        return half.size() - no < needed ? Outcome.LOST : Outcome.PENDING;
    }

    /** The joint configuration that leads to the wanted voters. */
    Configuration joint() {
        List<Server> still = new ArrayList<>(learners);
        still.removeAll(target);
        return new Configuration(target, voters, still, List.of(), addresses);
    }

    /** The configuration behind a joint one: the old half is gone, and with it the addresses of those who don't belong to the group any more. */
    Configuration left() {
        return new Configuration(voters, List.of(), learners, List.of(), addresses).withoutStrangers();
    }

    /** The same without the addresses of nodes that aren't members. */
    Configuration withoutStrangers() {
        TreeMap<NodeId, String> known = new TreeMap<>(addresses);
        Set<NodeId> ids = new TreeSet<>(members());
        target.forEach(server -> ids.add(server.id()));
        known.keySet().retainAll(ids);
        return new Configuration(voters, outgoing, learners, target, known);
    }
}

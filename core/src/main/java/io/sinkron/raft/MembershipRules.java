package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * From a configuration and what is wanted to the next configuration. Pure functions.
 *
 * <pre>
 *   voters V ── change ──▶ V, learners + new ones, target T ── all of T caught up ──▶ joint (T and V) ── committed ──▶ voters T
 * </pre>
 *
 * <p>The first step changes no quorum, so it needs no joint phase; it is left out where nobody has to catch up.
 */
final class MembershipRules {
    private MembershipRules() {}

    /** Why a change can't be made, if it can't. */
    static Optional<Reconfigured.Refused> objection(Configuration now, MembershipChange change) {
        for (NodeId id : change.removed()) {
            if (!now.contains(id)) {
                return refused(Reconfigured.Reason.NO_SUCH_MEMBER, id + " is not a member, those are " + now.members());
            }
        }
        int voters = wantedVoters(now, change).size();
        if (voters < 1 || voters > Configuration.MAX_VOTERS) {
            return refused(
                    Reconfigured.Reason.BAD_REQUEST,
                    "there would be " + voters + " voters, allowed are 1 to " + Configuration.MAX_VOTERS);
        }
        int members = wanting(now, change).members().size();
        if (members > Configuration.MAX_MEMBERS) {
            return refused(
                    Reconfigured.Reason.BAD_REQUEST,
                    "there would be " + members + " members, allowed are " + Configuration.MAX_MEMBERS);
        }
        return Optional.empty();
    }

    private static Optional<Reconfigured.Refused> refused(Reconfigured.Reason reason, String detail) {
        return Optional.of(new Reconfigured.Refused(reason, detail));
    }

    /** The configuration that says what is wanted; equal to the present one if that is so already. */
    static Configuration wanting(Configuration now, MembershipChange change) {
        List<Server> wanted = wantedVoters(now, change);
        TreeMap<NodeId, Server> learners = byNode(now.learners());
        change.removed().forEach(learners::remove);
        change.learners().keySet().forEach(id -> learners.putIfAbsent(id, known(now, id)));
        for (Server server : wanted) {
            if (!now.voters().contains(server)) {
                learners.put(server.id(), server);
            }
        }
        TreeMap<NodeId, String> addresses = new TreeMap<>(now.addresses());
        for (Map<NodeId, String> named : List.of(change.voters(), change.learners())) {
            named.forEach((id, address) -> {
                if (!address.isEmpty()) {
                    addresses.put(id, address);
                }
            });
        }
        List<Server> target = wanted.equals(now.voters()) ? List.of() : wanted;
        return new Configuration(now.voters(), now.outgoing(), List.copyOf(learners.values()), target, addresses)
                .withoutStrangers();
    }

    private static List<Server> wantedVoters(Configuration now, MembershipChange change) {
        TreeMap<NodeId, Server> wanted = byNode(now.target().isEmpty() ? now.voters() : now.target());
        change.removed().forEach(wanted::remove);
        change.learners().keySet().forEach(wanted::remove);
        change.voters().keySet().forEach(id -> wanted.putIfAbsent(id, known(now, id)));
        return List.copyOf(wanted.values());
    }

    /** A node's server: what was last heard of it, if it is known at all. */
    private static Server known(Configuration now, NodeId id) {
        Server best = new Server(id, Server.UNKNOWN);
        for (List<Server> list : List.of(now.voters(), now.learners())) {
            for (Server server : list) {
                if (server.id().equals(id) && server.identity() > best.identity()) {
                    best = server;
                }
            }
        }
        return best;
    }

    private static TreeMap<NodeId, Server> byNode(List<Server> servers) {
        TreeMap<NodeId, Server> map = new TreeMap<>();
        servers.forEach(server -> map.put(server.id(), server));
        return map;
    }

    /** Whether a later disk of a member has answered than any that is listed for it. */
    static boolean isReplaced(Configuration now, Server seen) {
        boolean isOlderListed = false;
        for (List<Server> list : List.of(now.voters(), now.learners())) {
            for (Server server : list) {
                if (server.id().equals(seen.id())) {
                    if (server.identity() >= seen.identity()) {
                        return false;
                    }
                    isOlderListed = true;
                }
            }
        }
        return isOlderListed;
    }

    /** The configuration in which a member's later disk takes the place of its lost one: a voter's after catching up. */
    static Configuration replacing(Configuration now, Server seen) {
        NodeId id = seen.id();
        TreeMap<NodeId, Server> learners = byNode(now.learners());
        learners.put(id, seen);
        List<Server> target = new ArrayList<>();
        for (Server server : now.target().isEmpty() ? now.voters() : now.target()) {
            target.add(server.id().equals(id) ? seen : server);
        }
        return new Configuration(
                now.voters(),
                now.outgoing(),
                List.copyOf(learners.values()),
                target.equals(now.voters()) ? List.of() : target,
                now.addresses());
    }
}

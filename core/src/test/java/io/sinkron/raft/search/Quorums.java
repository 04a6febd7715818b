package io.sinkron.raft.search;

import io.sinkron.raft.Configuration;
import io.sinkron.raft.ConfigurationFormat;
import io.sinkron.raft.Server;
import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** R11, by definition: sets of servers, each tried. */
final class Quorums {
    private static final Map<List<Configuration>, Boolean> MEETING = new HashMap<>();

    private Quorums() {}

    /** Of a leader's log: two configurations in a row share a server in all their quorums, and at most the last isn't committed. */
    static void check(Facts leader) {
        Configuration before = null;
        int uncommitted = 0;
        for (LogEntry entry : leader.log()) {
            if (entry.kind() == LogEntry.Kind.CONFIG) {
                Configuration next = ConfigurationFormat.decode(entry.payload());
                if (before != null && !doMeet(before, next)) {
                    throw new Violation(
                            "R11: a quorum of " + before + " and one of " + next + " have nobody in common");
                }
                before = next;
                uncommitted += entry.index() > leader.commit() ? 1 : 0;
            }
        }
        if (uncommitted > 1) {
            throw new Violation("R11: two changes of membership are under way at once");
        }
    }

    /** By the log: the last membership in it counts from the moment it's there. Without one, it's the founding one. */
    static Configuration inForce(Facts leader) {
        for (int i = leader.log().size() - 1; i >= 0; i--) {
            LogEntry entry = leader.log().get(i);
            if (entry.kind() == LogEntry.Kind.CONFIG) {
                return ConfigurationFormat.decode(entry.payload());
            }
        }
        return leader.configuration();
    }

    /** Whether every quorum of one shares a server with every quorum of the other. */
    static boolean doMeet(Configuration one, Configuration other) {
        return MEETING.computeIfAbsent(List.of(one, other), pair -> {
            List<Server> all = new ArrayList<>();
            for (Configuration each : pair) {
                all.addAll(each.voters());
                all.addAll(each.outgoing());
            }
            List<Server> servers = all.stream().distinct().toList();
            int sets = 1 << servers.size();
            for (int a = 0; a < sets; a++) {
                // The largest set that shares nobody with this one.
                if (isQuorum(one, servers, a) && isQuorum(other, servers, sets - 1 - a)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static boolean isQuorum(Configuration configuration, List<Server> servers, int set) {
        return isMajority(configuration.voters(), servers, set)
                && (configuration.outgoing().isEmpty() || isMajority(configuration.outgoing(), servers, set));
    }

    private static boolean isMajority(List<Server> half, List<Server> servers, int set) {
        long count = half.stream()
                .filter(server -> (set >> servers.indexOf(server) & 1) != 0)
                .count();
        return count * 2 > half.size();
    }
}

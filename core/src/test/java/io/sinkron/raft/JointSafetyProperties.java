package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Two majorities that have nobody in common are never in force one after the other, whatever the change: every set of servers is tried. */
class JointSafetyProperties {
    private static final List<Server> SERVERS = List.of(
            Server.founder(NodeId.of("n1")),
            Server.founder(NodeId.of("n2")),
            Server.founder(NodeId.of("n3")),
            Server.founder(NodeId.of("n4")),
            new Server(NodeId.of("n4"), 9),
            Server.founder(NodeId.of("n5")));

    private static List<Server> some(Random random, int atLeast) {
        List<Server> some = new ArrayList<>();
        Set<NodeId> ids = new HashSet<>();
        for (Server server : SERVERS) {
            if (random.nextBoolean() && ids.add(server.id())) {
                some.add(server);
            }
        }
        return some.size() < atLeast ? some(random, atLeast) : some;
    }

    private static boolean isQuorum(Configuration configuration, Predicate<Server> isIn) {
        return isMajority(configuration.voters(), isIn)
                && (configuration.outgoing().isEmpty() || isMajority(configuration.outgoing(), isIn));
    }

    private static boolean isMajority(List<Server> half, Predicate<Server> isIn) {
        return half.stream().filter(isIn).count() * 2 > half.size();
    }

    @Property(tries = 1000)
    void everyQuorumOfAJointConfigurationMeetsEveryQuorumOfBothThatItJoins(@ForAll long seed) {
        Random random = new Random(seed);
        List<Server> before = some(random, 1);
        List<Server> after = some(random, 1);
        Configuration old = new Configuration(before, List.of(), List.of(), after, new TreeMap<>());
        Configuration joint = old.joint();
        for (Configuration other : List.of(old, joint.left(), joint)) {
            for (int set = 0; set < 1 << SERVERS.size(); set++) {
                int mine = set;
                // The largest set that shares nobody with this one.
                boolean doMiss = isQuorum(joint, server -> (mine >> SERVERS.indexOf(server) & 1) != 0)
                        && isQuorum(other, server -> (mine >> SERVERS.indexOf(server) & 1) == 0);
                assertTrue(!doMiss, () -> joint + " and " + other);
            }
        }
    }
}

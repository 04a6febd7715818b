package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.common.NodeId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Quorum arithmetic of joint memberships against the definition: more than half of each half, and learners never count. */
class JointQuorumProperties {
    private static final int NODES = 9;

    /** A membership out of two masks over nine nodes, which may overlap; who is in neither is a learner. */
    private static Configuration joint(int incoming, int outgoing) {
        return new Configuration(
                servers(i -> isIn(incoming, i)),
                servers(i -> isIn(outgoing, i)),
                servers(i -> !isIn(incoming | outgoing, i)),
                List.of(),
                new TreeMap<>());
    }

    private static List<Server> servers(Predicate<Integer> which) {
        return IntStream.range(0, NODES)
                .filter(which::test)
                .limit(Configuration.MAX_VOTERS)
                .mapToObj(JointQuorumProperties::server)
                .toList();
    }

    private static Server server(int i) {
        return Server.founder(NodeId.of("n" + i));
    }

    private static boolean isIn(int mask, int i) {
        return (mask >> i & 1) == 1;
    }

    private static boolean isMostOf(List<Server> half, Predicate<Server> which) {
        return half.stream().filter(which).count() * 2 > half.size();
    }

    private static boolean isQuorum(Configuration configuration, Predicate<Server> which) {
        return isMostOf(configuration.voters(), which)
                && (configuration.outgoing().isEmpty() || isMostOf(configuration.outgoing(), which));
    }

    @Property(tries = 1000)
    void agreedIsTheHighestValueThatMoreThanHalfOfEachHalfHaveReached(
            @ForAll @IntRange(min = 1, max = 511) int incoming,
            @ForAll @IntRange(max = 511) int outgoing,
            @ForAll @Size(NODES) List<@IntRange(max = 5) Integer> values) {
        Configuration configuration = joint(incoming, outgoing);
        long expected = LongStream.rangeClosed(0, 5)
                .filter(least -> isQuorum(configuration, server -> valueOf(server, values) >= least))
                .max()
                .orElseThrow();
        assertEquals(expected, configuration.agreed(server -> valueOf(server, values)));
    }

    @Property(tries = 1000)
    void anElectionIsWonByMoreThanHalfOfEachHalfAndLostOnceThatCannotBe(
            @ForAll @IntRange(min = 1, max = 511) int incoming,
            @ForAll @IntRange(max = 511) int outgoing,
            @ForAll @Size(NODES) List<@IntRange(max = 2) Integer> votes) {
        Configuration configuration = joint(incoming, outgoing);
        Set<Server> granted = new HashSet<>(servers(i -> votes.get(i) == 1));
        Set<Server> denied = new HashSet<>(servers(i -> votes.get(i) == 2));
        Configuration.Outcome expected = isQuorum(configuration, granted::contains)
                ? Configuration.Outcome.WON
                : isQuorum(configuration, server -> !denied.contains(server))
                        ? Configuration.Outcome.PENDING
                        : Configuration.Outcome.LOST;
        assertEquals(expected, configuration.tally(granted, denied));
    }

    private static int valueOf(Server server, List<Integer> values) {
        return values.get(Integer.parseInt(server.id().value().substring(1)));
    }
}

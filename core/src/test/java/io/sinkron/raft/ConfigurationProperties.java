package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Quorum arithmetic against the definition: a majority is more than half. */
class ConfigurationProperties {
    private static Configuration of(int voters) {
        return Configuration.founding(
                IntStream.range(0, voters).mapToObj(i -> NodeId.of("n" + i)).collect(Collectors.toList()), Map.of());
    }

    @Property(tries = 500)
    void agreedIsTheHighestValueThatMoreThanHalfHaveReached(
            @ForAll @Size(min = 1, max = 7) List<@IntRange(max = 6) Integer> values) {
        Configuration configuration = of(values.size());
        Map<Server, Integer> byNode = new HashMap<>();
        for (int i = 0; i < values.size(); i++) {
            byNode.put(configuration.voters().get(i), values.get(i));
        }
        long expected = IntStream.rangeClosed(0, 6)
                .filter(value -> values.stream().filter(each -> each >= value).count() * 2 > values.size())
                .max()
                .orElseThrow();
        assertEquals(expected, configuration.agreed(byNode::get));
    }

    @Property(tries = 500)
    void anElectionIsDecidedExactlyWhenNothingCanChangeIt(
            @ForAll @Size(min = 1, max = 7) List<@IntRange(max = 2) Integer> votes) {
        Configuration configuration = of(votes.size());
        Set<Server> granted = new HashSet<>(Set.of(Server.founder(NodeId.of("stranger"))));
        Set<Server> denied = new HashSet<>(Set.of(new Server(NodeId.of("n0"), 7)));
        for (int i = 0; i < votes.size(); i++) {
            if (votes.get(i) > 0) {
                (votes.get(i) == 1 ? granted : denied)
                        .add(configuration.voters().get(i));
            }
        }
        int yes = granted.size() - 1;
        int open = votes.size() - yes - (denied.size() - 1);
        Configuration.Outcome expected = yes * 2 > votes.size()
                ? Configuration.Outcome.WON
                : (yes + open) * 2 > votes.size() ? Configuration.Outcome.PENDING : Configuration.Outcome.LOST;
        assertEquals(expected, configuration.tally(granted, denied));
    }

    @Property(tries = 50)
    void anyTwoMajoritiesShareAVoter(@ForAll @IntRange(min = 1, max = 7) int voters) {
        assertTrue(2 * Configuration.majority(voters) > voters);
        assertTrue(2 * (Configuration.majority(voters) - 1) <= voters);
    }

    @Property(tries = 50)
    void theEncodedFormIsReadBack(@ForAll @IntRange(min = 1, max = 7) int voters) {
        assertEquals(of(voters), ConfigurationFormat.decode(ConfigurationFormat.encode(of(voters))));
    }

    @Property(tries = 1000)
    void anyOtherBytesAreRefusedWithOneException(@ForAll @Size(max = 20) byte[] bytes) {
        try {
            assertEquals(Bytes.wrap(bytes), ConfigurationFormat.encode(ConfigurationFormat.decode(Bytes.wrap(bytes))));
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage() != null);
        }
    }

    @Example
    void votersStandEachOnce() {
        NodeId one = NodeId.of("n1");
        assertThrows(IllegalArgumentException.class, () -> Configuration.founding(Arrays.asList(one, one), Map.of()));
    }
}

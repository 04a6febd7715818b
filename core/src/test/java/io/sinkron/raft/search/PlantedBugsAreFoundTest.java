package io.sinkron.raft.search;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.raft.search.Setup.Beginning;
import io.sinkron.raft.search.Setup.Change;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The search is worth something: it finds each of these classic mistakes, planted in the machine's source, within so many steps. */
class PlantedBugsAreFoundTest {
    private static final int LIMIT = 400_000;
    private static final Setup ELECTION = Setup.of(Beginning.FOLLOWERS, 3, 2);
    private static final Setup LED = Setup.of(Beginning.LED, 3, 3).delaying(0);
    private static final Setup DIVERGED = Setup.of(Beginning.DIVERGED, 3, 4).delaying(0);
    private static final Setup SHRINKING =
            Setup.of(Beginning.LED, 3, 2).changing(Change.SHRINK).delaying(0);
    private static final Setup GROWING =
            Setup.of(Beginning.LED, 3, 2).changing(Change.GROW).delaying(0);

    static Stream<Arguments> bugs() {
        return Stream.of(
                bug(
                        "a vote is answered before it is durable",
                        8,
                        "Election",
                        "state.send(from, new VoteResponse(",
                        "state.outbox().sendNow(from, new VoteResponse(",
                        ELECTION),
                bug(
                        "a vote without a look at the log",
                        14,
                        "Election",
                        "return lastTerm > log.lastTerm() || lastTerm == log.lastTerm() && lastIndex >= log.lastIndex();",
                        "return log.lastIndex() >= 0;",
                        LED.with(1, 0, 0)),
                bug("a majority of n/2", 8, "Configuration", "return n / 2 + 1;", "return n / 2;", ELECTION),
                bug(
                        "a late, shorter append truncates",
                        12,
                        "Follower",
                        "merge(entries);\n",
                        "merge(entries);\n if (!entries.isEmpty() && prev + entries.size() < log.lastIndex()) {"
                                + " state.truncateFrom(prev + entries.size() + 1); }\n",
                        LED.with(2, 0, 0)),
                bug(
                        "replicas of an older term's entry commit it",
                        16,
                        "Replication",
                        " && state.log().termAt(agreed) == state.term()",
                        "",
                        LED.with(1, 0, 0)),
                bug(
                        "an acknowledgement names the log's end",
                        16,
                        "Follower",
                        "long verified = prev + entries.size();",
                        "long verified = Math.max(prev + entries.size(), log.lastIndex());",
                        LED.with(1, 1, 0)),
                bug(
                        "a leader counts what isn't on its disk",
                        6,
                        "Replication",
                        "? state.stream().durableIndex()",
                        "? state.log().lastIndex()",
                        LED.with(1, 0, 0).delaying(1)),
                bug(
                        "the previous entry's term isn't compared",
                        16,
                        "Follower",
                        "log.termAt(prev) != message.prevTerm()",
                        "log.termAt(prev) < 0",
                        DIVERGED),
                bug(
                        "a commit index beyond what the message verified",
                        16,
                        "Follower",
                        "Math.min(message.commitIndex(), verified)",
                        "Math.min(message.commitIndex(), log.lastIndex())",
                        LED.with(1, 1, 0)),
                bug(
                        "a membership is in force when it is committed",
                        16,
                        "RaftState",
                        "return configurations.effective();",
                        "return configurations.at(commitIndex);",
                        SHRINKING),
                bug(
                        "a learner counts",
                        16,
                        "Configuration",
                        "long agreed = agreed(voters, value);",
                        "List<Server> all = new ArrayList<>(voters); all.addAll(learners); long agreed = agreed(all, value);",
                        GROWING));
    }

    private static Arguments bug(String name, int steps, String file, String place, String instead, Setup setup) {
        return Arguments.of(name, steps, file, place, instead, setup);
    }

    @ParameterizedTest(name = "{0}: within {1} steps")
    @MethodSource("bugs")
    void theSearchFinds(String name, int steps, String file, String place, String instead, Setup setup) {
        long start = System.nanoTime();
        List<String> summary = MutatedRaft.search(file, place, instead, setup, LIMIT);
        System.out.printf("%s: %s, %d ms%n", name, summary.get(0), (System.nanoTime() - start) / 1_000_000);
        assertFalse(summary.get(1).isEmpty(), summary.get(0));
        assertTrue(summary.size() - 2 <= steps, () -> String.join("\n", summary));
    }
}

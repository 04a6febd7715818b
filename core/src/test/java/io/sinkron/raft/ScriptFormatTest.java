package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The interpreter itself: what it understands, and that what it doesn't understand, or what isn't so, fails with file and line. */
class ScriptFormatTest {
    private static final String HEADER = "scenario E99 BUG-99 | somebody | something holds";

    private static List<ScriptBlock> parse(String... lines) {
        return ScriptParser.parse("some.txt", List.of(lines));
    }

    private static String failure(String... lines) {
        return assertThrows(AssertionError.class, () -> parse(lines).forEach(ScriptRunner::play))
                .getMessage();
    }

    @Test
    void aBlockHasIdsSourceSentenceAndStepsWithoutComments() {
        ScriptBlock block =
                parse("# head", HEADER, "nodes 1 # one", "", "tick 1").get(0);
        assertEquals(List.of("E99", "BUG-99"), block.ids());
        assertEquals("somebody", block.source());
        assertEquals("something holds", block.sentence());
        assertEquals(
                List.of("nodes 1", "tick 1"),
                block.lines().stream().map(ScriptBlock.Line::text).toList());
        assertEquals(5, block.lines().get(1).number());
    }

    @Test
    void casesRepeatABlockForEachRow() {
        List<ScriptBlock> blocks =
                parse(HEADER, "cases | n | what |", "| 1 | leader |", "| 2 | down |", "expect <n> <what>");
        assertEquals(
                List.of("expect 1 leader", "expect 2 down"),
                blocks.stream().map(block -> block.lines().get(0).text()).toList());
        assertEquals("E99 BUG-99 (2 | down): something holds", blocks.get(1).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fly 1",
                "tick 1 2 3",
                "tick",
                "expect 1",
                "expect 1 happy",
                "expect 1 term >>1",
                "expect 1 term",
                "expect 1 leader follower",
                "expect 1->1 hello",
                "deliver 1->1 vote",
                "deliver later",
                "drop 1->1",
                "propose 1 a -> overloaded",
                "inject 2->1 vote colour 3",
                "inject 2->1 hello",
                "halts tick 1",
                "expect read r done",
                "conf 1 marry 2",
                "storage burn 1",
                "wipe 1",
                "deliver until 1 term 9"
            })
    void whatIsNotUnderstoodOrNotSoFailsWithFileAndLine(String step) {
        String message = failure(HEADER, "nodes 1", "tick 1", step);
        assertTrue(message.startsWith("some.txt:4: " + step), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scenario E99", "scenario E99 | x |", "scenario | x | y"})
    void aHeaderNeedsIdsSourceAndSentence(String header) {
        assertTrue(failure(header, "nodes 1").startsWith("some.txt:1: "));
    }

    @Test
    void rowsFitTheirColumnsAndStepsStandInAScenario() {
        assertTrue(failure(HEADER, "cases | a |", "| 1 | 2 |", "tick 1").startsWith("some.txt:3: "));
        assertTrue(failure("tick 1").startsWith("some.txt:1: "));
        assertTrue(failure(HEADER).startsWith("some.txt:1: "));
        assertTrue(failure(HEADER, "tick 1").startsWith("some.txt:2: "));
        assertTrue(failure(HEADER, "nodes 1", "option speed 3").startsWith("some.txt:3: "));
    }
}

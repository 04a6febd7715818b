package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scenario under {@code raft/scenarios}, each a test of its own; {@code docs/raft-scenarios.md} describes how they are written. */
class ScriptScenariosTest {
    static List<ScriptBlock> scenarios() {
        return ScriptResources.scenarios();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void scenario(ScriptBlock block) {
        ScriptRunner.play(block);
    }

    @Test
    void thereAreScenarios() {
        assertFalse(scenarios().isEmpty());
    }
}

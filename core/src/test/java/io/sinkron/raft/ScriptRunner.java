package io.sinkron.raft;

import io.sinkron.common.InvariantViolation;
import io.sinkron.raft.ScriptBlock.Line;

/** Plays a scenario, step by step; a failure names file and line. The invariants are checked all the time. */
final class ScriptRunner {
    private final ScriptSetup setup = new ScriptSetup();
    private ScriptGroup group;
    private ScriptExpectations expectations;
    private ScriptActions actions;

    private ScriptRunner() {}

    static void play(ScriptBlock block) {
        ScriptRunner runner = new ScriptRunner();
        for (Line line : block.lines()) {
            try {
                runner.step(new ScriptWords(line.text()));
            } catch (AssertionError | RuntimeException e) {
                throw line.failure(e);
            }
        }
    }

    private void step(ScriptWords words) {
        String verb = words.next();
        if (group == null) {
            if (setup.take(verb, words)) {
                return;
            }
            group = new ScriptGroup(setup.start());
            expectations = new ScriptExpectations(group);
            actions = new ScriptActions(group, expectations);
        }
        if (verb.equals("halts")) {
            halts(words);
        } else if (!expectations.require(verb, words)) {
            actions.perform(verb, words);
        }
        group.afterStep();
    }

    /** {@code halts <step>}: the machine finds that somebody is broken and refuses to go on. */
    private void halts(ScriptWords words) {
        String verb = words.next();
        try {
            actions.perform(verb, words);
        } catch (InvariantViolation expected) {
            return;
        }
        throw new AssertionError("the machine went on");
    }
}

package io.sinkron.raft;

/** What a node answered to a script's call, in a script's words. */
final class ScriptOutcomes {
    private ScriptOutcomes() {}

    static String of(Proposed proposed) {
        if (proposed instanceof Proposed.Accepted accepted) {
            return "accepted " + accepted.index() + "@" + accepted.term();
        }
        if (proposed instanceof Proposed.NotLeader refused) {
            return "not-leader "
                    + refused.leader().map(id -> id.value().substring(1)).orElse("none");
        }
        if (proposed instanceof Proposed.Overloaded) {
            return "overloaded";
        }
        throw new IllegalArgumentException("an outcome without a word: " + proposed);
    }

    /** An expected outcome may leave out what follows its first words. */
    static boolean fits(String expected, String outcome) {
        return outcome.equals(expected) || outcome.startsWith(expected + " ");
    }
}

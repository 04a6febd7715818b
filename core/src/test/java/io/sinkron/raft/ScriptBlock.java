package io.sinkron.raft;

import java.util.List;

/**
 * One scenario of a script file, or one row of its cases with the row's values filled in. Immutable.
 *
 * @param ids of the catalogue
 * @param source where the behaviour is known from
 * @param sentence what must hold
 * @param row the row's values as text, empty without cases
 * @param lines the steps
 */
record ScriptBlock(List<String> ids, String source, String sentence, String row, List<Line> lines) {
    /** A line of a file, without its comment. */
    record Line(String file, int number, String text) {
        /** A failure that names this line. */
        AssertionError failure(Throwable cause) {
            return new AssertionError(file + ":" + number + ": " + text.trim() + "\n    " + cause.getMessage(), cause);
        }

        AssertionError failure(String what) {
            return new AssertionError(file + ":" + number + ": " + what);
        }
    }

    ScriptBlock {
        ids = List.copyOf(ids);
        lines = List.copyOf(lines);
    }

    @Override
    public String toString() {
        return String.join(" ", ids) + (row.isEmpty() ? "" : " (" + row + ")") + ": " + sentence;
    }
}

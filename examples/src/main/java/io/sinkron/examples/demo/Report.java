package io.sinkron.examples.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What the tour says: chapters, checks, and how many of them held. Not thread-safe. */
final class Report {
    private final PrintStream out;
    private final long began = System.nanoTime();
    private int chapters;
    private int held;
    private int failed;

    Report(PrintStream out) {
        this.out = out;
    }

    /** Begins a chapter. */
    void chapter(String title, String explanation) {
        chapters++;
        out.println();
        out.println(chapters + ". " + title);
        say(explanation);
    }

    /** A line that checks nothing. */
    void say(String text) {
        text.lines().forEach(line -> out.println("   " + line));
    }

    /** What should be, what is, and whether that is the same. */
    void check(String expected, String seen, boolean isSame) {
        if (isSame) {
            held++;
        } else {
            failed++;
        }
        out.println("   " + (isSame ? "✓" : "✗") + " expected: " + expected);
        out.println("     saw:      " + seen);
    }

    /** A chapter could not be played to its end. */
    void broken(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        check("the chapter runs to its end", cause.toString(), false);
    }

    /** Ends the tour. */
    boolean end() {
        out.println();
        String seconds = String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - began) / 1e9);
        out.println(
                failed == 0
                        ? "All " + held + " checks held, in " + seconds + "."
                        : failed + " of " + (held + failed) + " checks failed, in " + seconds + ".");
        return failed == 0;
    }

    /** A duration as people say it. */
    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1e3);
    }
}

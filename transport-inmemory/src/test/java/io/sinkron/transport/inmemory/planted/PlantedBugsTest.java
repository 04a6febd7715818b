package io.sinkron.transport.inmemory.planted;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of the planted bugs is tried in every build: that each patch still fits, and that the fast ones are found. The rest: {@link PlantedSuiteTest}. */
class PlantedBugsTest {
    private static final Duration BUDGET = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void everyPatchStillFitsTheSourcesAndCompiles() throws IOException {
        List<PlantedBug> bugs = PlantedBug.all();
        assertTrue(bugs.size() >= 36, "only " + bugs.size() + " are there");
        try (BrokenClasses classes = new BrokenClasses(HuntProcess.project(), directory)) {
            assertAll(bugs.stream().map(bug -> () -> classes.plant(bug)));
        }
    }

    @Test
    void theFastOnesAreFoundEachByItsTest() throws Exception {
        List<PlantedBug> fast =
                PlantedBug.all().stream().filter(PlantedBug::isInEveryBuild).toList();
        assertTrue(fast.size() >= 10, "only " + fast.size() + " are fast");
        List<String> hunts = new ArrayList<>();
        try (BrokenClasses classes = new BrokenClasses(HuntProcess.project(), directory)) {
            for (PlantedBug bug : fast) {
                hunts.add(HuntProcess.hunt(bug.id(), List.of(classes.plant(bug)), List.of("class:" + bug.test())));
            }
        }
        HuntProcess.Outcome outcome = new HuntProcess(directory)
                .run("fast", hunts, List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), BUDGET, false);
        assertTrue(outcome.isInTime(), () -> "it didn't end well: " + outcome.lines());
        assertAll(fast.stream()
                .map(bug -> () -> assertTrue(
                        !outcome.after("found " + bug.id() + " ").isEmpty(),
                        bug.id() + ", " + bug.title() + ", isn't found by " + bug.test())));
    }

    @Test
    void withoutABugTheSameTestsFindNothing() throws Exception {
        List<String> classes = PlantedBug.all().stream()
                .filter(PlantedBug::isInEveryBuild)
                .map(bug -> "class:" + bug.test())
                .distinct()
                .toList();
        HuntProcess.Outcome outcome = new HuntProcess(directory)
                .run(
                        "sound",
                        List.of(HuntProcess.hunt("none", List.of(), classes)),
                        List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        BUDGET,
                        false);
        assertTrue(outcome.lines().contains("missed none"), () -> "found: " + outcome.lines());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no such text", "    "})
    void aPatchThatDoesNotFitExactlyOnceIsRefused(String before) throws IOException {
        PlantedBug.Hunk hunk =
                new PlantedBug.Hunk("core/src/main/java/io/sinkron/raft/Ballot.java", before, "something else");
        PlantedBug bug = new PlantedBug("test", "title", "source", "test", false, List.of(hunk));
        try (BrokenClasses classes = new BrokenClasses(HuntProcess.project(), directory)) {
            String reason = assertThrows(IllegalStateException.class, () -> classes.plant(bug))
                    .getMessage();
            assertTrue(reason.contains(before.isBlank() ? "more than once" : "not the text"), reason);
        }
    }
}

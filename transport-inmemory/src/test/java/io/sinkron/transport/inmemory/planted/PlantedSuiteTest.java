package io.sinkron.transport.inmemory.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All planted bugs, against everything that may find them: first the unit tests, properties, scripts and random schedules, then the exhaustive search of Raft,
 * and, whatever those found, the simulator. Prints a table; fails if nothing finds a bug. Begins with no bug at all, in which nothing must be found.
 *
 * <p>{@code -Dsinkron.planted.only=expression} takes the bugs in whose names the expression is found, and no run without a bug; {@code -Dsinkron.planted.seeds=N} and {@code -Dsinkron.planted.minutes=M} bound the
 * simulator for each bug (0 seeds leave it out); {@code -Dsinkron.planted.parallel=P} bugs are tried at a time.
 */
@EnabledIfSystemProperty(
        named = "sinkron.planted",
        matches = "true",
        disabledReason = "takes hours: -Pplanted of the Maven build")
class PlantedSuiteTest {
    private static final Pattern ONLY = Pattern.compile(System.getProperty("sinkron.planted.only", ""));
    private static final int SEEDS = Integer.getInteger("sinkron.planted.seeds", 300);
    private static final Duration SIMULATOR_BUDGET = Duration.ofSeconds(
            Math.round(Double.parseDouble(System.getProperty("sinkron.planted.minutes", "10")) * 60));
    private static final Duration TESTS_BUDGET = Duration.ofMinutes(10);
    private static final Duration SEARCH_BUDGET = Duration.ofMinutes(10);
    private static final int PARALLEL = Integer.getInteger("sinkron.planted.parallel", 2);

    private static final List<String> FLAGS = List.of("-Xmx1500m", "-XX:+UseSerialGC");
    private static final PlantedBug NONE =
            new PlantedBug("none", "no bug", "", "io.sinkron.raft.ElectionTest", false, List.of());

    private final Path directory = Path.of("target", "planted").toAbsolutePath();
    private final HuntProcess processes = new HuntProcess(directory);
    private final List<Path> nettyTests = new ArrayList<>();

    private record Row(PlantedBug bug, Optional<String> foundBy, String simulator) {
        boolean isFound() {
            return foundBy.isPresent() || simulator.startsWith("seed");
        }

        String line() {
            String test =
                    foundBy.map(what -> what.split(" \\| ")[0]).orElse(isFound() ? "the simulator" : "**not found**");
            return "| " + bug.id() + " | " + bug.title() + " | " + bug.source() + " | " + test.replace("|", "/") + " | "
                    + simulator + " |";
        }
    }

    @Test
    void everyPlantedBugIsFound() throws Exception {
        List<Path> classes = new ArrayList<>();
        List<PlantedBug> bugs = new ArrayList<>();
        if (ONLY.pattern().isEmpty()) {
            bugs.add(NONE);
        }
        PlantedBug.all().stream().filter(bug -> ONLY.matcher(bug.id()).find()).forEach(bugs::add);
        try (BrokenClasses broken = new BrokenClasses(HuntProcess.project(), directory)) {
            for (PlantedBug bug : bugs) {
                classes.add(broken.plant(bug));
            }
            if (bugs.stream().anyMatch(bug -> bug.hunks().size() > 0 && bug.isInNetty())) {
                Path sources = HuntProcess.project().resolve("transport-netty/src/test/java");
                nettyTests.add(broken.compileTree("netty-tests", sources));
            }
        }
        List<Row> rows = inParallel(bugs, classes);
        List<String> table = new ArrayList<>(
                List.of("| id | bug | known from | found first by | simulator alone |", "|---|---|---|---|---|"));
        rows.stream().filter(row -> row.bug() != NONE).map(Row::line).forEach(table::add);
        Files.write(directory.resolve("planted.md"), table);
        table.forEach(System.out::println);
        assertEquals(
                List.of(),
                rows.stream()
                        .filter(row -> row.isFound() == (row.bug() == NONE))
                        .map(row -> row.bug().id())
                        .toList(),
                "nothing finds these, or something finds a bug where there is none");
    }

    private List<Row> inParallel(List<PlantedBug> bugs, List<Path> classes) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(PARALLEL);
        try {
            List<Future<Row>> futures = new ArrayList<>();
            for (int i = 0; i < bugs.size(); i++) {
                PlantedBug bug = bugs.get(i);
                Path place = classes.get(i);
                futures.add(workers.submit(() -> row(bug, place)));
            }
            List<Row> rows = new ArrayList<>();
            for (Future<Row> future : futures) {
                rows.add(future.get());
            }
            return rows;
        } finally {
            workers.shutdownNow();
        }
    }

    private Row row(PlantedBug bug, Path classes) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        boolean isNetty = bug != NONE && bug.isInNetty();
        List<Path> places = new ArrayList<>(List.of(classes));
        places.addAll(isNetty ? nettyTests : List.of());
        Optional<String> found =
                tests(bug, places, isNetty ? List.of("package:io.sinkron.transport.netty") : TESTS, TESTS_BUDGET);
        if (found.isEmpty() && !isNetty) {
            found = tests(bug, places, List.of("package:io.sinkron.raft.search"), SEARCH_BUDGET);
        }
        String simulator = isNetty || SEEDS == 0 ? "-" : simulator(bug, places);
        Row row = new Row(bug, found, simulator);
        System.out.println(
                row.line() + " in " + (System.nanoTime() - begin) / 1_000_000_000 + " s, " + found.orElse("no test"));
        return row;
    }

    /** What the tests of core are, the fastest for the bug first; those of the log on a disk in memory are here. */
    private static final List<String> TESTS = List.of(
            "package:io.sinkron.raft",
            "package:io.sinkron.wal",
            "package:io.sinkron.node",
            "package:io.sinkron.runtime",
            "package:io.sinkron.transport.inmemory",
            "class:io.sinkron.SingleNodeTest",
            "class:io.sinkron.StorageFailureTest");

    private Optional<String> tests(PlantedBug bug, List<Path> places, List<String> steps, Duration budget)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("class:" + bug.test()));
        all.addAll(steps);
        String name = bug.id() + "-" + steps.size();
        HuntProcess.Outcome outcome =
                processes.run(name, List.of(HuntProcess.hunt(bug.id(), places, all)), FLAGS, budget, true);
        String first = outcome.after("first ");
        return first.isEmpty() ? Optional.empty() : Optional.of(first);
    }

    private String simulator(PlantedBug bug, List<Path> places) throws IOException, InterruptedException {
        String hunt = HuntProcess.hunt(bug.id(), places, List.of("seeds:0:" + SEEDS));
        HuntProcess.Outcome outcome = processes.run(bug.id() + "-sim", List.of(hunt), FLAGS, SIMULATOR_BUDGET, false);
        String found = outcome.after("found " + bug.id() + " ");
        return found.isEmpty()
                ? "not within " + outcome.count("survived " + bug.id() + " ")
                : "seed " + found.substring(0, Math.min(found.length(), 150));
    }
}

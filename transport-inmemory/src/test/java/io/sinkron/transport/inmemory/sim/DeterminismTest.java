package io.sinkron.transport.inmemory.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.node.Node;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * One seed is one run, whatever the JVM. In two JVMs with different flags the order of hash sets, identity hashes and the timing of compilation differ;
 * the running hash over (time, node, input, effects) must not.
 */
class DeterminismTest {
    private static final int SEEDS = 12;
    private static final Duration DURATION = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    @Test
    void aSeedIsTheSameRunInTwoJvmsWithDifferentFlags() throws Exception {
        Process plain = start("plain", List.of());
        Process odd = start(
                "odd",
                List.of(
                        "-Xshare:off",
                        "-XX:+UseSerialGC",
                        "-XX:+UnlockExperimentalVMOptions",
                        "-XX:hashCode=2",
                        "-XX:TieredStopAtLevel=1"));
        List<String> hashes = output("plain", plain);
        assertEquals(SEEDS, hashes.size());
        assertEquals(hashes, output("odd", odd));
    }

    @Test
    void otherSeedsAreOtherRuns() {
        assertNotEquals(hash(1), hash(2));
        assertEquals(hash(1), hash(1));
    }

    private Process start(String name, List<String> flags) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-Xmx1g", "-cp", classPath(), DeterminismTest.class.getName()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name).toFile())
                .start();
    }

    /** Where the classes in use come from, whatever started this JVM. */
    private static String classPath() {
        return Stream.of(DeterminismTest.class, Simulation.class, Node.class, LoggerFactory.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(location -> Path.of(URI.create(location.toString())).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private List<String> output(String name, Process process) throws Exception {
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        process.destroyForcibly();
        List<String> lines = Files.readAllLines(directory.resolve(name), StandardCharsets.UTF_8);
        assertTrue(ended && process.exitValue() == 0, () -> String.join("\n", lines));
        return lines.stream().filter(line -> line.startsWith("seed ")).toList();
    }

    private static String hash(long seed) {
        SimulationReport report = Simulation.builder()
                .seed(seed)
                .nodes(seed % 2 == 0 ? 3 : 5)
                .duration(DURATION)
                .build()
                .run();
        return "seed " + seed + " events " + report.events() + " hash " + Long.toHexString(report.eventHash());
    }

    /** Prints a line for each seed; run in JVMs of its own. */
    public static void main(String[] arguments) {
        for (long seed = 1_000; seed < 1_000 + SEEDS; seed++) {
            System.out.println(hash(seed));
        }
    }
}

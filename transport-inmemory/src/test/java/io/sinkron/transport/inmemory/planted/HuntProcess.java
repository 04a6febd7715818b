package io.sinkron.transport.inmemory.planted;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts {@link Hunt} in a JVM of its own and ends it as soon as it has what was asked for, or its time is over. */
final class HuntProcess {
    private final Path directory;

    /** @param directory for the arguments and the output of each process */
    HuntProcess(Path directory) {
        this.directory = directory;
    }

    /**
     * What a process has said.
     *
     * @param lines those with {@link Hunt#MARK}, without it
     * @param isInTime whether it came to its end, or was ended because it had found something
     */
    record Outcome(List<String> lines, boolean isInTime) {
        /** What follows on the first line that begins so, or an empty text. */
        String after(String beginning) {
            return lines.stream()
                    .filter(line -> line.startsWith(beginning))
                    .map(line -> line.substring(beginning.length()).strip())
                    .findFirst()
                    .orElse("");
        }

        /** How many lines begin so. */
        long count(String beginning) {
            return lines.stream().filter(line -> line.startsWith(beginning)).count();
        }
    }

    /** The class path of the tests, also where only the one who started this JVM knows it. */
    static String classPath() {
        String ofSurefire = System.getProperty("surefire.test.class.path");
        return ofSurefire != null ? ofSurefire : System.getProperty("java.class.path");
    }

    /** One argument of {@link Hunt}. */
    static String hunt(String id, List<Path> classes, List<String> steps) {
        String places = classes.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        return id + "=" + places + "=" + String.join(",", steps);
    }

    /**
     * Runs hunts in one process.
     *
     * @param endsAtFirst whether the first test that fails is all that is wanted
     */
    Outcome run(String name, List<String> hunts, List<String> flags, Duration budget, boolean endsAtFirst)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Path arguments = directory.resolve(name + ".args");
        Files.writeString(arguments, "-cp\n\"" + classPath().replace("\\", "\\\\") + "\"\n");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")));
        command.add("@" + arguments);
        command.add(Hunt.class.getName());
        command.addAll(hunts);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread alarm = new Thread(() -> endLater(process, budget), "planted-alarm");
        alarm.setDaemon(true);
        alarm.start();
        List<String> lines = new ArrayList<>();
        boolean isComplete = read(process, name, lines, endsAtFirst);
        process.destroyForcibly().waitFor();
        alarm.interrupt();
        return new Outcome(lines, isComplete || process.exitValue() == 0);
    }

    private boolean read(Process process, String name, List<String> lines, boolean endsAtFirst) throws IOException {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
                var log = Files.newBufferedWriter(directory.resolve(name + ".log"))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                log.write(line);
                log.newLine();
                if (line.startsWith(Hunt.MARK)) {
                    lines.add(line.substring(Hunt.MARK.length()));
                    if (endsAtFirst && line.startsWith(Hunt.MARK + "first ")) {
                        return true;
                    }
                }
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e; // otherwise it was ended while its output was read
            }
        }
        return false;
    }

    private static void endLater(Process process, Duration budget) {
        try {
            if (!process.waitFor(budget.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException over) {
            // It has ended by itself, or has said what was wanted.
        }
    }

    /** The top of the project, above the module whose tests run. */
    static Path project() {
        return Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
                .takeWhile(path -> path != null)
                .filter(path -> Files.isDirectory(path.resolve("core/src/main/java")))
                .findFirst()
                .orElseThrow();
    }
}

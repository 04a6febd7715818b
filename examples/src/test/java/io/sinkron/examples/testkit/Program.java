package io.sinkron.examples.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The program as a process of its own, on the class path of the tests. */
public final class Program implements AutoCloseable {
    private static final String MAIN = "io.sinkron.examples.Main";

    private final Process process;
    private final Lines out;
    private final Lines err;

    private Program(Process process) {
        this.process = process;
        this.out = new Lines(process.getInputStream());
        this.err = new Lines(process.getErrorStream());
    }

    /** Starts it. */
    public static Program start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    /** Starts it with variables in its environment. */
    public static Program start(Map<String, String> environment, String... arguments) throws IOException {
        return start(List.of(), environment, arguments);
    }

    /** Starts it by another command, such as one that enters a namespace first. */
    public static Program start(List<String> by, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(by);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                // What the runnable jar has in its manifest: newer JVMs warn on stderr without it.
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("SINKRON_") || name.startsWith("JAVA_TOOL"));
        builder.environment().putAll(environment);
        return new Program(builder.start());
    }

    /** Waits for its end and gives its status. */
    public int await(Duration patience) throws InterruptedException {
        assertTrue(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS), () -> "still running: " + out.all());
        out.await();
        err.await();
        return process.exitValue();
    }

    /** Waits for a line on its standard output. */
    public String awaitLine(Predicate<String> wanted, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - end < 0) {
            for (String line : out.all()) {
                if (wanted.test(line)) {
                    return line;
                }
            }
            assertTrue(process.isAlive() || !out.isEnded(), () -> "it ended: " + out.all() + err.all());
            Thread.sleep(10);
        }
        throw new AssertionError("the line never came: " + out.all() + err.all());
    }

    /** What it has written to its standard output. */
    public List<String> out() {
        return out.all();
    }

    /** What it has written to its standard error. */
    public List<String> err() {
        return err.all();
    }

    /** Gives it a text on its standard input, and ends that. */
    public void type(String text) throws IOException {
        try (var in = process.getOutputStream()) {
            in.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Asks it to end (SIGTERM). */
    public void terminate() {
        process.destroy();
    }

    /** Ends it without asking (SIGKILL), and waits for that. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it where it stands (SIGSTOP): none of its threads moves, and its sockets stay open. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on (SIGCONT). */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertEquals(0, status, "kill -" + name);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static final class Lines {
        private final List<String> lines = new ArrayList<>();
        private final Thread reader;

        Lines(InputStream in) {
            reader = new Thread(() -> read(in), "lines");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream in) {
            try (BufferedReader from = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                for (String line = from.readLine(); line != null; line = from.readLine()) {
                    synchronized (lines) {
                        lines.add(line);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        List<String> all() {
            synchronized (lines) {
                return List.copyOf(lines);
            }
        }

        boolean isEnded() {
            return !reader.isAlive();
        }

        void await() throws InterruptedException {
            reader.join(5_000);
        }
    }
}

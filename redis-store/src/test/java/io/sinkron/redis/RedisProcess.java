package io.sinkron.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/** A real Redis in a process of its own, on a free port, with a directory that is deleted with it. Can be killed and started again. */
final class RedisProcess implements AutoCloseable {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int PORTS_TO_TRY = 5;

    private final String binary;
    private final List<String> settings;
    private final Path directory;
    private int port;
    private Process process;

    private RedisProcess(String binary, List<String> settings) throws IOException {
        this.binary = binary;
        this.settings = settings;
        this.directory = Files.createTempDirectory("sinkron-redis");
    }

    /** The Redis that comes with the tests, with settings such as {@code "appendonly", "yes"}. */
    static RedisProcess start(String... settings) {
        return startBinary(Embedded.BINARY, settings);
    }

    static RedisProcess startBinary(String binary, String... settings) {
        try {
            RedisProcess redis = new RedisProcess(binary, List.of(settings));
            for (int i = 0; i < PORTS_TO_TRY; i++) {
                redis.port = freePort();
                if (redis.launch()) {
                    return redis;
                }
            }
            throw new IOException("Redis did not start: " + Files.readString(redis.log()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that is installed on this machine. */
    static Optional<String> installed() {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .map(folder -> new File(folder, "redis-server"))
                .filter(File::canExecute)
                .map(File::getPath)
                .findFirst();
    }

    String port() {
        return Integer.toString(port);
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Ends it without a warning, as a power failure would (but for what the operating system holds). */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it as it is: connections stay, nothing is answered. */
    void pause() {
        signal("STOP");
    }

    /** Lets it go on. */
    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again on its port, with what it has kept. */
    void restart() {
        try {
            if (!launch()) {
                throw new IOException("Redis did not start again: " + Files.readString(log()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One command, as its words; the raw reply. */
    String command(String... words) {
        StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            request.append('$')
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            byte[] reply = new byte[65_536];
            int size = socket.getInputStream().read(reply);
            return new String(reply, 0, Math.max(0, size), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path log() {
        return directory.resolve("log");
    }

    /** False if it ended at once, as it does when the port was taken in between. */
    private boolean launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(binary, "--port", Integer.toString(port), "--save", ""));
        command.addAll(List.of("--bind", "127.0.0.1", "--dir", directory.toString()));
        for (int i = 0; i < settings.size(); i += 2) {
            command.add("--" + settings.get(i));
            command.add(settings.get(i + 1));
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        long end = System.nanoTime() + START_NANOS;
        while (process.isAlive() && System.nanoTime() < end) {
            if (answers()) {
                return true;
            }
            try {
                process.waitFor(5, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        process.destroyForcibly();
        return false;
    }

    private boolean answers() {
        try {
            return command("PING").startsWith("+PONG");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Unpacked once. */
    private static final class Embedded {
        static final String BINARY = unpack();

        private static String unpack() {
            try {
                File file = ExecutableProvider.newJarResourceProvider().get();
                file.deleteOnExit();
                return file.getPath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package io.sinkron.examples.demo;

import io.sinkron.examples.server.StartException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The tour: starts three nodes, plays every chapter, and cleans up. Thread-safe for {@link #close} only. */
public final class Demo implements AutoCloseable {
    private final PrintStream out;
    private final Path directory;
    private final boolean isTemporary;
    private final String run;
    private final DemoCluster cluster;

    private Demo(PrintStream out, Path directory, boolean isTemporary, boolean isWithoutRedis, DemoCluster cluster) {
        this.out = out;
        this.directory = directory;
        this.isTemporary = isTemporary;
        // In a directory or a Redis that is used again, names of an earlier tour may still be there.
        this.run = isTemporary && isWithoutRedis ? "" : "-" + Long.toString(System.currentTimeMillis(), 36);
        this.cluster = cluster;
    }

    /**
     * Starts three nodes.
     *
     * @param dataDirectory where their logs go; empty for a temporary directory that {@link #close} removes
     * @param httpPort of the first node, the others have the next ones; 0 for any free ones
     * @param redis where queues and the cache's memory are kept; empty for the cluster's own replicated stores
     * @throws StartException if a port or directory can't be had
     */
    public static Demo start(PrintStream out, Optional<Path> dataDirectory, int httpPort, Optional<String> redis)
            throws StartException {
        Path directory = dataDirectory.isPresent() ? dataDirectory.get() : temporary();
        try {
            DemoCluster cluster = DemoCluster.start(directory, httpPort, redis);
            return new Demo(out, directory, dataDirectory.isEmpty(), redis.isEmpty(), cluster);
        } catch (StartException e) {
            if (dataDirectory.isEmpty()) {
                remove(directory);
            }
            throw e;
        }
    }

    private static Path temporary() throws StartException {
        try {
            return Files.createTempDirectory("sinkron-demo-");
        } catch (IOException e) {
            throw new StartException("no temporary directory: " + e.getMessage(), e);
        }
    }

    /** Plays the tour. Returns whether every check held. */
    public boolean play() {
        out.println("Sinkron: a tour of three nodes in this process. They talk over TCP and keep their logs in "
                + directory + ".");
        Report report = new Report(out);
        List<Runnable> chapters = List.of(
                () -> new ClusterTour(cluster, report).play(),
                () -> new LockTour(cluster, report, run).play(),
                () -> new QueueTour(cluster, report, run).play(),
                () -> new CacheTour(cluster, report, run).play(),
                () -> new FailoverTour(cluster, report, run).play());
        for (Runnable chapter : chapters) {
            try {
                chapter.run();
            } catch (RuntimeException e) {
                report.broken(e);
            }
        }
        return report.end();
    }

    /** Where the nodes serve HTTP. */
    public List<String> urls() {
        return cluster.urls();
    }

    /** Stops the nodes and removes the temporary directory. Idempotent. */
    @Override
    public synchronized void close() {
        cluster.close();
        if (isTemporary) {
            remove(directory);
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // Nothing depends on it, and the system clears its temporary files anyway.
            return;
        }
    }
}

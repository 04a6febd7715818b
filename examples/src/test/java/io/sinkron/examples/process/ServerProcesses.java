package io.sinkron.examples.process;

import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.Program;
import io.sinkron.examples.testkit.Specification;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Three server processes with directories of their own, each of which can be killed and started again. */
final class ServerProcesses implements AutoCloseable {
    static final int COUNT = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final List<Integer> ports;
    private final Specification specification = new Specification();
    private final List<Program> programs = new ArrayList<>();
    private final List<ApiCaller> callers = new ArrayList<>();

    /** Starts all and waits until they serve. */
    ServerProcesses(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.ports = LocalNodes.freePorts(2 * COUNT);
        for (int i = 0; i < COUNT; i++) {
            programs.add(start(i));
            callers.add(new ApiCaller(specification, "http://127.0.0.1:" + ports.get(COUNT + i)));
        }
        for (int i = 0; i < COUNT; i++) {
            awaitReady(i);
        }
    }

    private Program start(int index) throws IOException {
        StringBuilder peers = new StringBuilder();
        for (int i = 0; i < COUNT; i++) {
            peers.append(i == 0 ? "" : ",").append(id(i)).append("=127.0.0.1:").append(ports.get(i));
        }
        return Program.start(
                "server",
                "--id",
                id(index),
                "--peers",
                peers.toString(),
                "--http",
                "127.0.0.1:" + ports.get(COUNT + index),
                "--data-dir",
                directory.resolve(id(index)).toString());
    }

    static String id(int index) {
        return "n" + (index + 1);
    }

    /** A client of a node. */
    ApiCaller node(int index) {
        return callers.get(index);
    }

    /** Where a node serves HTTP. */
    int httpPort(int index) {
        return ports.get(COUNT + index);
    }

    /** The leader, as a node knows it. */
    int leader(int askedNode) {
        String leader = node(askedNode).call("GET", "/cluster").is(200).text("leader");
        return Integer.parseInt(leader.substring(1)) - 1;
    }

    void kill(int index) throws InterruptedException {
        programs.get(index).kill();
    }

    void pause(int index) throws IOException, InterruptedException {
        programs.get(index).pause();
    }

    void resume(int index) throws IOException, InterruptedException {
        programs.get(index).resume();
    }

    void restart(int index) throws IOException, InterruptedException {
        programs.set(index, start(index));
        awaitReady(index);
    }

    private void awaitReady(int index) throws InterruptedException {
        programs.get(index).awaitLine(line -> line.startsWith("ready node=" + id(index) + " "), PATIENCE);
    }

    @Override
    public void close() {
        programs.forEach(Program::close);
    }
}

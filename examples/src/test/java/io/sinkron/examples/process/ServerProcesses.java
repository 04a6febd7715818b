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
import java.util.Map;

/** Three server processes with directories of their own, each of which can be killed and started again. */
final class ServerProcesses implements AutoCloseable {
    static final int COUNT = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final Hosts hosts;
    private final List<Integer> ports;
    private final Specification specification = new Specification();
    private final List<Program> programs = new ArrayList<>();
    private final List<ApiCaller> callers = new ArrayList<>();

    /** Where nodes run. */
    interface Hosts {
        /** The address of a node. */
        String address(int index);

        /** What a program is started by to run there. */
        List<String> command(int index);
    }

    private static final Hosts LOOPBACK = new Hosts() {
        @Override
        public String address(int index) {
            return "127.0.0.1";
        }

        @Override
        public List<String> command(int index) {
            return List.of();
        }
    };

    /** Starts all on loopback and waits until they serve. */
    ServerProcesses(Path directory) throws IOException, InterruptedException {
        this(directory, LOOPBACK);
    }

    /** Starts all, each where it belongs, and waits until they serve. */
    ServerProcesses(Path directory, Hosts hosts) throws IOException, InterruptedException {
        this.directory = directory;
        this.hosts = hosts;
        this.ports = LocalNodes.freePorts(2 * COUNT);
        for (int i = 0; i < COUNT; i++) {
            programs.add(start(i));
            callers.add(new ApiCaller(specification, "http://" + hosts.address(i) + ":" + ports.get(COUNT + i)));
        }
        for (int i = 0; i < COUNT; i++) {
            awaitReady(i);
        }
    }

    private Program start(int index) throws IOException {
        StringBuilder peers = new StringBuilder();
        for (int i = 0; i < COUNT; i++) {
            peers.append(i == 0 ? "" : ",")
                    .append(id(i))
                    .append('=')
                    .append(hosts.address(i))
                    .append(':')
                    .append(ports.get(i));
        }
        return Program.start(
                hosts.command(index),
                Map.of(),
                "server",
                "--id",
                id(index),
                "--peers",
                peers.toString(),
                "--http",
                hosts.address(index) + ":" + ports.get(COUNT + index),
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

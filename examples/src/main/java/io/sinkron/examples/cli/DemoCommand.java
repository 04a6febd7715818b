package io.sinkron.examples.cli;

import io.sinkron.examples.demo.Demo;
import io.sinkron.examples.server.StartException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code demo}: three nodes in this process, and a tour. */
@Command(
        name = "demo",
        description =
                "Starts three nodes in this process, plays a tour of the three services with its checks, and goes on serving.")
final class DemoCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_533;

    private final Streams streams;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Option(names = "--once", description = "Ends after the tour: with 0 only if every check held.")
    private boolean once;

    @Option(
            names = "--http-port",
            defaultValue = "8081",
            paramLabel = "PORT",
            description =
                    "Of the first node's HTTP API; the others have the next two. 0 for any free ones. Default: ${DEFAULT-VALUE}")
    private int httpPort;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the nodes keep their logs. Default: a temporary directory that is removed at the end.")
    private Path dataDirectory;

    @Option(
            names = "--redis",
            paramLabel = "URI",
            description =
                    "Keeps queues and the cache's memory in this Redis. Default: in the cluster's own replicated stores.")
    private RedisUri redis;

    DemoCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws StartException {
        if (httpPort < 0 || httpPort > MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--http-port': " + httpPort + " is not within 0 to " + MAX_PORT);
        }
        Demo demo = Demo.start(
                streams.out(),
                Optional.ofNullable(dataDirectory),
                httpPort,
                Optional.ofNullable(redis).map(RedisUri::text));
        Shutdown shutdown = Shutdown.onSignal(demo::close);
        int status = demo.play() ? 0 : 1;
        shutdown.status(status);
        if (!once) {
            streams.out().println();
            streams.out().println("Serving at " + String.join(" ", demo.urls()) + " until this process is ended.");
            shutdown.await();
        }
        demo.close();
        return status;
    }
}

package io.sinkron.examples.cli;

import io.sinkron.common.NodeId;
import io.sinkron.examples.http.HttpLimits;
import io.sinkron.examples.server.HostPort;
import io.sinkron.examples.server.NodeConfig;
import io.sinkron.examples.server.ServerNode;
import io.sinkron.examples.server.StartException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code server}: one node, until it is told to end. */
@Command(name = "server", description = "Runs one node until SIGTERM.")
final class ServerCommand implements Callable<Integer> {
    private final Streams streams;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--id",
            required = true,
            paramLabel = "ID",
            description = "This node's name, one of --peers unless it joins.")
    private String id;

    @Option(
            names = "--peers",
            required = true,
            paramLabel = "ID=HOST:PORT,...",
            description =
                    "All nodes with the addresses they talk to each other by; the same on all. With --join, the present members.")
    private Peers peers;

    @Option(
            names = "--join",
            description =
                    "Joins a cluster that is there already: serves once a member has added this node (cluster add).")
    private boolean join;

    @Option(
            names = "--bind",
            paramLabel = "HOST:PORT",
            description = "Where to listen for peers. Default: its own address in --peers; needed if it isn't there.")
    private HostPort bind;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8081",
            description = "Where to serve the HTTP API. Default: ${DEFAULT-VALUE}; port 0 for any free one.")
    private HostPort http;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "DIR",
            description = "Where the node keeps its log; made if need be.")
    private Path dataDirectory;

    @Option(
            names = "--redis",
            paramLabel = "URI",
            description =
                    "Keeps queues and the cache's memory in this Redis. Default: in the cluster's own replicated stores.")
    private RedisUri redis;

    ServerCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws StartException {
        ServerNode node = ServerNode.start(config());
        Shutdown shutdown = Shutdown.onSignal(node::close);
        node.whenReady().thenRun(() -> {
            streams.out().println("ready node=" + id + " http=" + node.http());
            streams.out().flush();
        });
        try {
            node.whenStopped().toCompletableFuture().join();
        } catch (CompletionException e) {
            shutdown.status(1);
            throw new CommandFailure("the node had to stop: " + e.getCause().getMessage());
        }
        shutdown.await();
        return 0;
    }

    private NodeConfig config() {
        NodeId self;
        try {
            self = NodeId.of(id);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "Invalid value for option '--id': " + e.getMessage());
        }
        if (join && bind == null && !peers.addresses().containsKey(self)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Missing option '--bind': with --join, '" + id + "' need not be among --peers, and isn't");
        }
        if (!join && !peers.addresses().containsKey(self)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--id': '" + id + "' is not among --peers "
                            + peers.addresses().keySet());
        }
        HostPort listen = bind == null ? peers.addresses().get(self) : bind;
        return new NodeConfig(
                self,
                peers.addresses(),
                join,
                listen,
                http,
                dataDirectory,
                Optional.ofNullable(redis).map(RedisUri::text),
                HttpLimits.DEFAULT);
    }
}

package io.sinkron.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sinkron.examples.server.HostPort;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that change who belongs to the cluster, and who leads it. */
final class MemberCommands {
    private static final String TIMEOUT = "?timeout_ms=";

    private MemberCommands() {}

    /** {@code cluster add ID ADDRESS}. */
    @Command(name = "add", description = "Adds a node that was started with --join; done once it votes.")
    static final class Add implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Parameters(index = "0", paramLabel = "ID", description = "The node's name.")
        private String id;

        @Parameters(
                index = "1",
                paramLabel = "ADDRESS",
                description = "HOST:PORT by which the others reach the node's --bind.")
        private HostPort address;

        @Option(names = "--http", paramLabel = "URL", description = "Where its HTTP API is, for people.")
        private String http = "";

        @Option(names = "--learner", description = "It follows and serves, but doesn't vote.")
        private boolean isLearner;

        @Option(
                names = "--timeout-ms",
                paramLabel = "MS",
                defaultValue = "60000",
                description = "How long it may take. Default: ${DEFAULT-VALUE}.")
        private long timeoutMillis;

        Add(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() {
            ObjectNode body = ApiClient.body();
            body.put("id", id)
                    .put("address", address.toString())
                    .put("http", http)
                    .put("voter", !isLearner);
            JsonNode answer = client.client()
                    .call("POST", "/cluster/members" + TIMEOUT + timeoutMillis, body, Duration.ofMillis(timeoutMillis));
            ClusterCommand.printMembers(streams, answer);
            return 0;
        }
    }

    /** {@code cluster remove ID}. */
    @Command(name = "remove", description = "Removes a node from the cluster; done once it has left.")
    static final class Remove implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Parameters(index = "0", paramLabel = "ID", description = "The node's name.")
        private String id;

        @Option(
                names = "--timeout-ms",
                paramLabel = "MS",
                defaultValue = "30000",
                description = "How long it may take. Default: ${DEFAULT-VALUE}.")
        private long timeoutMillis;

        Remove(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() {
            JsonNode answer = client.client()
                    .call(
                            "DELETE",
                            ApiClient.path("/cluster/members/", id, TIMEOUT + timeoutMillis),
                            null,
                            Duration.ofMillis(timeoutMillis));
            ClusterCommand.printMembers(streams, answer);
            return 0;
        }
    }

    /** {@code cluster transfer [ID]}. */
    @Command(name = "transfer", description = "Hands the leadership over; prints who leads then.")
    static final class Transfer implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "To whom. Default: any other voter.")
        private String id;

        Transfer(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() {
            ObjectNode body = ApiClient.body();
            if (id != null) {
                body.put("to", id);
            }
            JsonNode answer = client.client().call("POST", "/cluster/leader", body);
            streams.out().println(answer.path("leader").asText());
            return 0;
        }
    }
}

package io.sinkron.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code cluster}: what a node knows of the cluster, and changes of its members. */
@Command(
        name = "cluster",
        description = "Client of the cluster's view and members.",
        synopsisSubcommandLabel = "COMMAND")
final class ClusterCommand {
    private static final String ROW = "%-12s %-10s %-6s %-6s %-22s %s%n";

    @Mixin
    private CommonOptions common;

    /** {@code cluster status}. */
    @Command(name = "status", description = "Prints what a node knows of the cluster.")
    static final class Status implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        Status(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() {
            JsonNode cluster = client.client().call("GET", "/cluster", null);
            streams.out()
                    .printf(
                            "node=%s leader=%s term=%d commit=%d applied=%d epoch=%d%n",
                            cluster.path("node").asText(),
                            cluster.path("leader").asText("none"),
                            cluster.path("term").asLong(),
                            cluster.path("commit_index").asLong(),
                            cluster.path("applied_index").asLong(),
                            cluster.path("view").path("epoch").asLong());
            printMembers(streams, cluster);
            return 0;
        }
    }

    /** The members of an answer, one a line. */
    static void printMembers(Streams streams, JsonNode answer) {
        streams.out().printf(ROW, "ID", "ROLE", "LIVE", "VOTER", "ADDRESS", "HTTP");
        for (JsonNode member : answer.path("members")) {
            streams.out()
                    .printf(
                            ROW,
                            member.path("id").asText(),
                            member.path("role").asText(),
                            member.path("live").asBoolean() ? "yes" : "no",
                            member.path("voter").asBoolean() ? "yes" : "no",
                            member.path("address").asText(),
                            member.path("http").asText());
        }
    }
}

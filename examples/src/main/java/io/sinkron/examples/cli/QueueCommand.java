package io.sinkron.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code queue}: clients of the queues. */
@Command(name = "queue", description = "Client of the queues.", synopsisSubcommandLabel = "COMMAND")
final class QueueCommand {
    @Mixin
    private CommonOptions common;

    /** {@code queue send NAME BODY}. */
    @Command(
            name = "send",
            description = "Sends a message, or with - each line of the standard input; prints their ids.")
    static final class Send implements Callable<Integer> {
        private static final int BATCH = 100;

        /** Leaves room for the JSON around the bodies, each of whose characters may take six. */
        private static final int BATCH_CHARACTERS = 100_000;

        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Parameters(index = "0", paramLabel = "NAME", description = "The queue.")
        private String name;

        @Parameters(
                index = "1",
                paramLabel = "BODY",
                description = "The message, or - for lines of the standard input.")
        private String body;

        Send(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() throws IOException {
            ApiClient api = client.client();
            if (!body.equals("-")) {
                send(api, List.of(body));
                return 0;
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(streams.in(), StandardCharsets.UTF_8))) {
                sendLines(api, lines);
            }
            return 0;
        }

        private void sendLines(ApiClient api, BufferedReader lines) throws IOException {
            List<String> batch = new ArrayList<>();
            int characters = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (batch.size() == BATCH || !batch.isEmpty() && characters + line.length() > BATCH_CHARACTERS) {
                    send(api, batch);
                    batch.clear();
                    characters = 0;
                }
                batch.add(line);
                characters += line.length();
            }
            if (!batch.isEmpty()) {
                send(api, batch);
            }
        }

        private void send(ApiClient api, List<String> bodies) {
            var request = ApiClient.body();
            ArrayNode messages = request.putArray("messages");
            bodies.forEach(each -> messages.addObject().put("body", each));
            JsonNode stored = api.call("POST", ApiClient.path("/queues/", name, "/enqueue"), request);
            stored.path("messages")
                    .forEach(message -> streams.out().println(message.path("id").asText()));
        }
    }

    /** {@code queue receive NAME}. */
    @Command(
            name = "receive",
            description =
                    "Takes messages; prints for each its receipt, a tab and its body, or with --ack the body alone.")
    static final class Receive implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Option(
                names = "--max",
                defaultValue = "1",
                paramLabel = "N",
                description = "At most so many. Default: ${DEFAULT-VALUE}")
        private int max;

        @Option(
                names = "--wait-ms",
                defaultValue = "0",
                paramLabel = "MS",
                description = "How long to wait for the first. Default: ${DEFAULT-VALUE}")
        private long waitMillis;

        @Option(names = "--ack", description = "Acknowledges what was printed.")
        private boolean ack;

        @Parameters(index = "0", paramLabel = "NAME", description = "The queue.")
        private String name;

        Receive(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() throws IOException {
            ApiClient api = client.client();
            JsonNode received = api.call(
                    "POST",
                    ApiClient.path("/queues/", name, "/dequeue"),
                    ApiClient.body().put("max", max).put("wait_ms", waitMillis),
                    Duration.ofMillis(waitMillis));
            List<String> receipts = new ArrayList<>();
            for (JsonNode message : received.path("messages")) {
                receipts.add(message.path("receipt").asText());
                if (!ack) {
                    streams.out().print(message.path("receipt").asText() + "\t");
                }
                streams.out().write(body(message));
                streams.out().println();
            }
            streams.out().flush();
            if (ack && !receipts.isEmpty()) {
                Ack.ack(api, name, receipts);
            }
            return 0;
        }

        private static byte[] body(JsonNode message) {
            return message.has("body_base64")
                    ? Base64.getDecoder().decode(message.path("body_base64").asText())
                    : message.path("body").asText().getBytes(StandardCharsets.UTF_8);
        }
    }

    /** {@code queue ack NAME RECEIPT…}. */
    @Command(name = "ack", description = "Removes delivered messages for good.")
    static final class Ack implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Parameters(index = "0", paramLabel = "NAME", description = "The queue.")
        private String name;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "RECEIPT", description = "Receipts of deliveries.")
        private List<String> receipts;

        Ack(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() {
            streams.out().println("acked " + ack(client.client(), name, receipts));
            return 0;
        }

        /** Acknowledges, and fails if a receipt was stale: its message has been or will be delivered anew. */
        static int ack(ApiClient api, String queue, List<String> receipts) {
            var request = ApiClient.body();
            ArrayNode list = request.putArray("receipts");
            receipts.forEach(list::add);
            JsonNode acked = api.call("POST", ApiClient.path("/queues/", queue, "/ack"), request);
            if (!acked.path("stale").isEmpty()) {
                throw new CommandFailure("stale receipts: " + acked.path("stale"));
            }
            return acked.path("acked").asInt();
        }
    }
}

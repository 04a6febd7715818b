package io.sinkron.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code cache}: clients of the coherent cache. */
@Command(name = "cache", description = "Client of the cache.", synopsisSubcommandLabel = "COMMAND")
final class CacheCommand {
    @Mixin
    private CommonOptions common;

    /** {@code cache get KEY}. */
    @Command(name = "get", description = "Prints a key's value.")
    static final class Get implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
        private String key;

        Get(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() throws IOException {
            JsonNode found = client.client().call("GET", ApiClient.path("/cache/", key, ""), null);
            if (found.has("value_base64")) {
                streams.out()
                        .write(Base64.getDecoder()
                                .decode(found.path("value_base64").asText()));
                streams.out().println();
            } else {
                streams.out().println(found.path("value").asText());
            }
            return 0;
        }
    }

    /** {@code cache put KEY VALUE}. */
    @Command(name = "put", description = "Writes a key; prints the new version.")
    static final class Put implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
        private String key;

        @Parameters(index = "1", paramLabel = "VALUE", description = "The value.")
        private String value;

        Put(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() {
            JsonNode written = client.client()
                    .call(
                            "POST",
                            ApiClient.path("/cache/", key, ""),
                            ApiClient.body().put("value", value));
            streams.out().println(written.path("version").asLong());
            return 0;
        }
    }
}

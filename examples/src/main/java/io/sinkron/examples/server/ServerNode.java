package io.sinkron.examples.server;

import io.sinkron.Sinkron;
import io.sinkron.common.NodeId;
import io.sinkron.examples.api.Api;
import io.sinkron.examples.http.Handler;
import io.sinkron.examples.http.HttpServer;
import io.sinkron.examples.http.Pending;
import io.sinkron.examples.http.Problem;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.http.Response;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * A running node: the library with its transport and stores, and the HTTP API in front of it. Its port answers from the start on, with 503
 * until the library is there. Thread-safe.
 */
public final class ServerNode implements AutoCloseable {
    private static final String CLUSTER = "sinkron";

    private final HostPort http;
    private final HttpServer server;
    private final Sinkron sinkron;

    private ServerNode(HostPort http, HttpServer server, Sinkron sinkron) {
        this.http = http;
        this.server = server;
        this.sinkron = sinkron;
    }

    /**
     * Starts a node; {@link #whenReady} says when it serves.
     *
     * @throws StartException if an address or the data directory can't be had, the log is damaged, or a store can't be reached
     */
    public static ServerNode start(NodeConfig config) throws StartException {
        Front front = new Front(config.id());
        HttpServer server;
        try {
            server = HttpServer.start(config.http().toSocketAddress(), config.limits(), front, front::headers);
        } catch (IOException e) {
            throw new StartException("--http " + config.http() + ": " + e.getMessage(), e);
        }
        HostPort http = config.http().withPort(server.port());
        try {
            Sinkron sinkron = library(config, http);
            front.api = new Api(sinkron.locks(), sinkron.queues(), sinkron.cache(), sinkron.cluster());
            return new ServerNode(http, server, sinkron);
        } catch (StartException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static Sinkron library(NodeConfig config, HostPort http) throws StartException {
        Sinkron.Builder builder = Sinkron.builder()
                .cluster(CLUSTER)
                .node(config.id().value())
                .dataDirectory(config.dataDirectory())
                .addresses(config.bind().toString(), http.toString());
        Map<String, String> addresses = new TreeMap<>();
        config.peers().forEach((id, address) -> addresses.put(id.value(), address.toString()));
        if (config.joins()) {
            builder.join(addresses.keySet());
        } else {
            builder.peers(addresses);
        }
        Stores.plugInto(builder, config);
        Transports.plugInto(builder, config);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new StartException(e.getMessage(), e);
        }
    }

    /** The library, for programs in this process. */
    public Sinkron sinkron() {
        return sinkron;
    }

    /** Where the HTTP API listens, with the port that it got. */
    public HostPort http() {
        return http;
    }

    /** Done when the node serves for the first time. */
    public CompletionStage<Void> whenReady() {
        return sinkron.whenReady();
    }

    /** Done when the node has stopped; fails with the reason if it had to stop. */
    public CompletionStage<Void> whenStopped() {
        return sinkron.whenStopped();
    }

    /** Ends what is being handled, writes dirty cache lines back, hands the leadership over if it has it, and stops. Idempotent, blocks for a few seconds at most. */
    @Override
    public void close() {
        server.close();
        sinkron.close();
    }

    /** Stops the library at once, as a crash would; then the HTTP server. */
    public void halt() {
        sinkron.halt();
        server.close();
    }

    /** Answers until the API is there, and hands over to it. */
    private static final class Front implements Handler {
        private final NodeId self;
        private volatile Api api;

        Front(NodeId self) {
            this.self = self;
        }

        @Override
        public Pending<Response> handle(Request request) {
            Api ready = api;
            return ready != null
                    ? ready.handle(request)
                    : Pending.of(Problem.unavailable("starting", "The node is starting", 1)
                            .toResponse());
        }

        Map<String, String> headers() {
            Api ready = api;
            return ready != null ? ready.headers() : Map.of("Sinkron-Node", self.value(), "Sinkron-Epoch", "0");
        }
    }
}

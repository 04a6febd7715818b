package io.sinkron.examples.api;

import io.sinkron.CacheService;
import io.sinkron.ClusterService;
import io.sinkron.LockService;
import io.sinkron.QueueService;
import io.sinkron.examples.http.Handler;
import io.sinkron.examples.http.Pending;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.http.Response;
import io.sinkron.examples.http.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** The HTTP API over the services of one node. Thread-safe. */
public final class Api implements Handler {
    private static final String SPECIFICATION = "/io/sinkron/examples/api_spec.yaml";

    private final Router router;
    private final ClusterService cluster;

    /** The API over these services. */
    public Api(LockService locks, QueueService queues, CacheService cache, ClusterService cluster) {
        this.cluster = cluster;
        Router.Builder routes = Router.builder();
        new SessionRoutes(locks).addTo(routes);
        new LockRoutes(locks).addTo(routes);
        new QueueRoutes(queues).addTo(routes);
        new CacheRoutes(cache, cluster).addTo(routes);
        new ClusterRoutes(cluster).addTo(routes);
        byte[] specification = specification();
        routes.route(
                "GET", "/openapi.yaml", request -> Pending.of(Response.of(200, "application/yaml", specification)));
        this.router = routes.build();
    }

    /** The specification that this API keeps to (OpenAPI 3.1, YAML). */
    public static byte[] specification() {
        try (InputStream in = Api.class.getResourceAsStream(SPECIFICATION)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + SPECIFICATION + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers; every failure becomes a problem. */
    @Override
    public Pending<Response> handle(Request request) {
        try {
            Input.checkTimeout(request);
            return router.handle(request)
                    .recover(failure -> Failures.problem(failure).toResponse());
        } catch (RuntimeException e) {
            return Pending.of(Failures.problem(e).toResponse());
        }
    }

    /** The fields that every answer of this node carries. */
    public Map<String, String> headers() {
        return Map.of(
                "Sinkron-Node",
                cluster.self().value(),
                "Sinkron-Epoch",
                Long.toString(cluster.status().active().epoch()));
    }

    /** Every route as {@code METHOD /pattern}, sorted. */
    public List<String> routes() {
        return router.describe();
    }
}

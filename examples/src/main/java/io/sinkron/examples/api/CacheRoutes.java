package io.sinkron.examples.api;

import io.sinkron.CacheService;
import io.sinkron.ClusterMember;
import io.sinkron.ClusterService;
import io.sinkron.cache.CacheAnswer.NoSuchKey;
import io.sinkron.cache.CacheAnswer.States;
import io.sinkron.cache.CacheAnswer.Value;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.LineState;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.examples.http.Pending;
import io.sinkron.examples.http.Problem;
import io.sinkron.examples.http.ProblemException;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.http.Response;
import io.sinkron.examples.http.Router;
import io.sinkron.examples.json.JsonObject;
import io.sinkron.examples.json.JsonWriter;
import io.sinkron.spi.QueueSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code /cache} and {@code /cache-states}. */
final class CacheRoutes {
    private static final long MAX_VERSION = (1L << 53) - 1;
    private static final long ANY_VERSION = -1;

    private final CacheService cache;
    private final ClusterService cluster;

    CacheRoutes(CacheService cache, ClusterService cluster) {
        this.cache = cache;
        this.cluster = cluster;
    }

    void addTo(Router.Builder router) {
        router.route("GET", "/cache", this::lines)
                .route("GET", "/cache/{key}", this::get)
                .route("POST", "/cache/{key}", this::put)
                .route("DELETE", "/cache/{key}", this::delete)
                .route("GET", "/cache-states/{key}", this::states);
    }

    private static Bytes key(Request request) {
        return Bytes.utf8(Input.name(request, "key"));
    }

    private Pending<Response> get(Request request) {
        Bytes key = key(request);
        return Pending.of(cache.get(key, Input.options(request)))
                .map(found -> found.map(CacheRoutes::value).orElseThrow(() -> noSuchKey(key)));
    }

    private static ProblemException noSuchKey(Bytes key) {
        NoSuchKey refusal = new NoSuchKey(key, 0);
        return new ProblemException(Problem.of(404, refusal.code(), "There is no such key", refusal.detail()));
    }

    private static Response value(Value value) {
        return Response.ok(w -> w.text("key", value.key().asUtf8())
                .bytes("value", value.value().array())
                .integer("version", value.version())
                .text("state", value.state().name())
                .flag("hit", value.hit()));
    }

    private Pending<Response> put(Request request) {
        Bytes key = key(request);
        JsonObject body = request.json();
        Bytes value = Bytes.wrap(body.bytes("value"));
        long ifVersion = body.integer("if_version", 0, MAX_VERSION, ANY_VERSION);
        Duration ttl = Duration.ofMillis(body.integer("ttl_ms", 1, QueueSettings.MAX_DELAY_MILLIS, 0));
        body.end();
        return Pending.of(cache.put(key, value, ifVersion, ttl, Durability.BACKED_UP, Input.idempotent(request)))
                .map(written -> Response.ok(w -> w.text("key", key.asUtf8())
                        .integer("version", written.version())
                        .text("state", LineState.M.name())));
    }

    private Pending<Response> delete(Request request) {
        Bytes key = key(request);
        long ifVersion = request.queryInteger("if_version", 0, MAX_VERSION).orElse(ANY_VERSION);
        return Pending.of(cache.delete(key, ifVersion, Durability.BACKED_UP, Input.idempotent(request)))
                .map(deleted -> Response.ok(w -> w.text("key", key.asUtf8()).flag("deleted", deleted.deleted())));
    }

    private Pending<Response> states(Request request) {
        return Pending.of(cache.states(key(request), Input.options(request)))
                .map(states -> Response.ok(w -> w.text("key", states.key().asUtf8())
                        .text("home", states.home().value())
                        .object(
                                "states",
                                out -> everyNode(states)
                                        .forEach((node, state) -> out.text(node.value(), state.name())))));
    }

    /** A node that didn't answer has no line that counts: without a lease it reads nothing from its cache. */
    private Map<NodeId, LineState> everyNode(States states) {
        Map<NodeId, LineState> all = new TreeMap<>();
        for (ClusterMember member : cluster.members()) {
            all.put(member.id(), LineState.I);
        }
        all.putAll(states.states());
        return all;
    }

    private Pending<Response> lines(Request request) {
        int limit = Input.limit(request);
        List<CacheService.Line> lines = cache.lines(Bytes.utf8(Input.after(request)), limit);
        CacheService.Stats stats = cache.stats();
        return Pending.of(Response.ok(w -> {
            w.objects("lines", lines, CacheRoutes::line)
                    .integer("capacity", stats.capacity())
                    .integer("size", stats.size())
                    .object(
                            "stats",
                            out -> out.integer("hits", stats.hits())
                                    .integer("misses", stats.misses())
                                    .integer("invalidations", stats.invalidations())
                                    .integer("write_backs", stats.writeBacks())
                                    .integer("evictions", stats.evictions()));
            if (lines.size() == limit) {
                w.text("next", lines.get(limit - 1).key().asUtf8());
            }
        }));
    }

    private static void line(JsonWriter out, CacheService.Line line) {
        out.text("key", line.key().asUtf8())
                .text("state", line.state().name())
                .integer("version", line.version())
                .flag("dirty", line.dirty());
    }
}

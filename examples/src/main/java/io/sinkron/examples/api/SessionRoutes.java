package io.sinkron.examples.api;

import io.sinkron.LockService;
import io.sinkron.examples.http.Pending;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.http.Response;
import io.sinkron.examples.http.Router;
import io.sinkron.examples.json.JsonObject;
import io.sinkron.examples.json.JsonWriter;
import io.sinkron.lock.LockAnswer.SessionOpened;
import java.time.Duration;

/** {@code /sessions}. */
final class SessionRoutes {
    private static final long MIN_TTL_MILLIS = 1_000;
    private static final long MAX_TTL_MILLIS = 3_600_000;
    private static final long DEFAULT_TTL_MILLIS = 30_000;

    private final LockService locks;

    SessionRoutes(LockService locks) {
        this.locks = locks;
    }

    void addTo(Router.Builder router) {
        router.route("POST", "/sessions", this::open)
                .route("GET", "/sessions", this::list)
                .route("GET", "/sessions/{session}", this::show)
                .route("DELETE", "/sessions/{session}", this::close)
                .route("POST", "/sessions/{session}/keepalive", this::keepAlive);
    }

    private Pending<Response> open(Request request) {
        JsonObject body = request.jsonOrEmpty();
        long ttl = body.integer("ttl_ms", MIN_TTL_MILLIS, MAX_TTL_MILLIS, DEFAULT_TTL_MILLIS);
        String label = body.optionalText("label", 1, Input.MAX_LABEL_BYTES).orElse("");
        body.end();
        return Pending.of(locks.createSession(Duration.ofMillis(ttl), label, Input.options(request)))
                .map(opened -> Response.json(201, w -> opened(w, opened)));
    }

    private Pending<Response> list(Request request) {
        return Pending.of(locks.sessions(Input.options(request)))
                .map(all -> Response.ok(w -> w.objects("sessions", all.sessions(), LockJson::session)));
    }

    private Pending<Response> show(Request request) {
        return Pending.of(locks.session(Input.name(request, "session"), Input.options(request)))
                .map(one -> Response.ok(w -> LockJson.session(w, one.sessions().get(0))));
    }

    private Pending<Response> close(Request request) {
        return Pending.of(locks.closeSession(Input.name(request, "session"), Input.options(request)))
                .map(done -> Response.noContent());
    }

    private Pending<Response> keepAlive(Request request) {
        String session = Input.name(request, "session");
        request.jsonOrEmpty().end();
        return Pending.of(locks.keepAlive(session, Input.options(request)))
                .map(kept -> Response.ok(w -> opened(w, kept)));
    }

    private static void opened(JsonWriter out, SessionOpened session) {
        out.text("session", session.session()).integer("ttl_ms", session.ttlMillis());
    }
}

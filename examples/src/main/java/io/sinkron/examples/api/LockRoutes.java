package io.sinkron.examples.api;

import io.sinkron.CallOptions;
import io.sinkron.LockRequest;
import io.sinkron.LockService;
import io.sinkron.examples.http.Pending;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.http.Response;
import io.sinkron.examples.http.Router;
import io.sinkron.examples.json.JsonObject;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockMode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** {@code /locks} and {@code /locks-graph}. */
final class LockRoutes {
    private static final Map<String, LockMode> MODES =
            new TreeMap<>(Map.of("exclusive", LockMode.EXCLUSIVE, "shared", LockMode.SHARED));
    private static final Map<String, DeadlockPolicy> POLICIES =
            new TreeMap<>(Map.of("reject", DeadlockPolicy.REJECT, "wait", DeadlockPolicy.WAIT));
    private static final long MAX_TOKEN = (1L << 53) - 1;

    private final LockService locks;

    LockRoutes(LockService locks) {
        this.locks = locks;
    }

    void addTo(Router.Builder router) {
        router.route("POST", "/locks/{name}/acquire", this::acquire)
                .route("POST", "/locks/{name}/release", this::release)
                .route("GET", "/locks/{name}", this::show)
                .route("DELETE", "/locks/{name}", this::forceRelease)
                .route("GET", "/locks", this::list)
                .route("GET", "/locks-graph", this::graph);
    }

    private Pending<Response> acquire(Request request) {
        String name = Input.name(request, "name");
        JsonObject body = request.json();
        String session = Input.session(body);
        long waitMillis = body.integer("wait_ms", 0, LockRequest.MAX_WAIT.toMillis(), 0);
        Input.Wait wait = Input.Wait.of(request, waitMillis);
        LockRequest wanted = new LockRequest(
                name,
                body.choice("mode", MODES),
                owner(body),
                wait.length(),
                body.optionalText("label", 1, Input.MAX_LABEL_BYTES).orElse(""),
                body.choice("on_deadlock", POLICIES, DeadlockPolicy.REJECT));
        body.end();
        CompletionStage<Granted> call = locks.acquire(session, wanted, Input.idempotent(request, wait.options()));
        return Pending.of(call).map(granted -> granted(granted).orElse(() -> locks.giveBack(call)));
    }

    private static Response granted(Granted granted) {
        return Response.ok(w -> {
            w.text("lock", granted.lock()).text("mode", LockJson.mode(granted.mode()));
            LockJson.owner(w, granted.owner());
            w.integer("token", granted.token()).integer("holds", granted.holds());
        });
    }

    private Pending<Response> release(Request request) {
        String name = Input.name(request, "name");
        JsonObject body = request.json();
        String session = Input.session(body);
        String owner = owner(body);
        long token = body.integer("token", 0, MAX_TOKEN);
        body.end();
        return Pending.of(locks.release(session, owner, name, token, Input.idempotent(request)))
                .map(released ->
                        Response.ok(w -> w.text("lock", released.lock()).integer("holds", released.holds())));
    }

    private static String owner(JsonObject body) {
        return body.optionalText("owner", 1, Input.MAX_LABEL_BYTES).orElse(LockRequest.DEFAULT_OWNER);
    }

    private Pending<Response> show(Request request) {
        String name = Input.name(request, "name");
        CallOptions options = Input.options(request);
        return Pending.of(Input.flag(request, "stale") ? locks.lockStale(name, options) : locks.lock(name, options))
                .map(view -> Response.ok(w -> LockJson.lock(w, view)));
    }

    private Pending<Response> forceRelease(Request request) {
        return Pending.of(locks.forceRelease(Input.name(request, "name"), Input.options(request)))
                .map(forced -> Response.ok(
                        w -> w.text("lock", forced.lock()).objects("released", forced.released(), LockJson::owner)));
    }

    private Pending<Response> list(Request request) {
        String prefix = request.query("prefix", Input.MAX_NAME_BYTES).orElse("");
        return Pending.of(locks.locks(prefix, Input.after(request), Input.limit(request), Input.options(request)))
                .map(page -> Response.ok(w -> {
                    w.objects("locks", page.locks(), LockJson::lock);
                    if (!page.next().isEmpty()) {
                        w.text("next", page.next());
                    }
                }));
    }

    private Pending<Response> graph(Request request) {
        return Pending.of(locks.graph(Input.flag(request, "stale"), Input.options(request)))
                .map(graph -> Response.ok(w -> w.objects("edges", graph.edges(), LockJson::edge)
                        .objects("deadlocks", graph.deadlocks(), LockJson::refusedCycle)));
    }
}

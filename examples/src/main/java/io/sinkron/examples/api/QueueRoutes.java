package io.sinkron.examples.api;

import io.sinkron.CallOptions;
import io.sinkron.QueueService;
import io.sinkron.examples.http.Pending;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.http.Response;
import io.sinkron.examples.http.Router;
import io.sinkron.examples.json.JsonObject;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /queues}. */
final class QueueRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(QueueRoutes.class);

    private static final int MAX_MESSAGES = 1_000;
    private static final int MAX_RECEIPTS = 1_000;
    private static final int MAX_REDRIVEN = 1_000_000;
    private static final long MAX_WAIT_MILLIS = 30_000;
    private static final int MAX_REASON_BYTES = 1_024;
    private static final Map<String, MessageState> STATES = new TreeMap<>(
            Map.of("ready", MessageState.READY, "delayed", MessageState.DELAYED, "in_flight", MessageState.IN_FLIGHT));

    private final QueueService queues;

    QueueRoutes(QueueService queues) {
        this.queues = queues;
    }

    void addTo(Router.Builder router) {
        router.route("GET", "/queues", this::list)
                .route("PUT", "/queues/{queue}", this::configure)
                .route("GET", "/queues/{queue}", this::show)
                .route("DELETE", "/queues/{queue}", this::drop)
                .route("POST", "/queues/{queue}/enqueue", this::enqueue)
                .route("POST", "/queues/{queue}/dequeue", this::dequeue)
                .route("POST", "/queues/{queue}/ack", this::ack)
                .route("POST", "/queues/{queue}/nack", this::nack)
                .route("POST", "/queues/{queue}/extend", this::extend)
                .route("GET", "/queues/{queue}/messages", this::peek)
                .route("DELETE", "/queues/{queue}/messages", this::purge)
                .route("POST", "/queues/{queue}/pause", request -> pause(request, true))
                .route("POST", "/queues/{queue}/resume", request -> pause(request, false))
                .route("POST", "/queues/{queue}/redrive", this::redrive);
    }

    private Pending<Response> configure(Request request) {
        String queue = Input.queue(request);
        QueueSettings settings = QueueJson.settings(request.jsonOrEmpty(), queue);
        return Pending.of(queues.configure(queue, settings, Input.options(request)))
                .map(now -> Response.ok(w -> QueueJson.settings(w, now)));
    }

    private Pending<Response> enqueue(Request request) {
        String queue = Input.queue(request);
        JsonObject body = request.json();
        List<NewMessage> messages = body.objects("messages", 1, MAX_MESSAGES).stream()
                .map(QueueJson::message)
                .toList();
        body.end();
        return Pending.of(queues.enqueue(queue, messages, Input.idempotent(request)))
                .map(stored -> Response.json(
                        201,
                        w -> w.objects(
                                "messages",
                                stored.items(),
                                (item, each) -> item.text("id", each.id()).flag("deduplicated", each.deduplicated()))));
    }

    private Pending<Response> dequeue(Request request) {
        String queue = Input.queue(request);
        JsonObject body = request.jsonOrEmpty();
        int max = Math.toIntExact(body.integer("max", 1, MAX_MESSAGES, 1));
        Input.Wait wait = Input.Wait.of(request, body.integer("wait_ms", 0, MAX_WAIT_MILLIS, 0));
        long visibility = body.has("visibility_timeout_ms") ? QueueJson.visibility(body) : 0;
        String session = body.has("session") ? Input.session(body) : "";
        body.end();
        return Pending.of(queues.dequeue(
                        queue, max, wait.length(), Duration.ofMillis(visibility), session, wait.options()))
                .map(deliveries -> delivered(queue, deliveries));
    }

    private Response delivered(String queue, List<Delivery> deliveries) {
        Response response = messages(deliveries);
        return deliveries.isEmpty() ? response : response.orElse(() -> giveBack(queue, deliveries));
    }

    private void giveBack(String queue, List<Delivery> deliveries) {
        List<String> receipts = deliveries.stream().map(Delivery::receipt).toList();
        queues.giveBack(queue, receipts, CallOptions.DEFAULT).whenComplete((returned, failure) -> {
            if (failure != null) {
                LOG.info("Deliveries whose client is gone could not be given back; they time out", failure);
            }
        });
    }

    private static Response messages(List<Delivery> messages) {
        return Response.ok(w -> w.objects("messages", messages, QueueJson::delivery));
    }

    private static List<String> receipts(JsonObject body) {
        return body.texts("receipts", 1, MAX_RECEIPTS, Input.MAX_NAME_BYTES);
    }

    private static Response counted(String what, int count, List<String> stale) {
        return Response.ok(w -> w.integer(what, count).texts("stale", stale));
    }

    private Pending<Response> ack(Request request) {
        String queue = Input.queue(request);
        JsonObject body = request.json();
        List<String> receipts = receipts(body);
        body.end();
        return Pending.of(queues.ack(queue, receipts, Input.options(request)))
                .map(acked -> counted("acked", acked.count(), acked.stale()));
    }

    private Pending<Response> nack(Request request) {
        String queue = Input.queue(request);
        JsonObject body = request.json();
        List<String> receipts = receipts(body);
        long delay = body.integer("delay_ms", 0, QueueSettings.MAX_DELAY_MILLIS, 0);
        boolean deadLetter = body.flag("dead_letter", false);
        String reason = body.optionalText("reason", 0, MAX_REASON_BYTES).orElse("");
        body.end();
        return Pending.of(queues.nack(
                        queue, receipts, Duration.ofMillis(delay), deadLetter, reason, Input.options(request)))
                .map(returned -> counted("returned", returned.count(), returned.stale()));
    }

    private Pending<Response> extend(Request request) {
        String queue = Input.queue(request);
        JsonObject body = request.json();
        List<String> receipts = receipts(body);
        Duration visibility = Duration.ofMillis(QueueJson.visibility(body));
        body.end();
        return Pending.of(queues.extend(queue, receipts, visibility, Input.options(request)))
                .map(extended -> counted("extended", extended.count(), extended.stale()));
    }

    private Pending<Response> peek(Request request) {
        String queue = Input.queue(request);
        MessageState state = request.queryChoice("state", STATES, MessageState.READY);
        return Pending.of(queues.peek(queue, state, Input.limit(request), Input.options(request)))
                .map(QueueRoutes::messages);
    }

    private Pending<Response> purge(Request request) {
        return Pending.of(queues.purge(Input.queue(request), Input.options(request)))
                .map(count -> Response.ok(w -> w.integer("purged", count)));
    }

    private Pending<Response> drop(Request request) {
        return Pending.of(queues.drop(Input.queue(request), Input.options(request)))
                .map(done -> Response.noContent());
    }

    private Pending<Response> pause(Request request, boolean paused) {
        String queue = Input.queue(request);
        request.jsonOrEmpty().end();
        Budget budget = new Budget(Input.options(request));
        return Pending.of(queues.pause(queue, paused, budget.left())).then(done -> stats(queue, budget.left()));
    }

    private Pending<Response> redrive(Request request) {
        String queue = Input.queue(request);
        JsonObject body = request.json();
        String to = Input.queue(body, "to");
        QueueJson.checkOther("to", queue, to);
        int max = Math.toIntExact(body.integer("max", 1, MAX_REDRIVEN, 0));
        body.end();
        Budget budget = new Budget(Input.options(request));
        return Pending.of(queues.redrive(queue, to, max, budget.left())).then(count -> stats(queue, budget.left()));
    }

    private Pending<Response> show(Request request) {
        return stats(Input.queue(request), Input.options(request));
    }

    private Pending<Response> stats(String queue, CallOptions options) {
        return Pending.of(queues.describe(queue, options)).map(now -> Response.ok(w -> QueueJson.stats(w, now)));
    }

    private Pending<Response> list(Request request) {
        return QueueList.of(queues, new Budget(Input.options(request)))
                .map(all -> Response.ok(w -> w.objects("queues", all, QueueJson::stats)));
    }
}

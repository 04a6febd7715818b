package io.sinkron.examples.api;

import io.sinkron.common.Bytes;
import io.sinkron.examples.http.ProblemException;
import io.sinkron.examples.json.JsonObject;
import io.sinkron.examples.json.JsonWriter;
import io.sinkron.queue.QueueReply.Description;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueSettings;
import java.util.Map;

/** How queues and messages look in requests and answers, with their bounds. Stateless. */
final class QueueJson {
    private static final int MAX_PRIORITY = 9;
    private static final int MAX_HEADERS = 32;
    private static final int MAX_HEADER_NAME_BYTES = 128;
    private static final int MAX_HEADER_BYTES = 1_024;
    private static final long MAX_DELIVERIES = 1_000_000;
    private static final long MAX_LENGTH = 1_000_000_000;

    private QueueJson() {}

    /** The settings in a body; what is left out has its default. */
    static QueueSettings settings(JsonObject body, String queue) {
        QueueSettings defaults = QueueSettings.DEFAULT;
        long visibility = body.has("visibility_timeout_ms") ? visibility(body) : defaults.visibilityTimeoutMillis();
        int maxDeliveries =
                Math.toIntExact(body.integer("max_deliveries", 0, MAX_DELIVERIES, defaults.maxDeliveries()));
        var deadLetter = body.nullableText("dead_letter", 1, Input.MAX_NAME_BYTES);
        deadLetter.ifPresent(to -> checkOther("dead_letter", queue, to));
        long maxLength = body.integer("max_length", 0, MAX_LENGTH, defaults.maxLength());
        long retention = body.integer("retention_ms", 0, QueueSettings.MAX_DELAY_MILLIS, defaults.retentionMillis());
        body.end();
        return new QueueSettings(visibility, maxDeliveries, deadLetter, maxLength, retention);
    }

    /** A queue that messages of this one move to must be another one. */
    static void checkOther(String field, String queue, String to) {
        Input.checkQueue(field, to);
        if (to.equals(queue)) {
            throw ProblemException.badRequest(field, "'" + field + "' must be another queue");
        }
    }

    /** How long deliveries stay invisible. */
    static long visibility(JsonObject body) {
        return body.integer(
                "visibility_timeout_ms", QueueSettings.MIN_VISIBILITY_MILLIS, QueueSettings.MAX_VISIBILITY_MILLIS);
    }

    /** A message to be stored. */
    static NewMessage message(JsonObject item) {
        Bytes body = Bytes.wrap(item.bytes("body"));
        Map<String, String> headers = item.textMap("headers", MAX_HEADERS, MAX_HEADER_NAME_BYTES, MAX_HEADER_BYTES);
        int priority = Math.toIntExact(item.integer("priority", 0, MAX_PRIORITY, NewMessage.DEFAULT_PRIORITY));
        long delay = item.integer("delay_ms", 0, QueueSettings.MAX_DELAY_MILLIS, 0);
        long ttl = item.integer("ttl_ms", 1, QueueSettings.MAX_DELAY_MILLIS, 0);
        NewMessage message = new NewMessage(
                body,
                headers,
                priority,
                delay,
                ttl,
                item.optionalText("dedup_id", 1, Input.MAX_LABEL_BYTES),
                item.optionalText("group", 1, Input.MAX_LABEL_BYTES));
        item.end();
        return message;
    }

    /** A message as it is delivered or looked at; without a receipt where it isn't delivered. */
    static void delivery(JsonWriter out, Delivery delivery) {
        out.text("id", delivery.id());
        if (!delivery.receipt().isEmpty()) {
            out.text("receipt", delivery.receipt());
        }
        out.bytes("body", delivery.body().array())
                .integer("deliveries", delivery.deliveries())
                .integer("priority", delivery.priority());
        delivery.group().ifPresent(group -> out.text("group", group));
        out.object("headers", w -> delivery.headers().forEach(w::text))
                .integer("enqueued_at_ms", delivery.enqueuedAtMillis())
                .integer("visible_until_ms", delivery.visibleUntilMillis());
    }

    /** A queue's numbers. */
    static void stats(JsonWriter out, Description description) {
        var counted = description.counted();
        out.text("queue", description.queue())
                .text("owner", description.owner().value())
                .integer("epoch", description.epoch())
                .integer("ready", counted.ready())
                .integer("delayed", counted.delayed())
                .integer("in_flight", counted.inFlight())
                .integer("dead", counted.dead())
                .integer("oldest_age_ms", counted.oldestAgeMillis())
                .flag("paused", counted.paused())
                .object("settings", w -> settings(w, counted.settings()));
    }

    /** A queue's settings. */
    static void settings(JsonWriter out, QueueSettings settings) {
        out.integer("visibility_timeout_ms", settings.visibilityTimeoutMillis())
                .integer("max_deliveries", settings.maxDeliveries())
                .text("dead_letter", settings.deadLetter().orElse(null))
                .integer("max_length", settings.maxLength())
                .integer("retention_ms", settings.retentionMillis());
    }
}

package io.sinkron.examples.http;

import io.sinkron.examples.json.JsonWriter;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An error answer (RFC 9457). Immutable.
 *
 * @param status the HTTP status
 * @param code a stable name; {@code type} is {@code urn:sinkron:problem:} and the code
 * @param title the kind of problem, for people
 * @param detail what happened this time, for people
 * @param retryable whether the same request may succeed later
 * @param outcome whether the request had its effect
 * @param extra writes further members
 * @param headers further header fields
 */
public record Problem(
        int status,
        String code,
        String title,
        String detail,
        boolean retryable,
        Outcome outcome,
        Consumer<JsonWriter> extra,
        Map<String, String> headers) {
    /** The media type. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Rejects missing parts. */
    public Problem {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(detail, "detail");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(extra, "extra");
        headers = Map.copyOf(headers);
    }

    /** A problem that had no effect and that a retry doesn't solve. */
    public static Problem of(int status, String code, String title, String detail) {
        return new Problem(status, code, title, detail, false, Outcome.NOT_APPLIED, w -> {}, Map.of());
    }

    /** Something about the request is wrong; {@code field} says what. */
    public static Problem badRequest(String field, String detail) {
        return of(400, "bad-request", "The request is not valid", detail).with(w -> w.text("field", field));
    }

    /** No route has this path. */
    public static Problem noSuchRoute() {
        return of(404, "no-such-route", "There is no such route", "No route has this path; see /openapi.yaml");
    }

    /** The path has routes, but none of this method. */
    public static Problem methodNotAllowed(String allow) {
        return of(405, "method-not-allowed", "The method is not allowed here", "Allowed here: " + allow)
                .header("Allow", allow);
    }

    /** The body is over the limit. */
    public static Problem tooLarge(int limit) {
        return of(413, "too-large", "The body is too large", "The body has more than " + limit + " bytes");
    }

    /** The service cannot be had at present. */
    public static Problem unavailable(String reason, String detail, long retryAfterSeconds) {
        return of(503, "unavailable", "The service is unavailable at present", detail)
                .canRetry()
                .with(w -> w.text("reason", reason))
                .header("Retry-After", Long.toString(retryAfterSeconds));
    }

    /** The server failed in a way that it doesn't know; what it did is unknown too. */
    public static Problem internal() {
        return new Problem(
                500,
                "internal",
                "The server failed",
                "The server failed; its log says why",
                false,
                Outcome.UNKNOWN,
                w -> {},
                Map.of());
    }

    /** The same, with more members. */
    public Problem with(Consumer<JsonWriter> more) {
        return new Problem(status, code, title, detail, retryable, outcome, extra.andThen(more), headers);
    }

    /** The same, with one more header field. */
    public Problem header(String name, String value) {
        Map<String, String> all = new TreeMap<>(headers);
        all.put(name, value);
        return new Problem(status, code, title, detail, retryable, outcome, extra, all);
    }

    /** The same, as one that a later retry may solve. */
    public Problem canRetry() {
        return new Problem(status, code, title, detail, true, outcome, extra, headers);
    }

    /** The same with another outcome. */
    public Problem outcome(Outcome newOutcome) {
        return new Problem(status, code, title, detail, retryable, newOutcome, extra, headers);
    }

    /** The answer. */
    public Response toResponse() {
        byte[] body = JsonWriter.object(w -> {
            w.text("type", "urn:sinkron:problem:" + code)
                    .text("title", title)
                    .integer("status", status)
                    .text("detail", detail)
                    .text("code", code)
                    .flag("retryable", retryable)
                    .text("outcome", outcome.word());
            extra.accept(w);
        });
        return Response.of(status, MEDIA_TYPE, body).withHeaders(headers);
    }

    /** What is known about the effect of the request. */
    public enum Outcome {
        /** It had none. */
        NOT_APPLIED("not_applied"),
        /** It had its effect, only the answer is an error. */
        APPLIED("applied"),
        /** It may have had it. */
        UNKNOWN("unknown");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        /** The word on the wire. */
        public String word() {
            return word;
        }
    }
}

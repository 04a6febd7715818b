package io.sinkron.examples.http;

import io.sinkron.examples.json.JsonWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An answer. Immutable.
 *
 * <p>What an answer gives away (a lock, a delivery) is in nobody's hands if the answer never reaches the connection: {@link #orElse} says
 * what is then to be done.
 */
public final class Response {
    private static final Runnable NOTHING = () -> {};

    private final int status;
    private final String mediaType;
    private final byte[] body;
    private final Map<String, String> headers;
    private final Runnable notWritten;

    private Response(int status, String mediaType, byte[] body, Map<String, String> headers, Runnable notWritten) {
        this.status = status;
        this.mediaType = mediaType;
        this.body = body;
        this.headers = Map.copyOf(headers);
        this.notWritten = notWritten;
    }

    /** An answer with a body, which must not change from now on. */
    public static Response of(int status, String mediaType, byte[] body) {
        return new Response(status, mediaType, body, Map.of(), NOTHING);
    }

    /** A JSON object. */
    public static Response json(int status, Consumer<JsonWriter> members) {
        return of(status, "application/json", JsonWriter.object(members));
    }

    /** A JSON object with status 200. */
    public static Response ok(Consumer<JsonWriter> members) {
        return json(200, members);
    }

    /** 204. */
    public static Response noContent() {
        return of(204, "", new byte[0]);
    }

    /** The same with more header fields. */
    public Response withHeaders(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putAll(more);
        return new Response(status, mediaType, body, all, notWritten);
    }

    /** The same; {@code undo} runs, once, if the answer could not be written to the connection. It must not block. */
    public Response orElse(Runnable undo) {
        return new Response(status, mediaType, body, headers, undo);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The media type; empty without a body. */
    public String mediaType() {
        return mediaType;
    }

    /** The body's size in bytes. */
    public int size() {
        return body.length;
    }

    /** Header fields beside those of the connection and the body. */
    public Map<String, String> headers() {
        return headers;
    }

    /** The body as a copy. */
    public byte[] body() {
        return body.clone();
    }

    /** The body itself, for writing it out. */
    byte[] sharedBody() {
        return body;
    }

    /** Called where the answer didn't reach the connection. */
    void notWritten() {
        notWritten.run();
    }
}

package io.sinkron.examples.http;

import io.sinkron.examples.json.JsonObject;
import io.sinkron.examples.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A complete request. Immutable; what it hands out is decoded and checked. */
public final class Request {
    private final String method;
    private final String rawPath;
    private final Map<String, String> rawQuery;
    private final Map<String, String> rawParts;
    private final Function<String, String> headers;
    private final byte[] body;

    private Request(
            String method,
            String rawPath,
            Map<String, String> rawQuery,
            Map<String, String> rawParts,
            Function<String, String> headers,
            byte[] body) {
        this.method = method;
        this.rawPath = rawPath;
        this.rawQuery = rawQuery;
        this.rawParts = rawParts;
        this.headers = headers;
        this.body = body;
    }

    /**
     * A request as it arrived.
     *
     * @param target the request target, in origin form or absolute form
     * @param headers gives the first field of a name, or null
     * @param body not to be changed from now on
     */
    public static Request of(String method, String target, Function<String, String> headers, byte[] body) {
        String relative = withoutAuthority(target);
        int fragment = relative.indexOf('#');
        if (fragment >= 0) {
            relative = relative.substring(0, fragment);
        }
        int mark = relative.indexOf('?');
        String path = mark < 0 ? relative : relative.substring(0, mark);
        Map<String, String> query = mark < 0 ? Map.of() : query(relative.substring(mark + 1));
        return new Request(method, path, query, Map.of(), headers, body);
    }

    /** Absolute form (RFC 9112, section 3.2.2): scheme and authority are passed over. */
    private static String withoutAuthority(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme < 0) {
            return target;
        }
        int path = scheme + 3;
        while (path < target.length() && "/?#".indexOf(target.charAt(path)) < 0) {
            path++;
        }
        String rest = target.substring(path);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            PercentCoding.decode(name).ifPresent(decoded -> query.putIfAbsent(decoded, value));
        }
        return query;
    }

    /** The same with the parts of its path that its route names. */
    Request withParts(Map<String, String> parts) {
        return new Request(method, rawPath, rawQuery, parts, headers, body);
    }

    /** The method, in upper case as it came. */
    public String method() {
        return method;
    }

    /** The path as it came, not decoded. */
    public String rawPath() {
        return rawPath;
    }

    /** The named part of the path, of so many bytes of UTF-8 at most and not empty. */
    public String part(String name, int maxBytes) {
        String value = decoded(name, rawParts.get(name));
        int size = value.getBytes(StandardCharsets.UTF_8).length;
        if (size < 1 || size > maxBytes) {
            throw ProblemException.badRequest(
                    name, "'" + name + "' has " + size + " bytes, it must have 1 to " + maxBytes);
        }
        return value;
    }

    /** A query part, decoded, of at most so many bytes. */
    public Optional<String> query(String name, int maxBytes) {
        if (!rawQuery.containsKey(name)) {
            return Optional.empty();
        }
        String value = decoded(name, rawQuery.get(name));
        int size = value.getBytes(StandardCharsets.UTF_8).length;
        if (size > maxBytes) {
            throw ProblemException.badRequest(name, "'" + name + "' has " + size + " bytes, it may have " + maxBytes);
        }
        return Optional.of(value);
    }

    /** A query part that is an integer. */
    public Optional<Long> queryInteger(String name, long min, long max) {
        return query(name, Integer.MAX_VALUE).map(text -> {
            boolean digits =
                    !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
            long value = digits ? Long.parseLong(text) : min - 1;
            if (!digits || value < min || value > max) {
                throw ProblemException.badRequest(name, "'" + name + "' must be an integer from " + min + " to " + max);
            }
            return value;
        });
    }

    /** A query part that is one of some words. */
    public <T> T queryChoice(String name, Map<String, T> choices, T otherwise) {
        Optional<String> word = query(name, Integer.MAX_VALUE);
        if (word.isEmpty()) {
            return otherwise;
        }
        T choice = choices.get(word.get());
        if (choice == null) {
            throw ProblemException.badRequest(
                    name, "'" + name + "' must be one of " + String.join(", ", choices.keySet()));
        }
        return choice;
    }

    private static String decoded(String name, String raw) {
        return PercentCoding.decode(raw)
                .orElseThrow(() ->
                        ProblemException.badRequest(name, "'" + name + "' is not percent-encoded, well-formed UTF-8"));
    }

    /** The first header field of a name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.apply(name));
    }

    /** The body, a JSON object. */
    public JsonObject json() {
        return JsonReader.read(body);
    }

    /** The body, a JSON object; an empty one if there is no body. */
    public JsonObject jsonOrEmpty() {
        return body.length == 0 ? JsonObject.empty() : json();
    }
}

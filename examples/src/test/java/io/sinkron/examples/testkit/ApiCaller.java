package io.sinkron.examples.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Calls a node's API and checks every request and every answer against the specification. Thread-safe. */
public final class ApiCaller {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Specification specification;
    private final String url;
    private final Set<String> answered = new TreeSet<>();

    /** @param url without a slash at its end */
    public ApiCaller(Specification specification, String url) {
        this.specification = specification;
        this.url = url;
    }

    /** Without a body. */
    public Answer call(String method, String path) {
        return call(method, path, null);
    }

    /** With a body, in which apostrophes stand for quotation marks, and header fields as name and value in turn. */
    public Answer call(String method, String path, String body, String... headers) {
        return start(method, path, body, headers).join();
    }

    /** As {@link #call}, without waiting for the answer. */
    public CompletableFuture<Answer> start(String method, String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        String json = body == null ? null : body.replace('\'', '"');
        request.method(
                method, json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json));
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> checked(method, path, json, response));
    }

    private Answer checked(String method, String path, String request, HttpResponse<String> response) {
        String mediaType = response.headers().firstValue("Content-Type").orElse("");
        JsonNode body = mediaType.endsWith("json") ? parsed(response.body()) : MissingNode.getInstance();
        Answer answer = new Answer(response.statusCode(), body, response);
        String pathOnly = path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
        String context = method + " " + path + " → " + response.statusCode() + " " + response.body();
        assertTrue(response.headers().firstValue("Sinkron-Node").isPresent(), context);
        assertTrue(response.headers().firstValueAsLong("Sinkron-Epoch").isPresent(), context);
        if (answer.isProblem()) {
            assertEquals("application/problem+json", mediaType, context);
            assertEquals(response.statusCode(), body.path("status").asInt(), context);
            assertEquals(List.of(), specification.schemaErrors("Problem", body), context);
            assertEquals(
                    "urn:sinkron:problem:" + body.path("code").asText(),
                    body.path("type").asText(),
                    context);
        }
        Optional<String> operation = specification.operation(method.equals("HEAD") ? "GET" : method, pathOnly);
        if (operation.isPresent() && !method.equals("HEAD")) {
            JsonNode toCheck = mediaType.equals("application/yaml")
                    ? MAPPER.getNodeFactory().textNode(response.body())
                    : body;
            assertEquals(
                    List.of(),
                    specification.answerErrors(operation.get(), response.statusCode(), mediaType, toCheck),
                    context);
            if (answer.isSuccess() && request != null && !request.isEmpty()) {
                assertEquals(List.of(), specification.requestErrors(operation.get(), parsed(request)), context);
            }
            synchronized (answered) {
                answered.add(operation.get() + " " + response.statusCode());
            }
        }
        return answer;
    }

    /** Every operation that was answered, with the statuses, as {@code METHOD /pattern status}. */
    public Set<String> answered() {
        synchronized (answered) {
            return Set.copyOf(answered);
        }
    }

    /** JSON from a text in which apostrophes stand for quotation marks. */
    public static JsonNode json(String text) {
        return parsed(text.replace('\'', '"'));
    }

    private static JsonNode parsed(String text) {
        try {
            return text.isEmpty() ? MissingNode.getInstance() : MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    /** An answer that keeps to the specification. */
    public record Answer(int status, JsonNode body, HttpResponse<String> response) {
        /** Whether the status is of the second hundred. */
        public boolean isSuccess() {
            return status / 100 == 2;
        }

        boolean isProblem() {
            return status >= 400 && !response.request().method().equals("HEAD");
        }

        /** This answer, which must have that status. */
        public Answer is(int expected) {
            assertEquals(expected, status, () -> response.request().uri() + ": " + response.body());
            return this;
        }

        /** This answer, which must be that problem. */
        public Answer is(int expected, String code) {
            is(expected);
            assertEquals(code, body.path("code").asText(), response::body);
            return this;
        }

        /** A member of the body as a text. */
        public String text(String name) {
            return body.path(name).asText();
        }

        /** A member of the body as an integer. */
        public long integer(String name) {
            return body.path(name).asLong();
        }

        /** A header field. */
        public Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }
    }
}

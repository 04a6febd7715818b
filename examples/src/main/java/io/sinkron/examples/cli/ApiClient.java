package io.sinkron.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/** Calls the HTTP API of one node, blocking. Thread-safe. */
final class ApiClient {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** How long the server has beyond what a call waits for. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final String url;

    /** @param url without a slash at its end */
    ApiClient(String url) {
        this.url = url;
    }

    /** A body to be filled. */
    static ObjectNode body() {
        return MAPPER.createObjectNode();
    }

    /** A path with one name in it. */
    static String path(String before, String name, String after) {
        return before + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20") + after;
    }

    /** Calls and gives the answer's body; nothing is waited for at the server. */
    JsonNode call(String method, String path, JsonNode body) {
        return call(method, path, body, Duration.ZERO);
    }

    /**
     * Calls and gives the answer's body.
     *
     * @param body null for none
     * @param wait how long the server may wait before it answers
     * @throws CommandFailure with the problem's detail if the server refuses, or with the reason if it can't be reached
     */
    JsonNode call(String method, String path, JsonNode body, Duration wait) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(PATIENCE.plus(wait))
                .header("Idempotency-Key", UUID.randomUUID().toString());
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(body.toString()));
        }
        try {
            return answer(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new CommandFailure("cannot reach " + url + ": " + reason);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted");
        }
    }

    private JsonNode answer(HttpResponse<String> response) {
        JsonNode body;
        try {
            body = response.body().isEmpty() ? MissingNode.getInstance() : MAPPER.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new CommandFailure(url + " is no Sinkron server: its answer is not JSON");
        }
        if (response.statusCode() / 100 != 2) {
            throw new CommandFailure(body.path("code").asText("status " + response.statusCode()) + ": "
                    + body.path("detail").asText(""));
        }
        return body;
    }
}

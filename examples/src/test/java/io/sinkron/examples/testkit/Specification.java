package io.sinkron.examples.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import io.sinkron.examples.api.Api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The OpenAPI document, as something to check requests and answers with. Thread-safe. */
public final class Specification {
    private static final String URI = "https://sinkron.io/api_spec.yaml";
    private static final List<String> METHODS = List.of("get", "put", "post", "delete");

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    /** The document that the server serves. */
    public Specification() {
        String yaml = new String(Api.specification(), StandardCharsets.UTF_8);
        try {
            document = new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String json = document.toString();
        registry = SchemaRegistry.withDialect(Dialects.getOpenApi31(), b -> b.schemas(Map.of(URI, json)));
    }

    /** Every operation as {@code METHOD /pattern}, sorted. */
    public List<String> operations() {
        TreeSet<String> operations = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            METHODS.stream()
                    .filter(path.getValue()::has)
                    .forEach(method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
        }
        return List.copyOf(operations);
    }

    /** The operation that a request means. */
    public Optional<String> operation(String method, String path) {
        String[] segments = path.split("/", -1);
        return operations().stream()
                .filter(operation -> operation.startsWith(method + " "))
                .filter(operation ->
                        matches(operation.substring(method.length() + 1).split("/", -1), segments))
                .findFirst();
    }

    private static boolean matches(String[] pattern, String[] segments) {
        if (pattern.length != segments.length) {
            return false;
        }
        for (int i = 0; i < pattern.length; i++) {
            if (!pattern[i].startsWith("{") && !pattern[i].equals(segments[i])) {
                return false;
            }
        }
        return true;
    }

    /** What is wrong with an answer; empty if nothing is. */
    public List<String> answerErrors(String operation, int status, String mediaType, JsonNode body) {
        String pointer = pointer(operation) + "/responses/" + status;
        JsonNode response = document.at(pointer);
        if (response.isMissingNode()) {
            return List.of("the status " + status + " is not declared for " + operation);
        }
        if (response.has("$ref")) {
            pointer = response.path("$ref").asText().substring(1);
            response = document.at(pointer);
        }
        if (!response.has("content")) {
            return body.isMissingNode() ? List.of() : List.of("a body where none is declared");
        }
        if (!response.path("content").has(mediaType)) {
            return List.of("the media type " + mediaType + " is not declared for " + operation + " " + status);
        }
        return errors(pointer + "/content/" + escaped(mediaType) + "/schema", body);
    }

    /** What is wrong with a request's body; empty if nothing is. */
    public List<String> requestErrors(String operation, JsonNode body) {
        String pointer = pointer(operation) + "/requestBody";
        JsonNode request = document.at(pointer);
        if (request.has("$ref")) {
            pointer = request.path("$ref").asText().substring(1);
        }
        return errors(pointer + "/content/application~1json/schema", body);
    }

    /** What is wrong with a value of a named schema; empty if nothing is. */
    public List<String> schemaErrors(String name, JsonNode value) {
        return errors("/components/schemas/" + name, value);
    }

    private List<String> errors(String pointer, JsonNode value) {
        Schema schema = schemas.computeIfAbsent(pointer, at -> registry.getSchema(SchemaLocation.of(URI + "#" + at)));
        return schema.validate(value).stream().map(Object::toString).toList();
    }

    private static String pointer(String operation) {
        int space = operation.indexOf(' ');
        return "/paths/" + escaped(operation.substring(space + 1)) + "/"
                + operation.substring(0, space).toLowerCase(Locale.ROOT);
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** Every reference in the document that leads nowhere. */
    public List<String> danglingReferences() {
        List<String> dangling = new ArrayList<>();
        collectDangling(document, dangling);
        return dangling;
    }

    private void collectDangling(JsonNode node, List<String> dangling) {
        if (node.has("$ref")
                && document.at(node.path("$ref").asText().substring(1)).isMissingNode()) {
            dangling.add(node.path("$ref").asText());
        }
        for (Iterator<JsonNode> children = node.elements(); children.hasNext(); ) {
            collectDangling(children.next(), dangling);
        }
    }
}

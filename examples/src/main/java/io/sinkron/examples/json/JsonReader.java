package io.sinkron.examples.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON object and nothing behind it (RFC 8259), stricter than the RFC where the RFC leaves a choice: only well-formed UTF-8 without a byte
 * order mark, no duplicate members, no lone surrogates, at most {@link #MAX_NESTING} levels. The whole text is read before any field is
 * looked at, so malformed JSON is always reported as such. Stateless and thread-safe.
 */
public final class JsonReader {
    /** The deepest nesting of arrays and objects. */
    public static final int MAX_NESTING = 200;

    /** The longest number, in characters: nothing here needs more than 16 digits, and parsing longer ones costs time. */
    private static final int MAX_NUMBER_LENGTH = 1_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .build())
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private JsonReader() {}

    /**
     * Reads a body.
     *
     * @throws JsonException if it isn't a single well-formed object
     */
    public static JsonObject read(byte[] body) {
        try (JsonParser parser = FACTORY.createParser(text(body))) {
            if (parser.nextToken() == null) {
                throw new JsonException("", "The body is empty; a JSON object is needed");
            }
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new JsonException("", "There is more than one JSON value in the body");
            }
            if (value instanceof Members members) {
                return new JsonObject("", members.byName());
            }
            throw new JsonException("", "The body must be a JSON object");
        } catch (JsonProcessingException e) {
            throw new JsonException("", "Malformed JSON: " + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new JsonException("", "The body is not well-formed UTF-8");
        }
    }

    /** The value at the parser's token: a text, Long, {@link BadNumber}, Boolean, {@link Null}, list, or {@link Members}. */
    private static Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> wellFormed(parser.getText(), parser);
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> new BadNumber(false);
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> Null.NULL;
            default -> throw new JsonException("", "Malformed JSON: unexpected " + token);
        };
    }

    private static Members object(JsonParser parser) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = wellFormed(parser.currentName(), parser);
            if (members.containsKey(name)) {
                throw new JsonException(path(parser.getParsingContext()), "The member appears twice");
            }
            parser.nextToken();
            members.put(name, value(parser));
        }
        return new Members(members);
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser));
        }
        return items;
    }

    private static Object integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> new BadNumber(true);
        };
    }

    private static String wellFormed(String text, JsonParser parser) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new JsonException(path(parser.getParsingContext()), "A text has half of a surrogate pair");
            }
        }
        return text;
    }

    /** Where the parser stands; made only for a failure, because one long name could be the path of very many items. */
    private static String path(JsonStreamContext context) {
        JsonStreamContext parent = context.getParent();
        if (parent == null) {
            return "";
        }
        String before = path(parent);
        return context.inArray()
                ? before + "[" + context.getCurrentIndex() + "]"
                : JsonObject.join(before, String.valueOf(context.getCurrentName()));
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /** The members of an object, in order. */
    record Members(Map<String, Object> byName) {}

    /** A number that no field takes: a fraction, or an integer beyond 64 bits. */
    record BadNumber(boolean isInteger) {}

    /** JSON's null, so that a member that is null differs from one that is missing. */
    enum Null {
        /** The only one. */
        NULL
    }
}

package io.sinkron.examples.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Writes one JSON object as UTF-8, in the order of the calls. Not thread-safe. */
public final class JsonWriter {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator out;

    private JsonWriter(JsonGenerator out) {
        this.out = out;
    }

    /** An object with what {@code members} writes. */
    public static byte[] object(Consumer<JsonWriter> members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            JsonWriter writer = new JsonWriter(generator);
            generator.writeStartObject();
            members.accept(writer);
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** A text, or null. */
    public JsonWriter text(String name, String value) {
        return write(() -> {
            out.writeFieldName(name);
            out.writeString(value);
        });
    }

    /** An integer. */
    public JsonWriter integer(String name, long value) {
        return write(() -> out.writeNumberField(name, value));
    }

    /** A number. */
    public JsonWriter number(String name, double value) {
        return write(() -> out.writeNumberField(name, value));
    }

    /** True or false. */
    public JsonWriter flag(String name, boolean value) {
        return write(() -> out.writeBooleanField(name, value));
    }

    /** Bytes: as a text in {@code name} if they are well-formed UTF-8, otherwise as base64 in {@code name_base64}. */
    public JsonWriter bytes(String name, byte[] value) {
        try {
            return text(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(value))
                            .toString());
        } catch (CharacterCodingException e) {
            return text(name + "_base64", Base64.getEncoder().encodeToString(value));
        }
    }

    /** An object. */
    public JsonWriter object(String name, Consumer<JsonWriter> members) {
        return write(() -> {
            out.writeObjectFieldStart(name);
            members.accept(this);
            out.writeEndObject();
        });
    }

    /** A list of objects, each written by {@code item}. */
    public <T> JsonWriter objects(String name, Iterable<? extends T> items, BiConsumer<JsonWriter, T> item) {
        return write(() -> {
            out.writeArrayFieldStart(name);
            for (T each : items) {
                out.writeStartObject();
                item.accept(this, each);
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }

    /** A list of texts. */
    public JsonWriter texts(String name, Iterable<String> items) {
        return write(() -> {
            out.writeArrayFieldStart(name);
            for (String each : items) {
                out.writeString(each);
            }
            out.writeEndArray();
        });
    }

    private JsonWriter write(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return this;
    }

    private interface Step {
        void run() throws IOException;
    }
}

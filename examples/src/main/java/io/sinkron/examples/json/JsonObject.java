package io.sinkron.examples.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of one JSON object, asked for by name, type and range. A field that was never asked for is unknown: {@link #end} refuses it, so
 * it comes last. Every method throws {@link JsonException} with the field's path. Not thread-safe.
 */
public final class JsonObject {
    private final String path;
    private final Map<String, Object> members;
    private final Set<String> known = new LinkedHashSet<>();

    JsonObject(String path, Map<String, Object> members) {
        this.path = path;
        this.members = members;
    }

    /** An object without members: what an absent body stands for where every field is optional. */
    public static JsonObject empty() {
        return new JsonObject("", Map.of());
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The path of a field of this object. */
    public String pathOf(String name) {
        return join(path, name);
    }

    /** Whether the field is there, null included. */
    public boolean has(String name) {
        known.add(name);
        return members.containsKey(name);
    }

    /** A text of so many bytes of UTF-8 that must be there. */
    public String text(String name, int minBytes, int maxBytes) {
        return checkedText(pathOf(name), required(name), minBytes, maxBytes);
    }

    /** A text of so many bytes of UTF-8 that may be missing. */
    public Optional<String> optionalText(String name, int minBytes, int maxBytes) {
        return has(name) ? Optional.of(text(name, minBytes, maxBytes)) : Optional.empty();
    }

    /** As {@link #optionalText}, where null stands for missing. */
    public Optional<String> nullableText(String name, int minBytes, int maxBytes) {
        return members.get(name) == JsonReader.Null.NULL && has(name)
                ? Optional.empty()
                : optionalText(name, minBytes, maxBytes);
    }

    /** An integer that must be there. */
    public long integer(String name, long min, long max) {
        Object value = required(name);
        String range = "an integer from " + min + " to " + max;
        if (value instanceof Long number) {
            if (number < min || number > max) {
                throw new JsonException(pathOf(name), "'" + name + "' is " + number + ", it must be " + range);
            }
            return number;
        }
        if (value instanceof JsonReader.BadNumber number && number.isInteger()) {
            throw new JsonException(pathOf(name), "'" + name + "' is out of range, it must be " + range);
        }
        throw wrongType(name, range);
    }

    /** An integer that may be missing. */
    public long integer(String name, long min, long max, long otherwise) {
        return has(name) ? integer(name, min, max) : otherwise;
    }

    /** True or false; may be missing. */
    public boolean flag(String name, boolean otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        if (members.get(name) instanceof Boolean value) {
            return value;
        }
        throw wrongType(name, "true or false");
    }

    /** One of some words; must be there. */
    public <T> T choice(String name, Map<String, T> choices) {
        if (required(name) instanceof String word && choices.containsKey(word)) {
            return choices.get(word);
        }
        throw wrongType(name, "one of " + String.join(", ", choices.keySet()));
    }

    /** One of some words; may be missing. */
    public <T> T choice(String name, Map<String, T> choices, T otherwise) {
        return has(name) ? choice(name, choices) : otherwise;
    }

    /** A list of objects that must be there. */
    public List<JsonObject> objects(String name, int minItems, int maxItems) {
        List<JsonObject> objects = new ArrayList<>();
        for (Object item : items(name, minItems, maxItems)) {
            String itemPath = pathOf(name) + "[" + objects.size() + "]";
            if (!(item instanceof JsonReader.Members object)) {
                throw new JsonException(itemPath, "'" + itemPath + "' must be an object");
            }
            objects.add(new JsonObject(itemPath, object.byName()));
        }
        return objects;
    }

    /** A list of texts that must be there. */
    public List<String> texts(String name, int minItems, int maxItems, int maxBytes) {
        List<String> texts = new ArrayList<>();
        for (Object item : items(name, minItems, maxItems)) {
            texts.add(checkedText(pathOf(name) + "[" + texts.size() + "]", item, 0, maxBytes));
        }
        return texts;
    }

    /** An object of texts; may be missing, and then is empty. */
    public Map<String, String> textMap(String name, int maxEntries, int maxNameBytes, int maxBytes) {
        if (!has(name)) {
            return Map.of();
        }
        if (!(members.get(name) instanceof JsonReader.Members object)) {
            throw wrongType(name, "an object of texts");
        }
        if (object.byName().size() > maxEntries) {
            throw wrongType(name, "an object of at most " + maxEntries + " members");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        object.byName().forEach((key, value) -> {
            String itemPath = join(pathOf(name), key);
            checkedText(itemPath, key, 1, maxNameBytes);
            texts.put(key, checkedText(itemPath, value, 0, maxBytes));
        });
        return texts;
    }

    /** Bytes given as a text in {@code name} or as base64 in {@code name_base64}: exactly one of the two. */
    public byte[] bytes(String name) {
        String base64 = name + "_base64";
        if (has(base64) && has(name)) {
            throw new JsonException(pathOf(base64), "Only one of '" + name + "' and '" + base64 + "' may be given");
        }
        if (!has(base64)) {
            return text(name, 0, Integer.MAX_VALUE).getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(text(base64, 0, Integer.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw new JsonException(pathOf(base64), "'" + base64 + "' is not base64 (RFC 4648, section 4)");
        }
    }

    /** Refuses fields that were never asked for. */
    public void end() {
        for (String name : members.keySet()) {
            if (!known.contains(name)) {
                throw new JsonException(pathOf(name), "There is no field '" + pathOf(name) + "' here");
            }
        }
    }

    private List<?> items(String name, int minItems, int maxItems) {
        if (required(name) instanceof List<?> items && items.size() >= minItems && items.size() <= maxItems) {
            return items;
        }
        throw wrongType(name, "a list of " + minItems + " to " + maxItems + " items");
    }

    private Object required(String name) {
        if (!has(name)) {
            throw new JsonException(pathOf(name), "'" + pathOf(name) + "' is missing");
        }
        return members.get(name);
    }

    private static String checkedText(String path, Object value, int minBytes, int maxBytes) {
        if (!(value instanceof String text)) {
            throw new JsonException(path, "'" + path + "' must be a text");
        }
        boolean surelyShort = text.length() <= maxBytes / 3;
        int size = surelyShort ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
        if (size < minBytes || size > maxBytes) {
            throw new JsonException(
                    path, "'" + path + "' has " + size + " bytes, it must have " + minBytes + " to " + maxBytes);
        }
        return text;
    }

    private JsonException wrongType(String name, String needed) {
        return new JsonException(pathOf(name), "'" + pathOf(name) + "' must be " + needed);
    }
}

package io.sinkron.examples.json;

/** A body is not what was asked for. The message is one sentence for the client. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The longest path and detail repeated to the client, in characters: both may contain names that it chose. */
    private static final int MAX_LENGTH = 300;

    private final String field;

    /**
     * @param field the path of the offending field, such as {@code messages[2].priority}; empty for malformed JSON
     * @param detail what is wrong with it, naming the limit
     */
    public JsonException(String field, String detail) {
        super(clipped(detail));
        this.field = clipped(field);
    }

    /** The path of the offending field; empty for malformed JSON. */
    public String field() {
        return field;
    }

    private static String clipped(String text) {
        if (text.length() <= MAX_LENGTH) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
        return text.substring(0, end) + "…";
    }
}

package io.sinkron.common;

import java.util.Objects;

/**
 * The stable name of a node of the cluster, such as {@code n1}: 1 to 64 characters of {@code [A-Za-z0-9._-]}. It outlives
 * restarts; what does not is the incarnation ({@link CommandId#incarnation()}). Immutable; ordered by its characters.
 *
 * @param value the name itself
 */
public record NodeId(String value) implements Comparable<NodeId> {
    /** The longest name allowed, in characters. */
    public static final int MAX_LENGTH = 64;

    /**
     * @throws IllegalArgumentException if the name is empty, too long, or has a character that is not allowed
     */
    public NodeId {
        Objects.requireNonNull(value, "node id");
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "node id '" + value + "' has " + value.length() + " characters, allowed are 1 to " + MAX_LENGTH);
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && c != '.' && c != '_' && c != '-') {
                throw new IllegalArgumentException(
                        "node id '" + value + "' may only have letters, digits, '.', '_', '-'");
            }
        }
    }

    /** Short for the constructor. */
    public static NodeId of(String value) {
        return new NodeId(value);
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

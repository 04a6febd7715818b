package io.sinkron.cache;

import io.sinkron.common.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How the names of caches stand in the keys of lines, on the wire and in main memory: all named caches and the unnamed one share one space of keys.
 *
 * <pre>
 * unnamed cache   key                                                      as it is, unless it begins with 0x00
 *                 0x00 0x00 key                                            a key that begins with 0x00
 * named cache     0x00 length(name) name generation(8 bytes) key           length 1 to 64, generation 1 at least
 *                 0x00 length(name) name 0(8 bytes)                        the line that holds the cache's generation
 * </pre>
 *
 * Two different (cache, generation, key) never give the same bytes: the second byte tells the forms apart, and the length where the name ends. A
 * cache's {@linkplain #generation generation} is part of its keys, so that raising it empties the cache at one instant. All methods are pure;
 * thread-safe.
 */
public final class CacheKeys {
    /** The longest name of a cache, in bytes of UTF-8. */
    public static final int MAX_NAME_BYTES = 64;

    /** By how much a line's key may be longer than its user's key. */
    public static final int MAX_PREFIX_BYTES = 2 + MAX_NAME_BYTES + Long.BYTES;

    private static final byte MARK = 0;

    private CacheKeys() {}

    /**
     * The key of a named cache's line.
     *
     * @param name 1 to {@link #MAX_NAME_BYTES} bytes of UTF-8
     * @param generation the cache's present generation, 1 at least
     * @throws IllegalArgumentException for a name or a generation out of range
     */
    public static Bytes named(String name, long generation, Bytes key) {
        return named(nameBytes(name), generation, key);
    }

    /**
     * As {@link #named(String, long, Bytes)}, for a caller that keeps the name's bytes.
     *
     * @param name what {@link #nameBytes} has returned
     */
    public static Bytes named(Bytes name, long generation, Bytes key) {
        if (generation < 1) {
            throw new IllegalArgumentException("generation is " + generation + ", at least 1 is allowed");
        }
        return join(name, generation, key);
    }

    /**
     * A name's bytes, checked.
     *
     * @throws IllegalArgumentException if there are none or more than {@link #MAX_NAME_BYTES}, or if the name isn't well-formed Unicode
     */
    public static Bytes nameBytes(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 1 || bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "a cache's name has " + bytes.length + " bytes, allowed are 1 to " + MAX_NAME_BYTES);
        }
        if (!new String(bytes, StandardCharsets.UTF_8).equals(name)) {
            throw new IllegalArgumentException("a cache's name must be well-formed Unicode");
        }
        return Bytes.wrap(bytes);
    }

    /** The key of an unnamed cache's line. */
    public static Bytes unnamed(Bytes key) {
        if (key.isEmpty() || key.at(0) != MARK) {
            return key;
        }
        return Bytes.wrap(ByteBuffer.allocate(2 + key.size())
                .put(MARK)
                .put(MARK)
                .put(key.array())
                .array());
    }

    /** The key of the line that holds a named cache's generation; it is in the cache's region, and no user's key is it. */
    public static Bytes generationKey(String name) {
        return join(nameBytes(name), 0, Bytes.EMPTY);
    }

    /** What all keys of one generation of a named cache begin with. */
    public static Bytes prefix(String name, long generation) {
        return named(name, generation, Bytes.EMPTY);
    }

    private static Bytes join(Bytes name, long generation, Bytes key) {
        return Bytes.wrap(ByteBuffer.allocate(2 + name.size() + Long.BYTES + key.size())
                .put(MARK)
                .put((byte) name.size())
                .put(name.array())
                .putLong(generation)
                .put(key.array())
                .array());
    }

    /** The name of the cache that a line belongs to; empty for the unnamed one, and for bytes that no method here makes. */
    public static String region(Bytes line) {
        int length = nameLength(line);
        return length == 0 ? "" : new String(line.array(), 2, length, StandardCharsets.UTF_8);
    }

    /** The generation that a line of a named cache belongs to; 0 for the line that holds it, and for the unnamed cache. */
    public static long generation(Bytes line) {
        int length = nameLength(line);
        return length == 0 ? 0 : line.buffer().getLong(2 + length);
    }

    /** The key as its user knows it; the bytes as they are if no method here makes them. */
    public static Bytes visible(Bytes line) {
        int length = nameLength(line);
        if (length > 0) {
            return tail(line, 2 + length + Long.BYTES);
        }
        boolean isEscaped = line.size() > 2 && line.at(0) == MARK && line.at(1) == MARK && line.at(2) == MARK;
        return isEscaped ? tail(line, 2) : line;
    }

    /** How long the name in a line's key is, 0 if there is none. */
    private static int nameLength(Bytes line) {
        if (line.size() < 2 || line.at(0) != MARK) {
            return 0;
        }
        int length = line.at(1);
        boolean isName = length >= 1 && length <= MAX_NAME_BYTES && line.size() >= 2 + length + Long.BYTES;
        return isName ? length : 0;
    }

    private static Bytes tail(Bytes line, int from) {
        byte[] tail = new byte[line.size() - from];
        line.buffer().get(from, tail);
        return Bytes.wrap(tail);
    }
}

package io.sinkron.common;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An immutable string of bytes with value equality, ordered as unsigned bytes. It is what commands, cache keys and values,
 * and message bodies are carried in. Thread-safe.
 *
 * <p>{@link #wrap} and {@link #array} do not copy, because every replicated command passes through here; the caller promises
 * not to change the array afterwards.
 */
public final class Bytes implements Comparable<Bytes> {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;
    private int hash;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Takes the array as it is, without copying: it must not change from now on. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    /** A copy of the array. */
    public static Bytes copyOf(byte[] array) {
        return wrap(array.clone());
    }

    /** The UTF-8 form of a text. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The number of bytes. */
    public int size() {
        return array.length;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return array.length == 0;
    }

    /** The byte at a position from 0. */
    public byte at(int index) {
        return array[index];
    }

    /** The array itself, not a copy: for reading only. */
    public byte[] array() {
        return array;
    }

    /** A read-only view. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array).asReadOnlyBuffer();
    }

    /** The text these bytes are the UTF-8 form of; malformed input becomes the replacement character. */
    public String asUtf8() {
        return new String(array, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(array, that.array);
    }

    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = Arrays.hashCode(array);
            hash = h;
        }
        return h;
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    /** For logs: the size and at most the first 32 bytes in hexadecimal. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("bytes[").append(array.length).append("]:");
        for (int i = 0; i < Math.min(array.length, 32); i++) {
            text.append(Character.forDigit(array[i] >> 4 & 15, 16)).append(Character.forDigit(array[i] & 15, 16));
        }
        return array.length > 32 ? text.append('…').toString() : text.toString();
    }
}

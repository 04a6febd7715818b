package io.sinkron.wire;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes the primitives of the binary format into a growing array: unsigned LEB128 varints, zig-zag for signed numbers, big-endian for
 * fixed ones, and a varint length before bytes, texts and lists. Not thread-safe; reusable after {@link #reset}.
 */
public final class WireWriter {
    private byte[] buffer;
    private int size;

    /** An empty writer with room for 256 bytes. */
    public WireWriter() {
        this(256);
    }

    /** An empty writer with this room at first. */
    public WireWriter(int capacity) {
        buffer = new byte[Math.max(16, capacity)];
    }

    /** The number of bytes written. */
    public int size() {
        return size;
    }

    /** Forgets what was written and keeps the room. */
    public void reset() {
        size = 0;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    /** A copy of what was written. */
    public Bytes toBytes() {
        return Bytes.wrap(toByteArray());
    }

    /** One byte, the low eight bits. */
    public WireWriter u8(int value) {
        room(1);
        buffer[size++] = (byte) value;
        return this;
    }

    /** One byte, 1 or 0. */
    public WireWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** Eight bytes, big-endian. */
    public WireWriter fixed64(long value) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** An unsigned varint of 1 to 10 bytes; negative numbers take 10. */
    public WireWriter varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[size++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
        return this;
    }

    /** A zig-zag varint: small numbers of either sign are short. */
    public WireWriter signed(long value) {
        return varint(value << 1 ^ value >> 63);
    }

    /** A length and the bytes. */
    public WireWriter bytes(Bytes value) {
        byte[] array = value.array();
        varint(array.length);
        room(array.length);
        System.arraycopy(array, 0, buffer, size, array.length);
        size += array.length;
        return this;
    }

    /** A length and the UTF-8 form. */
    public WireWriter text(String value) {
        int length = value.length();
        room(length + 5);
        if (length < 128 && isAscii(value, length)) {
            buffer[size++] = (byte) length;
            for (int i = 0; i < length; i++) {
                buffer[size++] = (byte) value.charAt(i);
            }
            return this;
        }
        return bytes(Bytes.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** A node id. */
    public WireWriter node(NodeId value) {
        return text(value.value());
    }

    /** A flag, and the text if there is one. */
    public WireWriter optionalText(Optional<String> value) {
        bool(value.isPresent());
        value.ifPresent(this::text);
        return this;
    }

    /** The length of a list; the elements follow. */
    public WireWriter count(int value) {
        return varint(value);
    }

    private static boolean isAscii(String value, int length) {
        for (int i = 0; i < length; i++) {
            if (value.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }

    private void room(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, (int)
                    Math.min(Integer.MAX_VALUE - 8L, Math.max(2L * buffer.length, (long) size + more)));
        }
    }
}

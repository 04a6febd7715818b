package io.sinkron.transport.inmemory;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes without an end, zero where nothing was written, in pages of which only those with something in them take memory: logs are preallocated, so
 * most of a simulated disk is zeros. Not thread-safe.
 */
final class Pages {
    private static final int PAGE_BYTES = 4_096;
    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private byte[][] pages = new byte[4][];

    /** Reads into a buffer. */
    void read(int offset, ByteBuffer into, int length) {
        for (int at = offset; at < offset + length; ) {
            int part = Math.min(offset + length, endOfPage(at)) - at;
            into.put(page(at), at % PAGE_BYTES, part);
            at += part;
        }
    }

    /** The bytes from an offset up to another one: a copy. */
    byte[] read(int from, int to) {
        byte[] bytes = new byte[Math.max(0, to - from)];
        read(from, ByteBuffer.wrap(bytes), bytes.length);
        return bytes;
    }

    /** Writes a part of an array. */
    void write(int offset, byte[] bytes, int from, int length) {
        for (int at = offset; at < offset + length; ) {
            int part = Math.min(offset + length, endOfPage(at)) - at;
            int source = from + at - offset;
            byte[] page = page(at);
            if (!Arrays.equals(page, at % PAGE_BYTES, at % PAGE_BYTES + part, bytes, source, source + part)) {
                System.arraycopy(bytes, source, writable(at), at % PAGE_BYTES, part);
            }
            at += part;
        }
    }

    /** Writes zeros from an offset up to another one. */
    void clear(int from, int to) {
        for (int at = from; at < to; at = endOfPage(at)) {
            int end = Math.min(to, endOfPage(at));
            if (page(at) != ZEROS) {
                Arrays.fill(writable(at), at % PAGE_BYTES, at % PAGE_BYTES + end - at, (byte) 0);
            }
        }
    }

    /** The same bytes, to go their own way. */
    Pages copy() {
        Pages copy = new Pages();
        copy.pages = new byte[pages.length][];
        for (int i = 0; i < pages.length; i++) {
            copy.pages[i] = pages[i] == null ? null : pages[i].clone();
        }
        return copy;
    }

    private static int endOfPage(int offset) {
        return (offset / PAGE_BYTES + 1) * PAGE_BYTES;
    }

    private byte[] page(int offset) {
        int number = offset / PAGE_BYTES;
        return number < pages.length && pages[number] != null ? pages[number] : ZEROS;
    }

    private byte[] writable(int offset) {
        int number = offset / PAGE_BYTES;
        if (number >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(number + 1, pages.length * 2));
        }
        if (pages[number] == null) {
            pages[number] = new byte[PAGE_BYTES];
        }
        return pages[number];
    }
}

package io.sinkron.common;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * XXH64, the 64-bit xxHash (specification: Y. Collet, "XXH64 algorithm description", version 0.1.1), input read as
 * little-endian. It is the one hash of the ring, so its results are part of the protocol and never change. Pure.
 */
public final class XxHash64 {
    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private XxHash64() {}

    /** The hash of a text's UTF-8 form. */
    public static long hash(String text, long seed) {
        return hash(text.getBytes(StandardCharsets.UTF_8), seed);
    }

    /** The hash of all bytes of the array. */
    public static long hash(byte[] data, long seed) {
        int length = data.length;
        int at = 0;
        long h;
        if (length >= 32) {
            long v1 = seed + P1 + P2;
            long v2 = seed + P2;
            long v3 = seed;
            long v4 = seed - P1;
            for (; at <= length - 32; at += 32) {
                v1 = round(v1, (long) LONG.get(data, at));
                v2 = round(v2, (long) LONG.get(data, at + 8));
                v3 = round(v3, (long) LONG.get(data, at + 16));
                v4 = round(v4, (long) LONG.get(data, at + 24));
            }
            h = Long.rotateLeft(v1, 1) + Long.rotateLeft(v2, 7) + Long.rotateLeft(v3, 12) + Long.rotateLeft(v4, 18);
            h = merge(merge(merge(merge(h, v1), v2), v3), v4);
        } else {
            h = seed + P5;
        }
        return avalanche(tail(data, at, h + length));
    }

    private static long tail(byte[] data, int from, long start) {
        long h = start;
        int at = from;
        for (; at <= data.length - 8; at += 8) {
            h = Long.rotateLeft(h ^ round(0, (long) LONG.get(data, at)), 27) * P1 + P4;
        }
        if (at <= data.length - 4) {
            h = Long.rotateLeft(h ^ ((int) INT.get(data, at) & 0xFFFFFFFFL) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < data.length; at++) {
            h = Long.rotateLeft(h ^ (data[at] & 0xFF) * P5, 11) * P1;
        }
        return h;
    }

    private static long round(long accumulator, long input) {
        return Long.rotateLeft(accumulator + input * P2, 31) * P1;
    }

    private static long merge(long h, long v) {
        return (h ^ round(0, v)) * P1 + P4;
    }

    private static long avalanche(long hash) {
        long h = (hash ^ hash >>> 33) * P2;
        h = (h ^ h >>> 29) * P3;
        return h ^ h >>> 32;
    }
}

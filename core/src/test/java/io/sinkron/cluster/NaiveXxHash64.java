package io.sinkron.cluster;

/** XXH64 written down from its specification, byte by byte and without a thought for speed. */
final class NaiveXxHash64 {
    private static final long[] PRIME = {
        0, 0x9E3779B185EBCA87L, 0xC2B2AE3D27D4EB4FL, 0x165667B19E3779F9L, 0x85EBCA77C2B2AE63L, 0x27D4EB2F165667C5L
    };

    private NaiveXxHash64() {}

    static long hash(byte[] data, long seed) {
        long[] lane = {seed + PRIME[1] + PRIME[2], seed + PRIME[2], seed, seed - PRIME[1]};
        int stripes = data.length / 32;
        for (int i = 0; i < stripes * 4; i++) {
            lane[i % 4] = round(lane[i % 4], little(data, i * 8, 8));
        }
        long h = seed + PRIME[5];
        if (stripes > 0) {
            h = left(lane[0], 1) + left(lane[1], 7) + left(lane[2], 12) + left(lane[3], 18);
            for (long value : lane) {
                h = (h ^ round(0, value)) * PRIME[1] + PRIME[4];
            }
        }
        h += data.length;
        int at = stripes * 32;
        while (data.length - at >= 8) {
            h = left(h ^ round(0, little(data, at, 8)), 27) * PRIME[1] + PRIME[4];
            at += 8;
        }
        while (data.length - at >= 4) {
            h = left(h ^ little(data, at, 4) * PRIME[1], 23) * PRIME[2] + PRIME[3];
            at += 4;
        }
        while (at < data.length) {
            h = left(h ^ little(data, at, 1) * PRIME[5], 11) * PRIME[1];
            at++;
        }
        h = (h ^ h >>> 33) * PRIME[2];
        h = (h ^ h >>> 29) * PRIME[3];
        return h ^ h >>> 32;
    }

    private static long round(long accumulator, long input) {
        return left(accumulator + input * PRIME[2], 31) * PRIME[1];
    }

    private static long left(long value, int bits) {
        return value << bits | value >>> 64 - bits;
    }

    private static long little(byte[] data, int at, int count) {
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value * 256 + (data[at + i] & 0xFF);
        }
        return value;
    }
}

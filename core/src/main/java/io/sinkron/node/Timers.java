package io.sinkron.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Things to do at a time, in buckets of about four milliseconds: adding is cheap where most share a time-out, and nothing need be removed,
 * since who comes out too late checks whether it still matters. Never early, late by a bucket at most. Not thread-safe.
 */
final class Timers<T> {
    private static final int BUCKET_SHIFT = 22;

    private final TreeMap<Long, List<T>> buckets = new TreeMap<>();
    private final long origin;

    /** Times are compared relative to the start, since the monotonic clock may wrap. */
    Timers(long origin) {
        this.origin = origin;
    }

    /** Adds an item to come out at or just after a time. */
    void add(long atNanos, T item) {
        long bucket = (Math.max(0, atNanos - origin) >> BUCKET_SHIFT) + 1;
        Map.Entry<Long, List<T>> last = buckets.lastEntry();
        List<T> items = last != null && last.getKey() == bucket
                ? last.getValue()
                : buckets.computeIfAbsent(bucket, b -> new ArrayList<>());
        items.add(item);
    }

    /** Takes out all whose time has come. */
    List<T> due(long now) {
        if (buckets.isEmpty() || at(buckets.firstKey()) - now > 0) {
            return List.of();
        }
        List<T> due = new ArrayList<>();
        while (!buckets.isEmpty() && at(buckets.firstKey()) - now <= 0) {
            due.addAll(buckets.pollFirstEntry().getValue());
        }
        return due;
    }

    /** When the next one comes out; {@code fallback} if there is none. */
    long next(long fallback) {
        return buckets.isEmpty() ? fallback : at(buckets.firstKey());
    }

    private long at(long bucket) {
        return origin + (bucket << BUCKET_SHIFT);
    }
}

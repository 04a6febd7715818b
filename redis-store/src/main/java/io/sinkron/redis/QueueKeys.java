package io.sinkron.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The names of the keys: {@code <prefix>:{<queue>}:<what>}, so that all of one queue are in one slot of a Redis Cluster. */
final class QueueKeys {
    /** In the order in which the script takes them. */
    private static final List<String> SUFFIXES = List.of(
            "meta",
            "body",
            "deliveries",
            "ready",
            "held",
            "delayed",
            "flight",
            "expiry",
            "members",
            "groups",
            "consumers",
            "buckets",
            "bucket-order",
            "dedups",
            "dedup-ages",
            "requests",
            "request-ages",
            "moves",
            "move-order");

    private static final int MAX_NAME_BYTES = 512;

    private QueueKeys() {}

    /**
     * All keys of a queue, its {@link #meta} first.
     *
     * @throws IllegalArgumentException for a name that is empty, too long, or has braces, which would leave the hash tag
     */
    static List<byte[]> of(String prefix, String queue) {
        if (queue.indexOf('{') >= 0 || queue.indexOf('}') >= 0) {
            throw new IllegalArgumentException("the queue's name has a brace: " + queue);
        }
        int size = queue.getBytes(StandardCharsets.UTF_8).length;
        if (size < 1 || size > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "the queue's name has " + size + " bytes, allowed are 1 to " + MAX_NAME_BYTES);
        }
        List<byte[]> keys = new ArrayList<>(SUFFIXES.size());
        for (String suffix : SUFFIXES) {
            keys.add(key(prefix, queue, suffix));
        }
        return keys;
    }

    static byte[] meta(String prefix, String queue) {
        return key(prefix, queue, SUFFIXES.get(0));
    }

    /** The list of all queues; of no queue's slot. */
    static byte[] index(String prefix) {
        return (prefix + ":queues").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] key(String prefix, String queue, String suffix) {
        return (prefix + ":{" + queue + "}:" + suffix).getBytes(StandardCharsets.UTF_8);
    }
}

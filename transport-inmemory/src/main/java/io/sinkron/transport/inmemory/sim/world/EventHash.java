package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.XxHash64;
import java.nio.charset.StandardCharsets;

/**
 * A running hash of everything that happens. Two runs of one seed must end with the same value; if they don't, something that isn't the seed
 * has got into a machine. Not thread-safe.
 */
public final class EventHash {
    private static final long PRIME = 0x9E3779B185EBCA87L;

    private long value;

    /** Before anything has happened. */
    public EventHash() {}

    /** Takes in a number. */
    public void add(long number) {
        value = Long.rotateLeft(value ^ number * PRIME, 27) * PRIME + 1;
    }

    /** Takes in bytes. */
    public void add(byte[] bytes) {
        add(XxHash64.hash(bytes, bytes.length));
    }

    /** Takes in a text. */
    public void add(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes in what a value holds: of records, collections and maps what their parts hold, in order. */
    public void addContent(Object value) {
        ContentHash.add(this, value);
    }

    /** The hash so far. */
    public long value() {
        return value;
    }
}

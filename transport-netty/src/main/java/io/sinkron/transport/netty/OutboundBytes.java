package io.sinkron.transport.netty;

import io.sinkron.common.Message.Lane;

/**
 * How much may wait for one peer, lane by lane, before messages in that lane are dropped; a full lane takes no room from another one. Immutable.
 *
 * @param control bytes of small, urgent messages; default 16 MiB, which is a frame: more of them than that are stale
 * @param data bytes of the daily work; default 64 MiB
 * @param bulk bytes of snapshots under way; default 32 MiB
 */
public record OutboundBytes(long control, long data, long bulk) {
    private static final long MIB = 1024 * 1024;

    /** The defaults above. */
    public static final OutboundBytes DEFAULT = new OutboundBytes(16 * MIB, 64 * MIB, 32 * MIB);

    /** @throws IllegalArgumentException if one isn't positive */
    public OutboundBytes {
        if (Math.min(control, Math.min(data, bulk)) <= 0) {
            throw new IllegalArgumentException(
                    "outboundBytes are " + control + ", " + data + " and " + bulk + ", allowed is more than 0");
        }
    }

    /** The same bound for each lane. */
    public static OutboundBytes each(long bytes) {
        return new OutboundBytes(bytes, bytes, bytes);
    }

    /** The bound of this lane. */
    public long of(Lane lane) {
        return switch (lane) {
            case CONTROL -> control;
            case DATA -> data;
            case BULK -> bulk;
        };
    }
}

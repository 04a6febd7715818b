package io.sinkron.wire;

import io.sinkron.cache.CacheMessage;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.common.Message;
import io.sinkron.lock.LockMessage;
import io.sinkron.queue.QueueMessage;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MessageCodec;
import java.nio.ByteBuffer;

/**
 * The codec that transports use: one byte names the type, the package that owns the message writes the rest. The ranges of the type byte: Raft 1
 * to 31, cluster 32 to 47, lock 48 to 63, queue 64 to 95, cache 96 to 127. Thread-safe.
 */
public final class MessageWire implements MessageCodec {
    /** The version of the format; nodes of different versions refuse each other. */
    public static final int VERSION = 1;

    private static final int FIRST_CLUSTER = 32;
    private static final int FIRST_LOCK = 48;
    private static final int FIRST_QUEUE = 64;
    private static final int FIRST_CACHE = 96;

    /** The codec; it has no state. */
    public MessageWire() {}

    @Override
    public int version() {
        return VERSION;
    }

    @Override
    public byte[] encode(Message message) {
        WireWriter out = new WireWriter();
        if (message instanceof ClusterMessage cluster) {
            ClusterWire.write(out, cluster);
        } else if (message instanceof LockMessage lock) {
            LockWire.write(out, lock);
        } else if (message instanceof QueueMessage queue) {
            QueueWire.write(out, queue);
        } else if (message instanceof CacheMessage cache) {
            CacheWire.write(out, cache);
        } else {
            RaftWire.write(out, message);
        }
        return out.toByteArray();
    }

    @Override
    public Message decode(ByteBuffer bytes) throws MalformedMessageException {
        WireReader in = new WireReader(bytes);
        int type = in.u8();
        Message message;
        if (type < FIRST_CLUSTER) {
            message = RaftWire.read(type, in);
        } else if (type < FIRST_LOCK) {
            message = ClusterWire.read(type, in);
        } else if (type < FIRST_QUEUE) {
            message = LockWire.read(type, in);
        } else if (type < FIRST_CACHE) {
            message = QueueWire.read(type, in);
        } else {
            message = CacheWire.read(type, in);
        }
        in.end();
        return message;
    }
}

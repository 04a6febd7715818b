package io.sinkron.wire;

import io.sinkron.cache.MemoryCommand;
import io.sinkron.cluster.ClusterCommand;
import io.sinkron.common.Bytes;
import io.sinkron.common.Command;
import io.sinkron.common.CommandBody;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockCommand;
import io.sinkron.queue.QueueCommand;
import io.sinkron.spi.MalformedMessageException;

/**
 * The payload of a command entry of the log: its id, what its origin has been answered, a byte that names the type, and what the package that owns the
 * command writes. The ranges of the type byte: cluster 1 to 15, lock 16 to 47, queue 48 to 63, cache 64 to 79. Versioned by {@link
 * MessageWire#VERSION}, since commands lie in logs and snapshots as well. Thread-safe.
 */
public final class CommandWire {
    private static final int FIRST_LOCK = 16;
    private static final int FIRST_QUEUE = 48;
    private static final int FIRST_MEMORY = 64;

    private CommandWire() {}

    /** The bytes of a command. */
    public static Bytes encode(Command command) {
        WireWriter out = new WireWriter(128);
        out.node(command.id().origin());
        out.varint(command.id().incarnation());
        out.varint(command.id().sequence());
        out.varint(command.answeredBelow());
        CommandBody body = command.body();
        if (body instanceof LockCommand lock) {
            LockWire.writeCommand(out, lock);
        } else if (body instanceof QueueCommand queue) {
            QueueWire.writeCommand(out, queue);
        } else if (body instanceof MemoryCommand memory) {
            CacheWire.writeCommand(out, memory);
        } else if (body instanceof ClusterCommand cluster) {
            ClusterWire.writeCommand(out, cluster);
        } else {
            throw new IllegalArgumentException(
                    "no codec for the command " + body.getClass().getName());
        }
        return out.toBytes();
    }

    /**
     * The command of these bytes.
     *
     * @throws MalformedMessageException if they are not exactly one command
     */
    public static Command decode(Bytes bytes) throws MalformedMessageException {
        WireReader in = new WireReader(bytes);
        NodeId origin = in.node();
        long incarnation = in.varint("incarnation", 1, Long.MAX_VALUE);
        long sequence = in.varint("sequence", 1, Long.MAX_VALUE);
        long answeredBelow = in.varint("answeredBelow", 0, Long.MAX_VALUE);
        int type = in.u8();
        CommandBody body;
        if (type < FIRST_LOCK) {
            body = ClusterWire.readCommand(type, in);
        } else if (type < FIRST_QUEUE) {
            body = LockWire.readCommand(type, in);
        } else if (type < FIRST_MEMORY) {
            body = QueueWire.readCommand(type, in);
        } else {
            body = CacheWire.readCommand(type, in);
        }
        in.end();
        return new Command(new CommandId(origin, incarnation, sequence), answeredBelow, body);
    }
}

package io.sinkron.node;

import io.sinkron.cache.MemoryTable;
import io.sinkron.cluster.ViewTable;
import io.sinkron.common.Bytes;
import io.sinkron.common.Command;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockLimits;
import io.sinkron.lock.LockTable;
import io.sinkron.node.AnswerTable.Remembered;
import io.sinkron.node.AnswerTable.RowSnapshot;
import io.sinkron.queue.QueueTables;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.wire.AnswerWire;
import io.sinkron.wire.CacheWire;
import io.sinkron.wire.ClusterWire;
import io.sinkron.wire.CommandWire;
import io.sinkron.wire.LockWire;
import io.sinkron.wire.QueueWire;
import io.sinkron.wire.WireReader;
import io.sinkron.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The whole replicated state as the bytes of a snapshot; canonical, so that equal states have equal bytes. */
final class StateCodec {
    private static final int VERSION = 1;

    private StateCodec() {}

    static Bytes encode(ReplicatedState state) {
        WireWriter out = new WireWriter(1 << 16);
        out.u8(VERSION).varint(state.appliedIndex()).varint(state.stampMillis());
        LockWire.writeSnapshot(out, state.locks().snapshot());
        ClusterWire.writeSnapshot(out, state.view().snapshot());
        QueueWire.writeSnapshot(out, state.queues().snapshot());
        CacheWire.writeSnapshot(out, state.memory().snapshot());
        List<RowSnapshot> rows = state.answers().snapshot();
        out.count(rows.size());
        for (RowSnapshot row : rows) {
            out.node(row.origin()).varint(row.incarnation()).varint(row.low());
            writeRemembered(out, row.known());
            writeRemembered(out, row.late());
        }
        return out.toBytes();
    }

    /**
     * The command of an entry. A payload that no codec knows has no effect, on any replica: it can only come from a broken peer, and must not stop this
     * node.
     */
    static Optional<Command> command(LogEntry entry) {
        if (entry.kind() != LogEntry.Kind.COMMAND) {
            return Optional.empty();
        }
        try {
            return Optional.of(CommandWire.decode(entry.payload()));
        } catch (MalformedMessageException e) {
            return Optional.empty();
        }
    }

    /**
     * The state that a snapshot at this index holds.
     *
     * @throws InvariantViolation if it can't be read, or is of another index; its checksum was right, so whoever made it is broken
     */
    static ReplicatedState restore(Bytes state, long index, LockLimits limits) {
        try {
            ReplicatedState restored = decode(state, limits);
            InvariantViolation.check(
                    restored.appliedIndex() == index, "a snapshot's state is of another index than its label");
            return restored;
        } catch (MalformedMessageException e) {
            throw new InvariantViolation("the snapshot at index " + index + " can't be read: " + e.getMessage());
        }
    }

    static ReplicatedState decode(Bytes bytes, LockLimits limits) throws MalformedMessageException {
        WireReader in = new WireReader(bytes);
        int version = in.u8();
        if (version != VERSION) {
            throw in.malformed("a snapshot has the format version " + version + ", known is " + VERSION);
        }
        long appliedIndex = in.varint("appliedIndex", 1, Long.MAX_VALUE);
        long stampMillis = in.varint("stampMillis", 0, Long.MAX_VALUE);
        LockTable locks = LockTable.restore(limits, LockWire.readSnapshot(in));
        ViewTable view = ViewTable.restore(ClusterWire.readSnapshot(in));
        QueueTables queues = QueueTables.restore(QueueWire.readSnapshot(in));
        MemoryTable memory = MemoryTable.restore(CacheWire.readSnapshot(in));
        int count = in.count(5);
        List<RowSnapshot> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            NodeId origin = in.node();
            long incarnation = in.varint("incarnation", 1, Long.MAX_VALUE);
            long low = in.varint("low", 1, Long.MAX_VALUE);
            rows.add(new RowSnapshot(origin, incarnation, low, readRemembered(in, low), readRemembered(in, 1)));
        }
        in.end();
        return new ReplicatedState(locks, view, queues, memory, AnswerTable.restore(rows), appliedIndex, stampMillis);
    }

    private static void writeRemembered(WireWriter out, List<Remembered> items) {
        out.count(items.size());
        for (Remembered item : items) {
            out.varint(item.sequence()).bool(item.answer().isPresent());
            item.answer().ifPresent(answer -> AnswerWire.write(out, answer));
        }
    }

    private static List<Remembered> readRemembered(WireReader in, long low) throws MalformedMessageException {
        int count = in.count(2);
        List<Remembered> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long sequence = in.varint("sequence", low, Long.MAX_VALUE);
            if (low > 1 && sequence - low >= AnswerTable.MAX_SPAN) {
                throw in.malformed("a remembered sequence " + sequence + " is too far above " + low);
            }
            items.add(new Remembered(sequence, in.bool() ? Optional.of(AnswerWire.read(in)) : Optional.empty()));
        }
        return items;
    }
}

package io.sinkron.wal;

import io.sinkron.common.NodeId;
import io.sinkron.spi.Disk;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The writing end of the log: {@link #startBatch}, the batch's records, {@link #commit}, which writes them in one call; {@link #force} makes
 * durable what was committed. A batch lies in one segment, so that what a recovery cuts off never reaches back into one that is sealed. If
 * there is no room for it, the log rolls to the next segment before it; if it's longer than segments are, that one is made as long as it needs:
 *
 * <ol>
 *   <li>the next file is there, full of zeros, its name durable;
 *   <li>a seal ends the old segment, which is then forced: from here on the next segment belongs to the log;
 *   <li>the next segment starts with its head: where the log stands, the incarnation and the hard state, so that older segments can be
 *       deleted. A right head therefore proves that all segments before it were durable to their seals.
 * </ol>
 *
 * Not thread-safe.
 */
final class SegmentWriter {
    /** A seal, and a synced mark. */
    private static final int MARK_BYTES = RecordFormat.sizeOf(0);

    private static final int HARD_STATE_BYTES = RecordFormat.sizeOf(NodeId.MAX_LENGTH);

    /** The most that a batch has beside entries: at a start of the store incarnation, hard state and reset. */
    static final int BESIDE_ENTRIES_BYTES = 2 * RecordFormat.sizeOf(0) + HARD_STATE_BYTES;

    /** The longest batch: with head, synced mark and seal it fills the largest segment. */
    static final int MAX_BATCH_BYTES = RecordFormat.MAX_SEGMENT_BYTES - FileLogOptions.SEGMENT_OVERHEAD_BYTES;

    private final SegmentFiles files;
    private final LogState state;
    private final RecordBuffer buffer;
    private Disk.File file;
    private int fileBytes;
    private int segment;
    private boolean dirty;
    /** Everything before this place is durable. */
    private long syncedTo;
    /** What the log itself says of that, in its last synced mark or segment head. */
    private long markedTo;

    SegmentWriter(SegmentFiles files, LogState state, int bufferBytes) {
        this.files = files;
        this.state = state;
        this.buffer = new RecordBuffer(bufferBytes);
    }

    /** Goes on behind a record that is durable, in an existing segment. */
    void resume(int existingSegment, int offset, int previousCrc, long provenTo) throws IOException {
        open(existingSegment, files.open(existingSegment), offset, previousCrc);
        syncedTo = RecordFormat.place(existingSegment, offset);
        markedTo = provenTo;
    }

    /** Starts a segment; everything before it is durable. */
    void start(int newSegment, int previousCrc) throws IOException {
        open(newSegment, files.take(newSegment), 0, previousCrc);
        syncedTo = RecordFormat.place(newSegment, 0);
        markedTo = syncedTo;
        state.opened(newSegment);
        begin(RecordType.SEGMENT, 0, state.terms().next(), 0, RecordFormat.SEGMENT_PAYLOAD_BYTES)
                .putLong(RecordFormat.SEGMENT_MAGIC)
                .putInt(RecordFormat.FORMAT_VERSION)
                .putInt(fileBytes);
        buffer.end();
        incarnation(state.incarnation());
        hardState(state.hardState());
        buffer.commit();
    }

    private void open(int number, Disk.File opened, int offset, int previousCrc) throws IOException {
        segment = number;
        file = opened;
        fileBytes = (int) file.size();
        buffer.moveTo(number, offset, previousCrc);
    }

    /**
     * Comes before the records of a batch: there is room for them in the segment, and a later recovery is told how much was durable
     * before it.
     *
     * @param bytes what the records take, at most
     */
    void startBatch(long bytes) throws IOException {
        if (buffer.offset() + MARK_BYTES + bytes + MARK_BYTES > fileBytes) {
            roll(bytes);
        }
        if (syncedTo > markedTo) {
            markedTo = syncedTo;
            begin(RecordType.SYNCED, 0, markedTo, 0, 0);
            buffer.end();
            buffer.commit();
        }
    }

    /** Ends the batch: its last record says so, and with that it's written, in one call if it fits into the buffer. */
    void commit() throws IOException {
        buffer.commit();
        flush();
    }

    void incarnation(long incarnation) throws IOException {
        begin(RecordType.INCARNATION, 0, incarnation, 0, 0);
        buffer.end();
    }

    void hardState(HardState hardState) throws IOException {
        byte[] candidate = hardState
                .votedFor()
                .map(node -> node.value().getBytes(StandardCharsets.UTF_8))
                .orElse(new byte[0]);
        begin(RecordType.HARD_STATE, 0, hardState.identity(), hardState.term(), candidate.length)
                .put(candidate);
        buffer.end();
    }

    void truncate(long from) throws IOException {
        begin(RecordType.TRUNCATE, 0, from, 0, 0);
        buffer.end();
    }

    /** Empties the log, which goes on behind the snapshot. */
    void reset(StoredSnapshot snapshot) throws IOException {
        begin(RecordType.RESET, 0, snapshot.index(), snapshot.term(), 0);
        buffer.end();
        state.reset(snapshot.index());
    }

    void entry(LogEntry entry) throws IOException {
        byte[] payload = entry.payload().array();
        int kind = entry.kind().code();
        begin(RecordType.ENTRY, kind, entry.index(), entry.term(), RecordFormat.STAMP_BYTES + payload.length)
                .putLong(entry.stampMillis())
                .put(payload);
        buffer.end();
    }

    private ByteBuffer begin(RecordType type, int kind, long index, long term, int payloadBytes) throws IOException {
        int size = RecordFormat.sizeOf(payloadBytes);
        if (buffer.offset() + size + MARK_BYTES > fileBytes) {
            throw new IllegalStateException("a record of " + size + " bytes at " + buffer.offset() + " of " + fileBytes
                    + ": no room was made for it");
        }
        if (!buffer.hasRoom(size)) {
            flush();
            buffer.growFor(size);
        }
        return buffer.begin(type, kind, index, term, payloadBytes);
    }

    /** Between two batches only. */
    private void roll(long batchBytes) throws IOException {
        int next = segment + 1;
        files.prepareFully(next, FileLogOptions.SEGMENT_OVERHEAD_BYTES + batchBytes);
        if (!buffer.hasRoom(MARK_BYTES)) {
            flush();
        }
        buffer.begin(RecordType.SEAL, 0, 0, 0, 0);
        buffer.end();
        commit();
        force();
        file.close();
        start(next, buffer.chain());
    }

    private void flush() throws IOException {
        if (!buffer.isEmpty()) {
            dirty = true;
            file.write(buffer.drainOffset(), buffer.drain());
            buffer.drained();
        }
    }

    /** Makes what was committed durable: one fsync, or none if there is nothing new. The buffer is empty. */
    void force() throws IOException {
        if (dirty) {
            file.force();
            dirty = false;
            syncedTo = RecordFormat.place(segment, buffer.offset());
        }
    }

    /** Prepares a bounded piece of the next segment. Called when there is time: behind a sync. */
    void prepareNext() throws IOException {
        files.prepare(segment + 1, buffer.offset());
    }

    void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

package io.sinkron.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Puts records together in memory, for one write: {@link #begin}, the payload into the buffer it returns, {@link #end}. Keeps the
 * chain and the place of the next record. Allocates nothing per record. Not thread-safe.
 */
final class RecordBuffer {
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer;
    private int segment;
    private int fileOffset;
    private int chain;
    private int start;

    RecordBuffer(int capacity) {
        buffer = ByteBuffer.allocate(capacity);
    }

    /** Goes on at a place of the log, behind the record with that checksum. The buffer must be empty. */
    void moveTo(int newSegment, int newFileOffset, int previousCrc) {
        segment = newSegment;
        fileOffset = newFileOffset;
        chain = previousCrc;
    }

    /** The offset in the segment where the next record goes. */
    int offset() {
        return fileOffset + buffer.position();
    }

    /** The checksum of the last record. */
    int chain() {
        return chain;
    }

    boolean isEmpty() {
        return buffer.position() == 0;
    }

    /** Whether a record of such a size fits behind those that wait. */
    boolean hasRoom(int recordBytes) {
        return buffer.remaining() >= recordBytes;
    }

    /** Makes an empty buffer large enough for one record of such a size. */
    void growFor(int recordBytes) {
        if (buffer.capacity() < recordBytes) {
            buffer = ByteBuffer.allocate(recordBytes);
        }
    }

    /** Starts a record; the caller puts exactly that many bytes into the buffer that it gets, then calls {@link #end}. */
    ByteBuffer begin(RecordType type, int kind, long index, long term, int payloadBytes) {
        start = buffer.position();
        buffer.putInt(0)
                .putInt(payloadBytes)
                .put((byte) type.code())
                .put((byte) kind)
                .putShort((short) 0)
                .putInt(RecordFormat.GROUP)
                .putLong(index)
                .putLong(term)
                .putInt(segment)
                .putInt(fileOffset + start);
        return buffer;
    }

    /** Pads, counts and signs the record that was begun. */
    void end() {
        while (buffer.position() % RecordFormat.ALIGNMENT != 0) {
            buffer.put((byte) 0);
        }
        int size = buffer.position() - start + RecordFormat.TRAILER_BYTES;
        if (size > RecordFormat.SECTOR_BYTES) {
            int zeros = RecordFormat.zeroSectorsInside(
                    buffer, start, size - RecordFormat.TRAILER_BYTES, fileOffset + start);
            buffer.putShort(start + RecordFormat.ZERO_SECTORS_AT, (short) zeros);
        }
        byte[] bytes = buffer.array();
        crc.reset();
        crc.update(bytes, start + Integer.BYTES, RecordFormat.HEADER_BYTES - Integer.BYTES);
        buffer.putInt(start, (int) crc.getValue());
        buffer.putInt(chain);
        crc.reset();
        crc.update(bytes, start, size - Integer.BYTES);
        chain = (int) crc.getValue();
        buffer.putInt(chain);
    }

    /** The waiting records, to be written at {@link #drainOffset}; {@link #drained} follows. */
    ByteBuffer drain() {
        return buffer.flip();
    }

    /** Where in the segment the waiting records go. */
    int drainOffset() {
        return fileOffset;
    }

    /** The records have been written. */
    void drained() {
        fileOffset += buffer.limit();
        buffer.clear();
    }
}

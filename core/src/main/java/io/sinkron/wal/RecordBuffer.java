package io.sinkron.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Puts records together in memory, for one write: {@link #begin}, the payload into the buffer it returns, {@link #end}; {@link #commit} behind
 * the last one of a batch. A record is signed only when it's known whether it is the last one. Keeps the chain and the place of the next
 * record. Allocates nothing per record. Not thread-safe.
 */
final class RecordBuffer {
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer;
    private int segment;
    private int fileOffset;
    private int chain;
    private int start;
    private boolean isUnsigned;

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

    /** The checksum of the last record, whose batch is committed. */
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
        sign(0);
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

    /** Pads the record that was begun, and counts its sectors. */
    void end() {
        int payloadEnd = buffer.position();
        int size = RecordFormat.sizeOf(payloadEnd - start - RecordFormat.HEADER_BYTES);
        // The trailer's eight bytes follow the padding, so there is room for a whole word of zeros.
        buffer.putLong(payloadEnd, 0).position(start + size);
        if (size > RecordFormat.SECTOR_BYTES) {
            int zeros = RecordFormat.zeroSectorsInside(
                    buffer, start, size - RecordFormat.TRAILER_BYTES, fileOffset + start);
            buffer.putShort(start + RecordFormat.ZERO_SECTORS_AT, (short) zeros);
        }
        isUnsigned = true;
    }

    /** The batch ends with the record that was ended last; nothing if there is none since the last commit. */
    void commit() {
        sign(RecordFormat.COMMIT_FLAG);
    }

    private void sign(int flag) {
        if (!isUnsigned) {
            return;
        }
        isUnsigned = false;
        byte[] bytes = buffer.array();
        bytes[start + RecordFormat.TYPE_AT] |= (byte) flag;
        crc.reset();
        crc.update(bytes, start + Integer.BYTES, RecordFormat.HEADER_BYTES - Integer.BYTES);
        buffer.putInt(start, (int) crc.getValue());
        int trailer = buffer.position() - RecordFormat.TRAILER_BYTES;
        buffer.putInt(trailer, chain);
        crc.reset();
        crc.update(bytes, start, trailer + Integer.BYTES - start);
        chain = (int) crc.getValue();
        buffer.putInt(trailer + Integer.BYTES, chain);
    }

    /**
     * The waiting records, to be written at {@link #drainOffset}; {@link #drained} follows. If the last one isn't committed, more of its
     * batch follows.
     */
    ByteBuffer drain() {
        sign(0);
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

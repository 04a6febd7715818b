package io.sinkron.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Reads what is at one place of a segment, and tells a torn write from damage by its shape ({@link RecordFormat}). Not thread-safe. */
final class RecordReader {
    private final CRC32C crc = new CRC32C();

    /** What is at an offset, which is a multiple of {@link RecordFormat#ALIGNMENT}. */
    Slot read(SegmentView view, int offset) throws IOException {
        if (offset + RecordFormat.sizeOf(0) > view.size()) {
            return new Slot.Broken("no room for a record, and no seal before it, in " + view.size() + " bytes");
        }
        ByteBuffer window = view.window(offset, RecordFormat.HEADER_BYTES);
        int at = view.indexOf(offset);
        if (RecordFormat.isZero(window, at, RecordFormat.HEADER_BYTES)) {
            return new Slot.Unwritten();
        }
        if (!isHeaderRight(window, at)) {
            boolean torn = RecordFormat.zeroShares(window, at, RecordFormat.HEADER_BYTES, offset) > 0;
            return torn ? new Slot.Torn() : new Slot.Broken("wrong checksum of a record header");
        }
        int length = window.getInt(at + RecordFormat.LENGTH_AT);
        String wrong = wrongField(window, at, view, offset, length);
        return wrong != null ? new Slot.Broken(wrong) : readWhole(view, offset, length);
    }

    private Slot readWhole(SegmentView view, int offset, int length) throws IOException {
        int size = RecordFormat.sizeOf(length);
        ByteBuffer window = view.window(offset, size);
        int at = view.indexOf(offset);
        int recorded = window.getInt(at + size - Integer.BYTES);
        crc.reset();
        crc.update(window.array(), at, size - Integer.BYTES);
        if (recorded != (int) crc.getValue()) {
            int zerosWritten = Short.toUnsignedInt(window.getShort(at + RecordFormat.ZERO_SECTORS_AT));
            boolean torn = RecordFormat.zeroShares(window, at, size, offset) > zerosWritten;
            return torn ? new Slot.Torn() : new Slot.Broken("wrong checksum of a record of " + size + " bytes");
        }
        return new Slot.Valid(
                type(window, at),
                (window.get(at + RecordFormat.TYPE_AT) & RecordFormat.COMMIT_FLAG) != 0,
                window.get(at + RecordFormat.KIND_AT),
                window.getLong(at + RecordFormat.INDEX_AT),
                window.getLong(at + RecordFormat.TERM_AT),
                window.slice(at + RecordFormat.HEADER_BYTES, length).asReadOnlyBuffer(),
                window.getInt(at + size - RecordFormat.TRAILER_BYTES),
                recorded,
                size);
    }

    /** What a header with a right checksum says that it must not, or null. */
    private static String wrongField(ByteBuffer window, int at, SegmentView view, int offset, int length) {
        long place = window.getLong(at + RecordFormat.PLACE_AT);
        if (place != RecordFormat.place(view.number(), offset)) {
            return "record of segment " + (place >>> 32) + " offset " + (int) place + " (a misdirected write)";
        }
        if (type(window, at) == null) {
            return "unknown record type " + (window.get(at + RecordFormat.TYPE_AT) & 0xff);
        }
        if (window.getInt(at + RecordFormat.GROUP_AT) != RecordFormat.GROUP) {
            return "unknown group " + window.getInt(at + RecordFormat.GROUP_AT);
        }
        if (length < 0 || length > RecordFormat.MAX_PAYLOAD_BYTES) {
            return "record payload of " + length + " bytes, the limit is " + RecordFormat.MAX_PAYLOAD_BYTES;
        }
        if (offset + RecordFormat.sizeOf(length) > view.size()) {
            return "record of " + length + " bytes reaches beyond the segment's " + view.size();
        }
        return null;
    }

    private static RecordType type(ByteBuffer window, int at) {
        return RecordType.ofCode(window.get(at + RecordFormat.TYPE_AT) & 0xff & ~RecordFormat.COMMIT_FLAG);
    }

    private boolean isHeaderRight(ByteBuffer window, int at) {
        crc.reset();
        crc.update(window.array(), at + Integer.BYTES, RecordFormat.HEADER_BYTES - Integer.BYTES);
        return window.getInt(at) == (int) crc.getValue();
    }
}

package io.sinkron.wal;

import java.nio.ByteBuffer;

/**
 * The bytes of a record, big-endian, at offsets that are multiples of 8:
 *
 * <pre>
 *   0  int   CRC32C of the 36 header bytes that follow: a length is trusted only behind it
 *   4  int   payload length
 *   8  byte  type, and the commit flag: the last record of a batch, without which none of the batch counts
 *   9  byte  entry kind   10  short  sectors inside the record that are zeros as written
 *  12  int   group id, 0
 *  16  long  index        24  long  term
 *  32  int   segment      36  int   offset in it: the record's own place, so that a misdirected write is seen
 *  40  payload, padded with zeros to a multiple of 8
 *   +  int   chain: the CRC of the record before, so that a lost or stale write in between is seen
 *   +  int   CRC32C of everything above, header included
 * </pre>
 *
 * <p>Why the order: a disk writes whole sectors, so a torn record has at least one sector's share that still reads as zeros, which
 * preallocation put there. First and last word hold checksums, so a written share at either end is never zeros; shares inside a long
 * payload may be, and are counted in the header. Hence the rule of {@link RecordReader}: more zero shares than that is a tear, and
 * a wrong checksum without them is damage.
 */
final class RecordFormat {
    static final int HEADER_BYTES = 40;
    static final int TRAILER_BYTES = 8;
    static final int ALIGNMENT = 8;

    /** The unit in which a disk tears a write; real ones use this or a multiple. */
    static final int SECTOR_BYTES = 512;

    /** The one Raft group of a node. More may share a log later. */
    static final int GROUP = 0;

    static final int LENGTH_AT = 4;
    static final int TYPE_AT = 8;

    /** In the byte of the type: the batch ends with this record. Covered by the header's checksum, as the type is. */
    static final int COMMIT_FLAG = 0x80;

    static final int KIND_AT = 9;
    static final int ZERO_SECTORS_AT = 10;
    static final int GROUP_AT = 12;
    static final int INDEX_AT = 16;
    static final int TERM_AT = 24;
    static final int PLACE_AT = 32;

    /** The payload of a {@link RecordType#SEGMENT} record: magic, version, segment size. */
    static final int SEGMENT_PAYLOAD_BYTES = 16;

    static final long SEGMENT_MAGIC = 0x53_49_4e_4b_57_41_4c_31L; // "SINKWAL1"
    static final int FORMAT_VERSION = 2;

    /** What an entry's payload starts with: the stamp. */
    static final int STAMP_BYTES = 8;

    /** The longest payload of a record, whatever the options say: what recovery is ready to allocate. */
    static final int MAX_PAYLOAD_BYTES = (16 << 20) + STAMP_BYTES;

    /** The largest segment: offsets are ints, and recovery maps nothing. */
    static final int MAX_SEGMENT_BYTES = 1 << 30;

    private RecordFormat() {}

    /** The bytes that a record with such a payload takes. */
    static int sizeOf(int payloadBytes) {
        return HEADER_BYTES + (payloadBytes + ALIGNMENT - 1 & -ALIGNMENT) + TRAILER_BYTES;
    }

    /** A place in the log as one number, ordered as the log is. */
    static long place(int segment, int offset) {
        return (long) segment << 32 | offset;
    }

    /** How many whole sectors strictly inside the record at a file offset are zeros. */
    static int zeroSectorsInside(ByteBuffer bytes, int at, int size, int fileOffset) {
        int zeros = 0;
        int sector = (fileOffset / SECTOR_BYTES + 1) * SECTOR_BYTES;
        for (; sector + SECTOR_BYTES < fileOffset + size; sector += SECTOR_BYTES) {
            if (isZero(bytes, at + sector - fileOffset, SECTOR_BYTES)) {
                zeros++;
            }
        }
        return zeros;
    }

    /** How many of the sectors that a run of bytes lies in have nothing but zeros in its share of them. */
    static int zeroShares(ByteBuffer bytes, int at, int size, int fileOffset) {
        int zeros = 0;
        for (int done = 0; done < size; ) {
            int share = Math.min(size - done, SECTOR_BYTES - (fileOffset + done) % SECTOR_BYTES);
            if (isZero(bytes, at + done, share)) {
                zeros++;
            }
            done += share;
        }
        return zeros;
    }

    /** Whether a run of bytes is all zeros. */
    static boolean isZero(ByteBuffer bytes, int at, int size) {
        int end = at + size;
        int i = at;
        for (; i + 8 <= end; i += 8) {
            if (bytes.getLong(i) != 0) {
                return false;
            }
        }
        for (; i < end; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}

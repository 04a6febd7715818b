package io.sinkron.wal;

import java.nio.ByteBuffer;

/** What is found at a place of a segment where a record should be. */
sealed interface Slot {
    /**
     * A record with right checksums, at its own place.
     *
     * @param commits whether it ends its batch
     * @param payload read-only, good until the next read of the same view
     * @param crc its checksum, which the next record repeats as its chain
     */
    record Valid(
            RecordType type,
            boolean commits,
            int kind,
            long index,
            long term,
            ByteBuffer payload,
            int chain,
            int crc,
            int size)
            implements Slot {}

    /** Zeros where its header would be: nothing was written, or nothing of it arrived. */
    record Unwritten() implements Slot {}

    /** Some of its sectors still read as zeros: a write that a crash cut short. */
    record Torn() implements Slot {}

    /** All of its sectors were written, and yet it isn't a right record. */
    record Broken(String reason) implements Slot {}
}

package io.sinkron.wal;

import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.List;
import java.util.Optional;

/**
 * What reading the directory came to; nothing was changed yet.
 *
 * @param state what the records add up to
 * @param entries the entries, without a gap
 * @param snapshot the snapshot to start from
 * @param isResetDue whether the log doesn't reach the snapshot, or disagrees with it, and must be emptied
 * @param end where the log ends and writing goes on
 * @param provenTo the place up to which the log itself says it was durable
 * @param leftovers files that no longer matter
 * @param passedOver the damage of the newest snapshot, if an older one and the log make up for it
 */
record RecoveredLog(
        LogState state,
        List<LogEntry> entries,
        Optional<StoredSnapshot> snapshot,
        boolean isResetDue,
        End end,
        long provenTo,
        List<String> leftovers,
        Optional<DamagedLogException> passedOver) {

    /**
     * The end of the log.
     *
     * @param segment the segment that is written next
     * @param exists whether its file is there
     * @param offset where in it; 0 if not even its head is there
     * @param chain the checksum of the last record before
     * @param contentEnd behind the last byte in it that isn't zero; more than the offset if a torn tail must be cut off
     * @param spare whether the next segment's file is there too, all zeros
     */
    record End(int segment, boolean exists, int offset, int chain, int contentEnd, boolean spare) {
        boolean isTorn() {
            return contentEnd > offset;
        }
    }
}

package io.sinkron.spi;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is written to the log in one go, in this order: the hard state, the truncation, the entries. After a crash all of it is there or
 * nothing.
 *
 * @param hardState the new hard state, if it changed
 * @param truncateFrom the first index to remove, or 0 for none; a durable record of its own, so that removed entries never rise again
 * @param entries the entries to append; the first one's index is the last remaining index plus one
 */
public record LogBatch(Optional<HardState> hardState, long truncateFrom, List<LogEntry> entries) {
    /** Takes an immutable copy of the entries. */
    public LogBatch {
        Objects.requireNonNull(hardState, "hardState");
        entries = List.copyOf(entries);
    }

    /** Whether there is nothing to write. */
    public boolean isEmpty() {
        return hardState.isEmpty() && truncateFrom == 0 && entries.isEmpty();
    }
}

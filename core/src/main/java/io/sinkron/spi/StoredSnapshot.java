package io.sinkron.spi;

import io.sinkron.common.Bytes;
import java.util.Objects;

/**
 * A snapshot of the replicated state.
 *
 * @param index the last log index whose effect it holds
 * @param term the term of the entry there
 * @param stampMillis the stamp of the entry there
 * @param config the membership of the group at that index, as encoded by {@code wire}
 * @param state the replicated tables, as encoded by {@code wire}
 */
public record StoredSnapshot(long index, long term, long stampMillis, Bytes config, Bytes state) {
    /** Rejects missing parts. */
    public StoredSnapshot {
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(state, "state");
        if (index < 1 || term < 1) {
            throw new IllegalArgumentException("snapshot index " + index + " and term " + term + " start at 1");
        }
    }
}

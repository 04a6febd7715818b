/**
 * Floor 2: the durable log. {@link io.sinkron.wal.FileLogStore} is a segmented write-ahead log over an {@link io.sinkron.spi.Disk};
 * {@link io.sinkron.wal.FileDisk} is the real directory, {@link io.sinkron.wal.VolatileLogStore} the log for those who want none.
 *
 * <p>Not pure (files, one logger), but without threads or clocks: the same code runs over the simulator's disk. Knows {@code common} and
 * {@code spi} alone. From the ground up: {@code RecordFormat} and {@code RecordBuffer} are the bytes, {@code SegmentFiles} the files,
 * {@code SegmentWriter} the writing end, {@code LogRecovery} the reading end with its decision table ({@code docs/wal.md}). Beside the store,
 * for a node that is stopped: {@link io.sinkron.wal.LogInspector} reports, {@link io.sinkron.wal.LogRepair} repairs when told to.
 *
 * <p>Invariants: what {@code sync} returned for is recovered exactly or recovery stops and names the damage; what it did not return for is
 * recovered as a prefix; nothing that was truncated comes back; reading damage changes no file; after the first error nothing is written.
 */
package io.sinkron.wal;

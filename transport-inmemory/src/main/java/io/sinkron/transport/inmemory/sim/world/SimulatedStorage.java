package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.raft.RaftEffects;
import io.sinkron.spi.LogStore;
import io.sinkron.transport.inmemory.SimulatedDisk;
import io.sinkron.transport.inmemory.SimulatedDisk.ForceFailure;
import io.sinkron.wal.FileLogOptions;
import io.sinkron.wal.FileLogStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A node's storage thread and disk: the production {@link FileLogStore} over a {@link SimulatedDisk}. Writes wait while one group is under way;
 * then all that wait are appended, and at a later event forced together, as group commit does. A group ends behind a write with a
 * snapshot. Between any two of these events, and with {@link DiskQuality#powerLossProbability} between two operations of one, the node may
 * crash. Not thread-safe.
 */
final class SimulatedStorage {
    /** What the storage thread tells its node. */
    interface Listener {
        /** This write and all before it are durable. */
        void durable(long sequence);

        /** The log store has failed: the node must stop. */
        void failed(IOException reason, boolean powerLost);
    }

    private final Scheduler scheduler;
    private final SeededRandom random;
    private final FileLogOptions options;
    private final String directory;
    private final Listener listener;
    private final Deque<RaftEffects.Write> waiting = new ArrayDeque<>();
    private DiskQuality quality = DiskQuality.PERFECT;
    private SimulatedDisk disk;
    private Optional<SimulatedDisk> beforeDamage = Optional.empty();
    private FileLogStore store;
    private long highestIncarnation;
    private long stalledUntilNanos;
    private boolean busy;
    private boolean powerMayFail;
    private int starts;

    SimulatedStorage(
            Scheduler scheduler, SeededRandom random, FileLogOptions options, String directory, Listener listener) {
        this.scheduler = scheduler;
        this.random = random;
        this.options = options;
        this.directory = directory;
        this.disk = new SimulatedDisk(directory);
        this.listener = listener;
    }

    void quality(DiskQuality newQuality) {
        quality = newQuality;
    }

    /** Does nothing for a while, then all that it was asked for. */
    void stall(long nanos) {
        stalledUntilNanos = Math.max(stalledUntilNanos, scheduler.nowNanos() + nanos);
    }

    /** The disk begins to work again. */
    void goOn() {
        stalledUntilNanos = 0;
    }

    /** Changes durable bytes while the node is down and its machine too. */
    DiskDamage.Outcome damage(SeededRandom source) {
        SimulatedDisk before = disk.copy();
        DiskDamage.Outcome outcome =
                highestIncarnation == 0 ? DiskDamage.Outcome.NOTHING : DiskDamage.apply(disk, options, source);
        if (outcome == DiskDamage.Outcome.NAMED) {
            beforeDamage = Optional.of(before);
        }
        return outcome;
    }

    /** Whether the log must refuse to open. */
    boolean isDamaged() {
        return beforeDamage.isPresent();
    }

    /** Takes the damage back: what was unreadable can be read again. */
    void repair() {
        disk = beforeDamage.orElseThrow();
        beforeDamage = Optional.empty();
    }

    /** Replaces the disk by an empty one, while the node is down. */
    void wipe() {
        disk = new SimulatedDisk(directory);
        beforeDamage = Optional.empty();
    }

    /**
     * Opens the log.
     *
     * @throws IOException if power was lost meanwhile, or the log cannot be opened
     */
    LogStore.Recovered start() throws IOException {
        waiting.clear();
        busy = false;
        starts++;
        store = new FileLogStore(disk, options, highestIncarnation + 1_000);
        powerMayFail = random.chance(quality.powerLossProbability());
        if (powerMayFail) {
            disk.losePowerAfter(random.nextInt(24));
        }
        LogStore.Recovered recovered = store.recover();
        highestIncarnation = recovered.incarnation();
        disk.losePowerAfter(Long.MAX_VALUE);
        powerMayFail = false;
        return recovered;
    }

    /** Whether the last failure was a simulated loss of power, not a fault of the log store. */
    boolean isPowerLost() {
        return powerMayFail;
    }

    /** The process is gone; the machine goes down with it or lives on. */
    void crash(boolean withMachine) {
        starts++;
        waiting.clear();
        if (withMachine) {
            disk.crash(random);
        } else {
            disk.killProcess();
        }
    }

    void submit(RaftEffects.Write write) {
        waiting.add(write);
        if (!busy) {
            busy = true;
            after(writeDelay(), this::append);
        }
    }

    private void append() {
        List<RaftEffects.Write> group = new ArrayList<>();
        while (!waiting.isEmpty()
                && (group.isEmpty() || group.get(group.size() - 1).snapshot().isEmpty())) {
            group.add(waiting.poll());
        }
        armFaults();
        try {
            for (RaftEffects.Write write : group) {
                store.append(write.batch());
            }
            after(forceDelay(), () -> force(group.get(group.size() - 1)));
        } catch (IOException e) {
            listener.failed(e, powerMayFail);
        }
    }

    private void force(RaftEffects.Write last) {
        if (random.chance(quality.forceErrorProbability())) {
            disk.failNextForce(random.nextBoolean() ? ForceFailure.DROPPED : ForceFailure.READABLE_BUT_CLEAN);
        }
        try {
            store.sync();
            if (last.snapshot().isPresent()) {
                after(forceDelay(), () -> saveSnapshot(last));
            } else {
                done(last);
            }
        } catch (IOException e) {
            listener.failed(e, powerMayFail);
        }
    }

    private void saveSnapshot(RaftEffects.Write write) {
        RaftEffects.SnapshotWrite snapshot = write.snapshot().orElseThrow();
        try {
            store.saveSnapshot(snapshot.snapshot(), snapshot.freeUpTo());
            done(write);
        } catch (IOException e) {
            listener.failed(e, powerMayFail);
        }
    }

    private void done(RaftEffects.Write last) {
        disk.losePowerAfter(Long.MAX_VALUE);
        powerMayFail = false;
        busy = !waiting.isEmpty();
        if (busy) {
            after(writeDelay(), this::append);
        }
        listener.durable(last.sequence());
    }

    private void armFaults() {
        powerMayFail = random.chance(quality.powerLossProbability());
        if (powerMayFail) {
            disk.losePowerAfter(random.nextInt(12));
        }
        if (random.chance(quality.writeErrorProbability())) {
            disk.failNextWrite();
        }
    }

    private long writeDelay() {
        return stalled() + random.exponentialNanos(quality.meanWriteNanos());
    }

    private long stalled() {
        return Math.max(0, stalledUntilNanos - scheduler.nowNanos());
    }

    private long forceDelay() {
        long delay = stalled() + random.exponentialNanos(quality.meanForceNanos());
        return random.chance(quality.slowProbability()) ? delay + random.nextLong(quality.slowMaxNanos() + 1) : delay;
    }

    /** Runs unless the process is another one by then. */
    private void after(long delayNanos, Runnable action) {
        int start = starts;
        scheduler.after(delayNanos, () -> {
            if (start == starts) {
                action.run();
            }
        });
    }
}

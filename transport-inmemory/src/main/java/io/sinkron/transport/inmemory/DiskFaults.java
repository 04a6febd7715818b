package io.sinkron.transport.inmemory;

import java.io.IOException;
import java.util.Optional;

/**
 * The faults that wait for the next operations of a {@link SimulatedDisk}. Each but the loss of power and the limit of space strikes once.
 * Not thread-safe.
 */
final class DiskFaults {
    private static final long NEVER = Long.MAX_VALUE;

    private long powerFor = NEVER;
    private long wellFor = NEVER;
    private long spaceBytes = NEVER;
    private boolean failsWrite;
    private boolean failsRead;
    private boolean failsNameChange;
    private Optional<ForceFate> forceFailure = Optional.empty();
    private SimulatedFile.Landing landing = SimulatedFile.Landing.RIGHT;

    /** What becomes of unforced content when a force fails. */
    enum ForceFate {
        DROPPED,
        READABLE
    }

    /** What the operation that has just been counted must do. */
    enum Verdict {
        WELL,
        FAIL
    }

    void losePowerAfter(long operations) {
        powerFor = operations;
    }

    void failAfter(long operations) {
        wellFor = operations;
    }

    void limitSpace(long bytes) {
        spaceBytes = bytes;
    }

    void failNextWrite() {
        failsWrite = true;
    }

    void failNextRead() {
        failsRead = true;
    }

    void failNextNameChange() {
        failsNameChange = true;
    }

    void failNextForce(ForceFate fate) {
        forceFailure = Optional.of(fate);
    }

    void nextWriteLands(SimulatedFile.Landing newLanding) {
        landing = newLanding;
    }

    /** All but the limit of space. */
    void switchOff() {
        powerFor = NEVER;
        wellFor = NEVER;
        failsWrite = false;
        failsRead = false;
        failsNameChange = false;
        forceFailure = Optional.empty();
        landing = SimulatedFile.Landing.RIGHT;
    }

    boolean isPowerOff() {
        return powerFor <= 0;
    }

    /** Counts an operation that changes something. */
    Verdict step() {
        powerFor -= powerFor == NEVER ? 0 : 1;
        if (wellFor == NEVER) {
            return Verdict.WELL;
        }
        boolean isDue = wellFor == 0;
        wellFor = isDue ? NEVER : wellFor - 1;
        return isDue ? Verdict.FAIL : Verdict.WELL;
    }

    boolean takeWriteFailure() {
        boolean due = failsWrite;
        failsWrite = false;
        return due;
    }

    void requireRead(String path) throws IOException {
        if (failsRead) {
            failsRead = false;
            throw new IOException("simulated input/output error on read of " + path);
        }
    }

    /** Fails a name change, if that is due. */
    void requireNameChange(Verdict verdict, String path) throws IOException {
        if (failsNameChange || verdict == Verdict.FAIL) {
            failsNameChange = false;
            throw new IOException("simulated input/output error on the name " + path);
        }
    }

    /** How the force that is being done fails, if it does. */
    Optional<ForceFate> takeForceFailure(Verdict verdict) {
        Optional<ForceFate> due = forceFailure;
        forceFailure = Optional.empty();
        return due.isEmpty() && verdict == Verdict.FAIL ? Optional.of(ForceFate.DROPPED) : due;
    }

    SimulatedFile.Landing takeLanding() {
        SimulatedFile.Landing taken = landing;
        landing = SimulatedFile.Landing.RIGHT;
        return taken;
    }

    /** How many more bytes than now all files may take together. */
    long roomBytes(long usedBytes) {
        return spaceBytes == NEVER ? NEVER : Math.max(0, spaceBytes - usedBytes);
    }
}

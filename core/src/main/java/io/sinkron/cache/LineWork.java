package io.sinkron.cache;

import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryValue;

/** What is outstanding for a line; a settled clean line has none. Machine only. */
final class LineWork {
    /** Calls not performed yet. */
    final PendingCall.Queue waiting = new PendingCall.Queue();
    /** Calls performed, that are answered when the value is backed up or in main memory; in order of their versions. */
    final PendingCall.Queue uncovered = new PendingCall.Queue();
    /** Calls performed, that are answered when the value is in main memory; in order of their versions. */
    final PendingCall.Queue unsaved = new PendingCall.Queue();
    /** Calls that wait until the line isn't as they know it ({@link CacheRequest.Await}). */
    final PendingCall.Queue awaiting = new PendingCall.Queue();
    /** The number of the outstanding request to the home, 0 for none. */
    long request;
    /** The value that a write-back in flight carries, null for none. */
    MemoryValue writingBack;
    /** The value that a backup in flight carries, null for none. */
    MemoryValue backingUp;
    /** Who holds the newest acknowledged backup, or is to hold the one in flight; null for none. */
    NodeId holder;
    /** Which start of the holder. */
    long holderIncarnation;
    /** The version that the holder has acknowledged, 0 for none. */
    long backedUp;
    /** Whether the holder was lost, so that the value must go to main memory. */
    boolean hasLostHolder;
    /** The epoch in which the value is offered to main memory past the home ({@link MemoryUse.Rescue}); 0 if it isn't. */
    long rescueEpoch;
    /** What the listeners haven't been told; null for nothing. */
    Untold untold;
    /** Whether the line counts as being evicted. */
    boolean isEvicting;
    /** Sends again what is outstanding; null while nothing is. */
    Timers.Timer retry;
    /** Writes the line back when it has been dirty for long; null unless it is M with no write-back in flight. */
    Timers.Timer cleaning;

    /** Whether nothing is outstanding. */
    boolean isIdle() {
        return waiting.isEmpty()
                && uncovered.isEmpty()
                && unsaved.isEmpty()
                && awaiting.isEmpty()
                && request == 0
                && writingBack == null
                && backingUp == null
                && holder == null
                && rescueEpoch == 0
                && !isEvicting;
    }
}

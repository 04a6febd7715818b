package io.sinkron.queue;

import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** What the owner of a queue keeps in memory about it; everything that must not be lost is in the store. */
final class OwnedQueue extends Timers.Timed {
    private static final int MAX_CONSUMERS = 1_024;

    /** What a step of a call to the store is for. */
    enum Purpose {
        CLAIM,
        SWEEP,
        FORGET_MOVES,
        REQUEST,
        WAKE,
        TAKE_MOVES
    }

    /**
     * One operation of a call to the store.
     *
     * @param work whose request it is; null for the owner's own operations
     */
    record Step(Purpose purpose, QueueOp operation, Work work) {}

    final String name;

    /** The epoch in which this node claimed it; 0 while it hasn't. */
    long claim;

    /** Whether another node has become the owner; what is under way ends, nothing begins. */
    boolean isReleased;

    /** The call to the store that is under way; null for none. */
    List<Step> outstanding;

    final LinkedHashSet<Work> pending = new LinkedHashSet<>();
    final LinkedHashSet<Work> parked = new LinkedHashSet<>();

    /** For how many waiting consumers there may be a message; a guess that the store's answer corrects. */
    int wakeHint;

    boolean isSweepDue;

    /** Whether {@link #sweepAt} is set. */
    boolean hasSweepAt;

    long sweepAt;

    boolean hasMoves;

    /** The moves that are under way to their target; null for none. */
    MoveTransfer transfer;

    /** Moves that have arrived and are still to be forgotten here. */
    List<String> arrived = List.of();

    /** Finished requests whose answers wait for the moves. */
    final List<Work> holding = new ArrayList<>();

    /** Until when nothing is asked of the store, or no move is begun, after a failure. */
    boolean isBackingOff;

    boolean isMoveBackingOff;
    long backoffUntil;
    long moveBackoffUntil;

    /** How often in a row the store failed. */
    int failures;

    /** How often in a row the store knew another claim. */
    int stale;

    /**
     * Consumers that may hold deliveries, so that their end returns them at once. At most {@link #MAX_CONSUMERS}, oldest first; while not all are
     * known, any consumer may be one.
     */
    private final LinkedHashSet<String> consumers = new LinkedHashSet<>();

    /** False after an earlier owner's deliveries, until the store has said that none is open. */
    private boolean knowsAllConsumers;

    OwnedQueue(long serial, String name) {
        super(serial);
        this.name = name;
    }

    /** A consumer that has a name has got deliveries. */
    void delivered(String consumer) {
        if (!consumer.isEmpty() && consumers.add(consumer) && consumers.size() > MAX_CONSUMERS) {
            consumers.remove(consumers.iterator().next());
            knowsAllConsumers = false;
        }
    }

    /** No delivery is open. */
    void nothingDelivered() {
        consumers.clear();
        knowsAllConsumers = true;
    }

    /** Whether a consumer that is over may have deliveries open; it is forgotten. */
    boolean ended(String consumer) {
        return consumers.remove(consumer) || !knowsAllConsumers && claim != 0;
    }

    /** Whether it could be forgotten without loss of anything but its claim. */
    boolean isIdle() {
        return outstanding == null
                && pending.isEmpty()
                && parked.isEmpty()
                && holding.isEmpty()
                && transfer == null
                && arrived.isEmpty()
                && !hasMoves
                && !isSweepDue
                && !hasSweepAt;
    }
}

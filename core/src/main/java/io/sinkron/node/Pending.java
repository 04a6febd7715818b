package io.sinkron.node;

import io.sinkron.common.Bytes;
import io.sinkron.common.CommandId;

/** A command of this node that has not been answered yet. Mutable; lives inside {@link Proposer}. */
final class Pending {
    final CommandId id;
    final Purpose purpose;
    final boolean isRead;
    Bytes encoded;
    long deadlineNanos;
    long sentNanos;
    boolean isSent;
    boolean isWaiting;
    boolean isDone;
    boolean isCancelling;

    Pending(CommandId id, Purpose purpose, boolean isRead, Bytes encoded, long deadlineNanos) {
        this.id = id;
        this.purpose = purpose;
        this.isRead = isRead;
        this.encoded = encoded;
        this.deadlineNanos = deadlineNanos;
    }

    /** What a command is for, and so where its answer goes. */
    sealed interface Purpose {
        /** A client's call; a wait in it ends {@code waitNanos} after it began. */
        record ClientCall(long call, long waitNanos) implements Purpose {}

        /** An operation of the queue broker. */
        record QueueOperation(long operation) implements Purpose {}

        /** Operations of the cache. */
        record MemoryOperations(long batch) implements Purpose {}

        /** The list of queues, for a client's call. */
        record QueueList(long call) implements Purpose {}

        /** Whether the session that a dequeue names is alive, where this node's copy doesn't know it. */
        record SessionCheck(long call) implements Purpose {}

        /** A leader's own duty, or the end of a wait: nobody waits for the answer. */
        record Housekeeping(boolean leaderOnly) implements Purpose {}
    }
}

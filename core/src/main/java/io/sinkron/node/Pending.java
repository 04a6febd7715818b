package io.sinkron.node;

import io.sinkron.common.Bytes;
import io.sinkron.common.CommandId;

/** A command of this node that has not been answered yet. Mutable; lives inside {@link Proposer}. */
final class Pending {
    final CommandId id;
    final Purpose purpose;
    Bytes encoded;
    long deadlineNanos;
    long sentNanos;
    boolean isSent;
    boolean isWaiting;
    boolean isDone;
    boolean isCancelling;

    Pending(CommandId id, Purpose purpose, Bytes encoded, long deadlineNanos) {
        this.id = id;
        this.purpose = purpose;
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

        /** A leader's own duty, or the end of a wait: nobody waits for the answer. */
        record Housekeeping(boolean leaderOnly) implements Purpose {}
    }
}

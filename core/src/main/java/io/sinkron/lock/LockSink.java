package io.sinkron.lock;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;

/**
 * Where a {@link LockTable} puts what a command causes. Called from within {@link LockTable#apply} and {@link LockTable#endWaitsOf}, in an
 * order that is the same on every replica; it must not call the table back.
 */
public interface LockSink {
    /**
     * A command has its answer. Each command gets exactly one: at once, or, where an acquire waits, when its wait ends.
     *
     * @param id the command; it may be an earlier one than the one being applied
     * @param answer a {@link LockAnswer} or a refusal
     */
    void answer(CommandId id, Answer answer);

    /**
     * Something happened to a lock that people may want to see; nothing depends on it.
     *
     * @param what one of {@code granted}, {@code released}, {@code waiting}, {@code deadlock}, {@code expired}
     */
    void changed(String lock, LockOwner owner, String what);
}

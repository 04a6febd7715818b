package io.sinkron.common;

import java.util.Objects;

/**
 * What a log entry of the replicated state carries.
 *
 * @param id names the command; a repetition of an id has no second effect
 * @param answeredBelow every call of this incarnation with a lower sequence has been answered, so that its remembered answer
 *     may be forgotten
 * @param body what to do
 */
public record Command(CommandId id, long answeredBelow, CommandBody body) {
    /** Rejects missing parts. */
    public Command {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(body, "body");
    }
}

package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.Message;
import java.util.List;

/**
 * Commands that a node hands to the leader, for it to stamp and propose. Best effort: what isn't applied in time is sent again, by its
 * origin, to whoever leads then; the command ids make a repetition harmless.
 *
 * @param commands as encoded by {@code wire}
 */
public record Proposals(List<Bytes> commands) implements Message {
    /** Takes an immutable copy. */
    public Proposals {
        commands = List.copyOf(commands);
    }
}

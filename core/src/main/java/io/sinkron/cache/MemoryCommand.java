package io.sinkron.cache;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandBody;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import java.util.List;

/**
 * Operations on the replicated main memory, in one command; see {@link io.sinkron.spi.MemoryStore#execute}. Immutable.
 *
 * @param operations in order
 */
public record MemoryCommand(List<MemoryOp> operations) implements CommandBody {
    /** Takes an immutable copy. */
    public MemoryCommand {
        operations = List.copyOf(operations);
    }

    /** One answer for each operation. */
    public record Executed(List<MemoryAnswer> answers) implements Answer {
        /** Takes an immutable copy. */
        public Executed {
            answers = List.copyOf(answers);
        }
    }
}

package io.sinkron.queue;

import io.sinkron.common.CommandBody;
import io.sinkron.spi.QueueOp;
import java.util.List;

/** What the replicated queue store is asked to do. Immutable. */
public sealed interface QueueCommand extends CommandBody {
    /** Operations on one queue, in order, in one command; see {@link io.sinkron.spi.QueueStore#execute}. */
    record Execute(String queue, long epoch, List<QueueOp> operations) implements QueueCommand {
        /** Takes an immutable copy. */
        public Execute {
            operations = List.copyOf(operations);
        }
    }

    /** The names of all queues. */
    record ListQueues() implements QueueCommand {}
}

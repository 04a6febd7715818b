package io.sinkron.queue;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.spi.QueueAnswer;
import java.util.List;

/** Answers of the queue service that are not one store operation's. Immutable. */
public sealed interface QueueReply extends Answer {
    /** One answer for each operation of a {@link QueueCommand.Execute}. */
    record Executed(List<QueueAnswer> answers) implements QueueReply {
        /** Takes an immutable copy. */
        public Executed {
            answers = List.copyOf(answers);
        }
    }

    /** All queues' names, sorted. */
    record QueueNames(List<String> names) implements QueueReply {
        /** Takes an immutable copy. */
        public QueueNames {
            names = List.copyOf(names);
        }
    }

    /** A queue's numbers, as its owner knows them. */
    record Description(String queue, NodeId owner, long epoch, QueueAnswer.Counted counted) implements QueueReply {}
}

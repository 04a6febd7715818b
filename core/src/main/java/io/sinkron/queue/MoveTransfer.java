package io.sinkron.queue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Messages on their way from one queue to another: the source's owner puts them into the target, and makes the source forget them once the
 * target has them. The dedup id that each carries makes a repetition harmless, whoever repeats it.
 *
 * @param source the queue that they left
 * @param ids of the messages there
 * @param errand the enqueue at the target
 */
record MoveTransfer(String source, List<String> ids, String to, QueueRequest errand) {
    /** The first of these moves that have one target and fit into one enqueue; there must be at least one. */
    static MoveTransfer of(String source, List<QueueAnswer.Moves.Move> moves, int maxBytes, Bytes nonce) {
        String to = moves.get(0).to();
        List<String> ids = new ArrayList<>();
        List<NewMessage> messages = new ArrayList<>();
        long bytes = 0;
        for (QueueAnswer.Moves.Move move : moves) {
            bytes += RequestRules.sizeBytes(move.message());
            if (!move.to().equals(to) || !ids.isEmpty() && bytes > maxBytes) {
                break;
            }
            ids.add(move.id());
            messages.add(move.message());
        }
        QueueOp enqueue = new QueueOp.Enqueue(messages, Optional.empty(), nonce);
        return new MoveTransfer(source, List.copyOf(ids), to, new QueueRequest.Operate(enqueue));
    }
}

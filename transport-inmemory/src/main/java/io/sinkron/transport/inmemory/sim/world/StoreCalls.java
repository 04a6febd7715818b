package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.node.NodeEffect;
import java.util.function.Consumer;

/** What one start of a node asks of the store outside, and what it hears from it. */
final class StoreCalls {
    private final SimulatedStore.Connection connection;
    private final Consumer<NodeInput> mailbox;

    /** @param mailbox takes the store's answers; drops them once the node is another one */
    StoreCalls(SimulatedStore.Connection connection, Consumer<NodeInput> mailbox) {
        this.connection = connection;
        this.mailbox = mailbox;
    }

    void perform(NodeEffect effect) {
        if (effect instanceof NodeEffect.CallQueueStore call) {
            long id = call.operation();
            connection.queue(
                    call.queue(),
                    call.epoch(),
                    call.operations(),
                    answers -> mailbox.accept((machine, now) -> machine.queueStored(id, answers, now)),
                    failedQueue(id));
        } else if (effect instanceof NodeEffect.ListQueueStore call) {
            long id = call.operation();
            connection.names(
                    names -> mailbox.accept((machine, now) -> machine.queuesListed(id, names, now)), failedQueue(id));
        } else if (effect instanceof NodeEffect.CallMemoryStore call) {
            long id = call.operation();
            connection.memory(
                    call.operations(),
                    answers -> mailbox.accept((machine, now) -> machine.memoryStored(id, answers, now)),
                    (maybe, reason) -> mailbox.accept((machine, now) -> machine.memoryFailed(id, maybe, reason, now)));
        } else {
            throw new IllegalArgumentException("not a call to a store: " + effect);
        }
    }

    private SimulatedStore.Failed failedQueue(long id) {
        return (maybe, reason) -> mailbox.accept((machine, now) -> machine.queueStoreFailed(id, maybe, reason, now));
    }
}

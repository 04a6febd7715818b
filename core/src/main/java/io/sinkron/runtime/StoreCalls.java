package io.sinkron.runtime;

import io.sinkron.node.NodeEffect;
import io.sinkron.spi.StoreException;
import java.util.concurrent.CompletionException;

/** Calls the external stores for the node and brings their answers back to the loop. */
final class StoreCalls {
    private final Parts parts;
    private final Mailbox mailbox;
    private volatile boolean isAnswering = true;

    StoreCalls(Parts parts, Mailbox mailbox) {
        this.parts = parts;
        this.mailbox = mailbox;
    }

    boolean isAnswering() {
        return isAnswering;
    }

    void perform(NodeEffect effect) {
        if (effect instanceof NodeEffect.CallQueueStore call) {
            parts.queueStore()
                    .orElseThrow()
                    .execute(call.queue(), call.epoch(), call.operations())
                    .whenComplete((answers, error) -> mailbox.put((node, now) -> {
                        if (error == null) {
                            isAnswering = true;
                            node.queueStored(call.operation(), answers, now);
                        } else {
                            isAnswering = false;
                            node.queueStoreFailed(call.operation(), isMaybeApplied(error), reason(error), now);
                        }
                    }));
        } else if (effect instanceof NodeEffect.ListQueueStore list) {
            parts.queueStore()
                    .orElseThrow()
                    .queues()
                    .whenComplete((names, error) -> mailbox.put((node, now) -> {
                        if (error == null) {
                            node.queuesListed(list.operation(), names, now);
                        } else {
                            node.queueStoreFailed(list.operation(), false, reason(error), now);
                        }
                    }));
        } else if (effect instanceof NodeEffect.CallMemoryStore call) {
            parts.memoryStore()
                    .orElseThrow()
                    .execute(call.operations())
                    .whenComplete((answers, error) -> mailbox.put((node, now) -> {
                        if (error == null) {
                            isAnswering = true;
                            node.memoryStored(call.operation(), answers, now);
                        } else {
                            isAnswering = false;
                            node.memoryFailed(call.operation(), isMaybeApplied(error), reason(error), now);
                        }
                    }));
        }
    }

    private static boolean isMaybeApplied(Throwable error) {
        return !(unwrapped(error) instanceof StoreException known) || known.isMaybeApplied();
    }

    private static String reason(Throwable error) {
        Throwable cause = unwrapped(error);
        return cause instanceof StoreException ? "store away: " + cause.getMessage() : "store failed: " + cause;
    }

    private static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}

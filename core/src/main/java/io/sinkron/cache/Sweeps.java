package io.sinkron.cache;

import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;

/** Clients' sweeps of main memory. They need neither a lease nor a view: nobody has an interest in the keys. Machine only. */
final class Sweeps {
    private static final long RETRY_AFTER_MILLIS = 1_000;

    private final Context context;
    private final PendingCalls calls;

    Sweeps(Context context, PendingCalls calls) {
        this.context = context;
        this.calls = calls;
    }

    void ask(long call, CacheRequest.Sweep request, long deadline) {
        if (calls.isFull()) {
            Refusal full = new Refusal.Overloaded("maxWaitingCalls", context.options.maxWaitingCalls());
            context.outbox.complete(call, full);
            return;
        }
        Refusal late = new Refusal.OutcomeUnknown("main memory has not answered");
        calls.keep(new PendingCall(call, request), deadline, pending -> calls.answer(pending, late));
        context.outbox.memory(
                new MemoryOp.Sweep(request.from(), request.to(), request.cursor(), MemoryOp.Sweep.MAX_SWEEP),
                new MemoryUse.Sweep(call));
    }

    void swept(MemoryUse.Sweep use, MemoryAnswer answer) {
        PendingCall pending = calls.get(use.call());
        if (pending != null && answer instanceof MemoryAnswer.Swept swept) {
            calls.answer(pending, new CacheAnswer.Swept(swept.removed(), swept.cursor()));
        }
    }

    void failed(MemoryUse.Sweep use, String reason) {
        PendingCall pending = calls.get(use.call());
        if (pending != null) {
            calls.answer(pending, new Refusal.Unavailable(reason, RETRY_AFTER_MILLIS));
        }
    }
}

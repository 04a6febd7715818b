package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Await;

/** Calls that wait until this node's copy of a key isn't what they know any more: changed, invalidated, evicted, or without a lease. Machine only. */
final class Awaits {
    private final PendingCalls calls;

    Awaits(PendingCalls calls) {
        this.calls = calls;
    }

    /**
     * Whether there is something to wait for: a copy of that version, of which this node will hear if it changes. Compares with the newest value, which
     * readers may not be shown yet: a call that has seen a claim here must not be told of the older value beneath.
     */
    static boolean isWorthwhile(Line line, Await await) {
        return line != null && line.state.isReadable() && line.value != null && line.value.version() == await.version();
    }

    /** After every event of a line: answers whom it concerns. */
    void settle(Line line, LineWork work) {
        PendingCall next;
        for (PendingCall call = work.awaiting.first(); call != null; call = next) {
            next = call.next;
            if (!isWorthwhile(line, (Await) call.request)) {
                calls.answer(call, new CacheAnswer.Awaited(line.key, true));
            }
        }
    }
}

package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Answer;

/** A call that isn't answered yet. It stands in one {@link CallQueue} at most. Machine only. */
final class PendingCall {
    final long id;
    final CacheRequest request;
    /** Its deadline's timer. */
    Timers.Timer timer;
    /** The line it waits for; null while it waits for room in the table. */
    Line line;
    /** What it will be answered with, once the value it has written or seen is safe; null while it isn't performed. */
    Answer answer;
    /** The version that must be safe before it is answered. */
    long version;

    CallQueue queue;
    PendingCall previous;
    PendingCall next;

    PendingCall(long id, CacheRequest request) {
        this.id = id;
        this.request = request;
    }

    boolean isRead() {
        return request instanceof CacheRequest.Get;
    }

    boolean isPerformed() {
        return answer != null;
    }

    Durability durability() {
        if (request instanceof CacheRequest.Put put) {
            return put.durability();
        }
        return request instanceof CacheRequest.Delete delete ? delete.durability() : Durability.BACKED_UP;
    }
}

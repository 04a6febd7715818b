package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Answer;

/** A call that isn't answered yet. It stands in one {@link Queue} at most. Machine only. */
final class PendingCall {
    final long id;
    final CacheRequest request;
    /** Its deadline's timer. */
    Timers.Timer timer;
    /** What it will be answered with, once the value it has written or seen is safe; null while it isn't performed. */
    Answer answer;
    /** The version that must be safe before it is answered. */
    long version;

    /** Where it stands; null if nowhere. */
    Queue queue;

    /** The one behind it there; null if it is the last. */
    PendingCall next;

    private PendingCall previous;

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
        return request instanceof CacheRequest.Write write ? write.durability() : Durability.BACKED_UP;
    }

    /** Calls in the order of their arrival, linked through themselves, so that any of them leaves in O(1). */
    static final class Queue {
        private PendingCall first;
        private PendingCall last;
        private int size;
        private int stores;

        boolean isEmpty() {
            return size == 0;
        }

        int size() {
            return size;
        }

        /** Whether a write is among them. */
        boolean hasStores() {
            return stores > 0;
        }

        PendingCall first() {
            return first;
        }

        void add(PendingCall call) {
            call.queue = this;
            call.previous = last;
            call.next = null;
            if (last == null) {
                first = call;
            } else {
                last.next = call;
            }
            last = call;
            size++;
            stores += call.isRead() ? 0 : 1;
        }

        void remove(PendingCall call) {
            if (call.previous == null) {
                first = call.next;
            } else {
                call.previous.next = call.next;
            }
            if (call.next == null) {
                last = call.previous;
            } else {
                call.next.previous = call.previous;
            }
            call.queue = null;
            call.previous = null;
            call.next = null;
            size--;
            stores -= call.isRead() ? 0 : 1;
        }

        /** Takes the first one out; null if there is none. */
        PendingCall poll() {
            PendingCall call = first;
            if (call != null) {
                remove(call);
            }
            return call;
        }
    }
}

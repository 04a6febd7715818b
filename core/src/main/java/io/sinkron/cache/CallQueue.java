package io.sinkron.cache;

/** Calls in the order of their arrival, linked through themselves, so that any of them leaves in O(1). Machine only. */
final class CallQueue {
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

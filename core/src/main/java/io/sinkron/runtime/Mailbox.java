package io.sinkron.runtime;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What waits for the event loop: many threads put, one takes. Putting takes no lock and wakes the loop only if it sleeps. Bounded: callers and peers are
 * told when it is full; what the node itself started always has room.
 */
final class Mailbox {
    private final ConcurrentLinkedQueue<Input> inputs = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int capacity;
    private volatile Thread reader;
    private volatile boolean isSleeping;

    Mailbox(int capacity) {
        this.capacity = capacity;
    }

    void reader(Thread thread) {
        reader = thread;
    }

    /** Puts an input from outside; false if there is no room. */
    boolean offer(Input input) {
        if (size.get() >= capacity) {
            return false;
        }
        put(input);
        return true;
    }

    /** Puts an input that must not be lost: the end of something that the node began, and so bounded by that. */
    void put(Input input) {
        size.incrementAndGet();
        inputs.add(input);
        if (isSleeping) {
            LockSupport.unpark(reader);
        }
    }

    /** Takes the oldest input, or null. */
    Input poll() {
        Input input = inputs.poll();
        if (input != null) {
            size.decrementAndGet();
        }
        return input;
    }

    /** Sleeps until something is put or the time is over. Called by the reader alone. */
    void await(long nanos) {
        if (nanos <= 0) {
            return;
        }
        isSleeping = true;
        if (inputs.isEmpty()) {
            LockSupport.parkNanos(this, nanos);
        }
        isSleeping = false;
    }

    /** Wakes the reader, whatever it waits for. */
    void wake() {
        LockSupport.unpark(reader);
    }
}

package io.sinkron.transport.inmemory;

import io.sinkron.common.Message.Lane;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What has arrived and waits to be handed over, lane by lane: the urgent first, and a full lane takes no room from another one. Thread-safe. */
final class Arrivals {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition isNotEmpty = lock.newCondition();
    private final Map<Lane, ArrayDeque<Envelope>> lanes = new EnumMap<>(Lane.class);
    private final int capacity;

    /** @param capacity the most that may wait in each lane */
    Arrivals(int capacity) {
        this.capacity = capacity;
        for (Lane lane : Lane.values()) {
            lanes.put(lane, new ArrayDeque<>());
        }
    }

    /** Adds an envelope; false if its lane is full. */
    boolean offer(Envelope envelope) {
        lock.lock();
        try {
            ArrayDeque<Envelope> lane = lanes.get(envelope.lane());
            if (lane.size() >= capacity) {
                return false;
            }
            lane.add(envelope);
            isNotEmpty.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next envelope: the oldest of the most urgent lane that has any. */
    Envelope take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                for (ArrayDeque<Envelope> lane : lanes.values()) {
                    Envelope next = lane.poll();
                    if (next != null) {
                        return next;
                    }
                }
                isNotEmpty.await();
            }
        } finally {
            lock.unlock();
        }
    }
}

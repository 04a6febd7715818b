package io.sinkron.transport.netty;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What is counted, from all threads. */
final class Counters {
    final LongAdder sent = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder badInput = new LongAdder();
    final LongAdder refused = new LongAdder();
    final AtomicInteger connectedOut = new AtomicInteger();
    final AtomicInteger connectedIn = new AtomicInteger();

    TransportStats stats() {
        return new TransportStats(
                sent.sum(),
                received.sum(),
                dropped.sum(),
                badInput.sum(),
                refused.sum(),
                connectedOut.get(),
                connectedIn.get());
    }
}

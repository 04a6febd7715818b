package io.sinkron.transport.netty;

import io.sinkron.common.Message.Lane;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What is counted, from all threads. */
final class Counters {
    final LongAdder badInput = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder unreadableAddresses = new LongAdder();
    private final OfLane control = new OfLane();
    private final OfLane data = new OfLane();
    private final OfLane bulk = new OfLane();

    /** What is counted in one lane. */
    static final class OfLane {
        final LongAdder sent = new LongAdder();
        final LongAdder received = new LongAdder();
        final LongAdder dropped = new LongAdder();
        final AtomicInteger connectedOut = new AtomicInteger();
        final AtomicInteger connectedIn = new AtomicInteger();

        private LaneStats stats() {
            return new LaneStats(sent.sum(), received.sum(), dropped.sum(), connectedOut.get(), connectedIn.get());
        }
    }

    OfLane of(Lane lane) {
        return switch (lane) {
            case CONTROL -> control;
            case DATA -> data;
            case BULK -> bulk;
        };
    }

    TransportStats stats() {
        Map<Lane, LaneStats> lanes = new EnumMap<>(Lane.class);
        for (Lane lane : Lane.values()) {
            lanes.put(lane, of(lane).stats());
        }
        return new TransportStats(lanes, badInput.sum(), refused.sum(), unreadableAddresses.sum());
    }
}

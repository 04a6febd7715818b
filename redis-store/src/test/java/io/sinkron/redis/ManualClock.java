package io.sinkron.redis;

import java.util.function.Supplier;

/** A store's clock that stands still until it is moved. */
final class ManualClock implements Supplier<String> {
    private volatile long millis;

    ManualClock(long millis) {
        this.millis = millis;
    }

    long millis() {
        return millis;
    }

    void advance(long more) {
        millis += more;
    }

    @Override
    public String get() {
        return Long.toString(millis);
    }
}

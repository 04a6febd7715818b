package io.sinkron.queue;

import io.sinkron.common.Bytes;
import java.util.random.RandomGenerator;

/** Makes the random part of receipts. */
final class Nonces {
    private static final int LENGTH = 16;

    private final RandomGenerator random;

    Nonces(RandomGenerator random) {
        this.random = random;
    }

    Bytes next() {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }
}

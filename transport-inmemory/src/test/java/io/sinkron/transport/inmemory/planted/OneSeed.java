package io.sinkron.transport.inmemory.planted;

import io.sinkron.transport.inmemory.sim.Simulation;
import java.time.Duration;
import java.util.function.LongConsumer;

/** One run of the simulator, the same as the simulator's own test makes of a seed. Throws what it finds. Loaded with the bug, so it has a public constructor. */
public final class OneSeed implements LongConsumer {
    private static final Duration DURATION = Duration.ofSeconds(60);

    /** Makes runs. */
    public OneSeed() {}

    @Override
    public void accept(long seed) {
        Simulation.builder()
                .seed(seed)
                .nodes(seed % 2 == 0 ? 3 : 5)
                .duration(DURATION)
                .build()
                .run();
    }
}

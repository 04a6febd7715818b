package io.sinkron.cache;

import io.sinkron.cache.World.Violation;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryValue;
import java.util.List;

/** Updates that add one, in one view: the value of each version is how many were performed, and in the end all were, each once. */
final class Counts {
    /** Adds one to the number that is there, none being 0. */
    static final Updater PLUS_ONE = (present, now) -> {
        long count = present.map(p -> Long.parseLong(p.value().asUtf8())).orElse(0L);
        return new Updater.Change.Replace(Bytes.utf8(Long.toString(count + 1)), 0);
    };

    private static final long FIRST = 1L << 32;

    private Counts() {}

    /** Throws a {@link Violation} if some node has another number than its version says. */
    static void check(World world, int[] state) {
        for (int node = 0; node < world.size; node++) {
            Replica.Facts facts = world.facts(state, node);
            if (facts.value() >= FIRST
                    && facts.content() != expected(facts.value()).hashCode()) {
                throw new Violation(
                        "counting: " + world.id(node) + " has not " + count(facts.value()) + " as its value");
            }
        }
    }

    /** Throws a {@link Violation} unless every update that was asked for is counted, where nothing goes on any more. */
    static void checkQuiet(World world, int[] state) {
        long newest = world.stored(state, 0).version();
        for (int node = 0; node < world.size; node++) {
            newest = Math.max(newest, world.facts(state, node).value());
        }
        int asked = world.setup.writes() - state[World.WRITES];
        if (asked != (newest == 0 ? 0 : count(newest))) {
            throw new Violation("counting: " + asked + " updates, counted are " + count(newest));
        }
    }

    private static long count(long version) {
        return version - FIRST + 1;
    }

    private static MemoryValue expected(long version) {
        return new MemoryValue(version, false, Bytes.utf8(Long.toString(count(version))), 0, List.of());
    }
}

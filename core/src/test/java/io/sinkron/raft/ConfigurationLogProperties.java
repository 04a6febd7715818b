package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.common.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** {@link ConfigurationLog} against a sorted map that forgets only what a snapshot covers. */
class ConfigurationLogProperties {
    private static final int STEPS = 200;

    @Property(tries = 200)
    void whatIsInForceIsTheLastInTheLogAlsoAfterTruncations(@ForAll long seed) {
        Random random = new Random(seed);
        Configuration founding = named("n0");
        ConfigurationLog log = new ConfigurationLog(0, founding);
        TreeMap<Long, Configuration> model = new TreeMap<>(Map.of(0L, founding));
        long base = 0;
        long last = 0;
        for (int i = 1; i <= STEPS; i++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    long from = base + 1 + random.nextInt((int) (last - base) + 1);
                    boolean isAny = !model.tailMap(from).isEmpty();
                    assertEquals(isAny, log.truncateFrom(from));
                    model.tailMap(from).clear();
                    last = from - 1;
                }
                case 1 -> {
                    base += random.nextInt((int) (last - base) + 1);
                    log.compactTo(base);
                    model.headMap(model.floorKey(base)).clear();
                }
                case 2 -> {
                    if (random.nextInt(10) == 0) {
                        base = last + 1 + random.nextInt(3);
                        last = base;
                        Configuration received = named("n" + i);
                        log.reset(base, received);
                        model.clear();
                        model.put(base, received);
                    }
                }
                default -> {
                    last++;
                    if (random.nextBoolean()) {
                        Configuration next = named("n" + i);
                        log.append(last, next);
                        model.put(last, next);
                    }
                }
            }
            assertEquals(model.lastEntry().getValue(), log.effective());
            assertEquals(model.lastKey().longValue(), log.effectiveIndex());
            long at = base + random.nextInt((int) (last - base) + 3);
            assertEquals(model.floorEntry(at).getValue(), log.at(at));
        }
    }

    private static Configuration named(String node) {
        return Configuration.founding(List.of(NodeId.of(node)), Map.of());
    }
}

package io.sinkron.transport.inmemory.named;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.CacheCodec;
import io.sinkron.CacheConfig;
import io.sinkron.NamedCache;
import io.sinkron.transport.inmemory.check.History;
import io.sinkron.transport.inmemory.check.Linearizability;
import io.sinkron.transport.inmemory.check.Model;
import io.sinkron.transport.inmemory.check.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients of all nodes do at the same time can be thought to have happened one after the other, emptying the cache included. */
@Timeout(30)
@ExtendWith(SharedNodes.class)
class HistoryTest {
    private static final int CLIENTS = 6;
    private static final int CALLS = 60;

    private static ThreeNodes three;

    @BeforeAll
    static void start(ThreeNodes shared) {
        three = shared;
    }

    /** Something that a client does with the cache; two keys, since emptying is about both. */
    private record Action(String what, String key, long number) {}

    /** The cache as one map. */
    private static final class OneMap implements Model<Map<String, Long>, Action, Optional<Long>> {
        @Override
        public Map<String, Long> initial() {
            return Map.of();
        }

        @Override
        public Optional<Map<String, Long>> step(Map<String, Long> before, Action action, Optional<Long> answer) {
            Map<String, Long> after = new TreeMap<>(before);
            return perform(after, action).equals(answer) ? Optional.of(after) : Optional.empty();
        }

        @Override
        public Optional<Map<String, Long>> stepUnknown(Map<String, Long> before, Action action) {
            throw new IllegalStateException("every call here has an answer");
        }

        private static Optional<Long> perform(Map<String, Long> map, Action action) {
            String key = action.key();
            switch (action.what()) {
                case "put" -> map.put(key, action.number());
                case "add" -> {
                    return Optional.of(map.merge(key, action.number(), Long::sum));
                }
                case "putIfAbsent" -> {
                    return Optional.ofNullable(map.putIfAbsent(key, action.number()));
                }
                case "remove" -> {
                    return Optional.of(map.remove(key) == null ? 0L : 1L);
                }
                case "empty" -> map.clear();
                default -> {
                    return Optional.ofNullable(map.get(key));
                }
            }
            return Optional.empty();
        }
    }

    private static Optional<Long> perform(NamedCache<String, Long> cache, Action action) {
        return switch (action.what()) {
            case "put" -> {
                cache.put(action.key(), action.number());
                yield Optional.empty();
            }
            case "add" -> cache.merge(action.key(), action.number(), Long::sum);
            case "putIfAbsent" -> cache.putIfAbsent(action.key(), action.number());
            case "remove" -> Optional.of(cache.remove(action.key()) ? 1L : 0L);
            case "empty" -> {
                cache.invalidateAll();
                yield Optional.empty();
            }
            default -> cache.get(action.key());
        };
    }

    private static Action draw(SplittableRandom random) {
        String key = random.nextBoolean() ? "a" : "b";
        int die = random.nextInt(20);
        String what = die < 9
                ? "get"
                : die < 12 ? "put" : die < 15 ? "add" : die < 17 ? "putIfAbsent" : die < 19 ? "remove" : "empty";
        return new Action(what, key, random.nextInt(1, 1_000));
    }

    @RepeatedTest(3)
    void whatAllClientsSeeFitsOneOrder() throws Exception {
        List<NamedCache<String, Long>> caches =
                three.open(CacheConfig.of(three.freshName(), CacheCodec.utf8(), CacheCodec.longs())
                        .build());
        History<Action, Optional<Long>> history = new History<>();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            NamedCache<String, Long> cache = caches.get(i % caches.size());
            SplittableRandom random = new SplittableRandom(System.nanoTime() + i);
            Thread client = new Thread(() -> {
                for (int call = 0; call < CALLS; call++) {
                    Action action = draw(random);
                    int id = history.invoke(action, System.nanoTime());
                    history.ok(id, perform(cache, action), System.nanoTime());
                }
            });
            clients.add(client);
            client.start();
        }
        for (Thread client : clients) {
            client.join();
        }
        Verdict<?, ?, ?> verdict = new Linearizability<>(new OneMap()).check(history.operations());
        assertTrue(verdict.isLinearizable(), verdict::toString);
    }
}

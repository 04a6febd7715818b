package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * How long a write takes over a network whose delays are known: the machines take no time here, so what is left is the protocol's own. In units of a
 * link's delay, of which a round trip has two.
 */
class WriteLatencyTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final int HOME = 0;
    private static final int WRITER = 1;
    private static final int FIRST_READER = 2;
    private static final long UNIT = 1_000_000;

    /** Nodes of which the first is the home, and links with a delay each way. Main memory answers at once. */
    private static final class Network {
        private final List<CacheNode> nodes = new ArrayList<>();
        private final List<LineTable> tables = new ArrayList<>();
        private final List<NodeId> ids = new ArrayList<>();
        private final MemoryTable memory = new MemoryTable();
        private final Map<Long, Answer> answers = new HashMap<>();
        private final PriorityQueue<Arrival> onWay =
                new PriorityQueue<>(Comparator.comparingLong(Arrival::at).thenComparingLong(Arrival::order));
        private final IntBinaryOperator delay;
        private long now;
        private long order;
        private long messages;

        private record Arrival(long at, long order, int node, Runnable action) {}

        Network(int size, IntBinaryOperator delay) {
            this.delay = delay;
            IntStream.range(0, size).forEach(i -> ids.add(NodeId.of(String.format("n%02d", i))));
            View view = new View(
                    1, ids.stream().map(id -> new Member(id, 1, 1, "", "")).toList());
            for (NodeId id : ids) {
                LineTable lines = new LineTable(CacheOptions.DEFAULT);
                CacheNode node = new CacheNode(CacheOptions.DEFAULT, id, 1, lines, () -> 0L);
                lines.leaseUntil(Long.MAX_VALUE / 4);
                node.viewActive(view, Replica.FixedPlacement.of(view, ids.get(HOME)), 0);
                node.lease(true, 0);
                node.effects();
                nodes.add(node);
                tables.add(lines);
            }
        }

        /** Makes a call and lets things happen until it is answered: how many units that took. Then until all is quiet. */
        long took(int node, CacheRequest request) {
            long call = ++order;
            long began = now;
            messages = 0;
            nodes.get(node).call(call, request, Long.MAX_VALUE / 4, now);
            take(node);
            while (!answers.containsKey(call)) {
                step();
            }
            long took = (now - began) / UNIT;
            assertInstanceOf(CacheAnswer.class, answers.get(call));
            while (!onWay.isEmpty()) {
                step();
            }
            return took;
        }

        private void step() {
            Arrival next = onWay.remove();
            now = next.at();
            next.action().run();
            take(next.node());
        }

        private void take(int node) {
            for (CacheEffect effect : nodes.get(node).effects()) {
                if (effect instanceof CacheEffect.Send send) {
                    messages++;
                    int to = ids.indexOf(send.to());
                    after(
                            delay.applyAsInt(node, to),
                            to,
                            () -> nodes.get(to).receive(ids.get(node), send.message(), now));
                } else if (effect instanceof CacheEffect.Memory operation) {
                    after(
                            0,
                            node,
                            () -> nodes.get(node).memory(operation.operation(), memory.apply(operation.op()), now));
                } else if (effect instanceof CacheEffect.Complete done) {
                    answers.put(done.call(), done.answer());
                }
            }
        }

        private void after(int units, int node, Runnable action) {
            onWay.add(new Arrival(now + units * UNIT, order++, node, action));
        }

        /** The writer and so many readers have it, clean. */
        Network sharedBy(int readers) {
            took(WRITER, put(Durability.WRITE_THROUGH));
            for (int reader = FIRST_READER; reader < FIRST_READER + readers; reader++) {
                took(reader, new CacheRequest.Get(KEY));
            }
            return this;
        }
    }

    private static CacheRequest put(Durability durability) {
        return new CacheRequest.Put(KEY, Bytes.utf8("v"), -1, 0, durability, Optional.empty());
    }

    private static int same(int from, int to) {
        return 1;
    }

    @Test
    void aWriteToASharedLineTakesTwoRoundTripsHoweverManyShareIt() {
        for (int readers : new int[] {1, 2, 4, 8, 16, 32}) {
            Network network = new Network(FIRST_READER + readers, WriteLatencyTest::same).sharedBy(readers);
            assertEquals(4, network.took(WRITER, put(Durability.WRITE_BACK)), readers + " readers");
            assertEquals(2 * readers + 3, network.messages, readers + " readers");
        }
    }

    @Test
    void aBackupTakesOneMoreRoundTripAndThatIsAllDurabilityCosts() {
        for (int readers : new int[] {1, 2, 4, 8, 16, 32}) {
            Network network = new Network(FIRST_READER + readers, WriteLatencyTest::same).sharedBy(readers);
            assertEquals(6, network.took(WRITER, put(Durability.BACKED_UP)), readers + " readers");
        }
    }

    @Test
    void theHomeItselfWritesToASharedLineInOneRoundTrip() {
        for (int readers : new int[] {1, 8, 32}) {
            Network network = new Network(FIRST_READER + readers, (from, to) -> from == to ? 0 : 1).sharedBy(readers);
            network.took(HOME, new CacheRequest.Get(KEY));
            assertEquals(2, network.took(HOME, put(Durability.WRITE_BACK)), readers + " readers");
        }
    }

    /** To the home and back, and in between to the slowest sharer and back: not the sum, and not the slowest link of the cluster. */
    @Test
    void aWriteWaitsForItsSlowestSharerAndNobodyElse() {
        int size = 12;
        int slow = 9;
        IntBinaryOperator delay = (from, to) -> from == slow || to == slow ? 50 : 1 + (from + to) % 3;
        Network shared = new Network(size, delay).sharedBy(size - FIRST_READER);
        long withHome = delay.applyAsInt(WRITER, HOME) + delay.applyAsInt(HOME, WRITER);
        assertEquals(withHome + 2 * 50, shared.took(WRITER, put(Durability.WRITE_BACK)));
        Network without = new Network(size, delay).sharedBy(slow - FIRST_READER);
        long slowest = IntStream.range(FIRST_READER, slow)
                .map(reader -> delay.applyAsInt(HOME, reader) + delay.applyAsInt(reader, HOME))
                .max()
                .orElseThrow();
        assertEquals(withHome + slowest, without.took(WRITER, put(Durability.WRITE_BACK)));
    }

    @Test
    void aWriteToAnOwnedLineIsLocalWhetherItIsCleanOrDirty() {
        Network network = new Network(8, WriteLatencyTest::same);
        network.took(WRITER, put(Durability.WRITE_THROUGH));
        for (String state : "E M M".split(" ")) {
            assertEquals(
                    LineState.valueOf(state),
                    network.tables.get(WRITER).lines(Bytes.EMPTY, 1).get(0).state());
            assertEquals(0, network.took(WRITER, put(Durability.WRITE_BACK)), "in " + state);
            assertEquals(0, network.messages, "in " + state);
        }
        assertEquals(2, network.took(WRITER, put(Durability.BACKED_UP)), "a backup is a round trip");
        assertEquals(2, network.messages);
    }
}

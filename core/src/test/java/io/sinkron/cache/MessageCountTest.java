package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many messages and memory operations an operation costs, with the snoop filter and without; prints the table of docs/mesi.md. */
class MessageCountTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final int[] SIZES = {3, 8, 16, 64};

    /** A cluster whose messages arrive at once and in order, and are counted. The home is the first node, clients are at others. */
    private static final class Cluster {
        private final int size;
        private final List<CacheNode> nodes = new ArrayList<>();
        private final List<NodeId> ids = new ArrayList<>();
        private final MemoryTable memory = new MemoryTable();
        private final ArrayDeque<Runnable> onWay = new ArrayDeque<>();
        private int messages;
        private int memoryOps;
        private long nextCall = 1;

        Cluster(int size, int filter) {
            this.size = size;
            CacheOptions options = CacheOptions.DEFAULT.withFilter(filter);
            IntStream.range(0, size).forEach(i -> ids.add(NodeId.of(String.format("n%02d", i))));
            View view = new View(
                    1, ids.stream().map(id -> new Member(id, 1, 1, "", "")).toList());
            for (NodeId id : ids) {
                LineTable lines = new LineTable(options);
                CacheNode node = new CacheNode(options, id, 1, lines, () -> 0L);
                lines.leaseUntil(Long.MAX_VALUE / 4);
                node.viewActive(view, Replica.FixedPlacement.of(view, ids.get(0)), 0);
                node.lease(true, 0);
                node.effects();
                nodes.add(node);
            }
        }

        void read(int node) {
            ask(node, new CacheRequest.Get(KEY));
        }

        void write(int node) {
            ask(
                    node,
                    new CacheRequest.Put(
                            KEY, Bytes.utf8("v" + nextCall), -1, 0, Durability.WRITE_BACK, Optional.empty()));
        }

        private void ask(int node, CacheRequest request) {
            nodes.get(node).call(nextCall++, request, Long.MAX_VALUE / 4, 0);
            take(node);
        }

        void evict(int node) {
            nodes.get(node).evict(KEY, 0);
            take(node);
            settle();
        }

        private void take(int node) {
            for (CacheEffect effect : nodes.get(node).effects()) {
                if (effect instanceof CacheEffect.Send send) {
                    messages++;
                    int to = ids.indexOf(send.to());
                    onWay.add(() -> {
                        nodes.get(to).receive(ids.get(node), send.message(), 0);
                        take(to);
                    });
                } else if (effect instanceof CacheEffect.Memory operation) {
                    memoryOps++;
                    MemoryAnswer answer = memory.apply(operation.op());
                    onWay.add(() -> {
                        nodes.get(node).memory(operation.operation(), answer, 0);
                        take(node);
                    });
                }
            }
        }

        void settle() {
            while (!onWay.isEmpty()) {
                onWay.poll().run();
            }
        }

        void shareBy(int sharers) {
            for (int i = 1; i <= sharers; i++) {
                read(i);
                settle();
            }
        }
    }

    /** What is counted: the operation, after what went before. */
    private record Operation(String name, Consumer<Cluster> before, Consumer<Cluster> counted) {
        String count(int size, int filter) {
            Cluster cluster = new Cluster(size, filter);
            before.accept(cluster);
            cluster.settle();
            cluster.messages = 0;
            cluster.memoryOps = 0;
            counted.accept(cluster);
            cluster.settle();
            return cluster.messages + " + " + cluster.memoryOps;
        }
    }

    private static final List<Operation> OPERATIONS = List.of(
            new Operation("read, nobody has it, never asked for before", c -> {}, c -> c.read(1)),
            new Operation(
                    "read, nobody has it any more",
                    c -> {
                        c.read(2);
                        c.settle();
                        c.evict(2);
                    },
                    c -> c.read(1)),
            new Operation("read, one has it clean", c -> c.read(2), c -> c.read(1)),
            new Operation("read, one has it dirty", c -> c.write(2), c -> c.read(1)),
            new Operation("read, two share it", c -> c.shareBy(2), c -> c.read(c.size - 1 > 2 ? 3 : 0)),
            new Operation("write, one has it dirty", c -> c.write(2), c -> c.write(1)),
            new Operation("write, by one of two sharers", c -> c.shareBy(2), c -> c.write(1)),
            new Operation("write, by one of all but the home", c -> c.shareBy(c.size - 1), c -> c.write(1)),
            new Operation(
                    "all but the home and the owner read at once",
                    c -> c.write(1),
                    c -> IntStream.range(2, c.size).forEach(c::read)));

    @Test
    void theFilterAsksOnlyWhoMayHoldTheLine() {
        int lines = CacheOptions.DEFAULT.maxFilterEntries();
        for (Operation operation : OPERATIONS) {
            StringBuilder row = new StringBuilder("| " + operation.name());
            for (int size : SIZES) {
                row.append(" | ").append(operation.count(size, 0)).append(" | ").append(operation.count(size, lines));
            }
            System.out.println(row + " |");
        }
        assertEquals("5 + 1", OPERATIONS.get(2).count(64, lines), "request, snoop, answer, grant, acknowledgement");
        assertEquals("5 + 0", OPERATIONS.get(6).count(64, lines), "the same for an upgrade, which needs no data");
    }

    @Test
    void withTheFilterTheCostOfAnOperationDoesNotGrowWithTheCluster() {
        int lines = CacheOptions.DEFAULT.maxFilterEntries();
        for (Operation operation : OPERATIONS.subList(1, 7)) {
            assertEquals(operation.count(8, lines), operation.count(64, lines), operation.name());
            assertTrue(operation.count(64, 0).startsWith("12"), operation.name());
        }
    }
}

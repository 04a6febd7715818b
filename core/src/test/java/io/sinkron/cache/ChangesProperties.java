package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.Changed;
import io.sinkron.cache.CacheMessage.Interest;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;

/**
 * Two writers and one listener that remembers two keys: whatever the network does, and whenever each learns that its write is safe, the listener
 * hears of each key in the order of its writes, and of no write twice.
 */
class ChangesProperties {
    private static final NodeId LISTENER = NodeId.of("n1");
    private static final List<NodeId> WRITERS = List.of(NodeId.of("n2"), NodeId.of("n3"));
    private static final View VIEW = new View(
            1,
            List.of(
                    new Member(LISTENER, 1, 1, "", ""),
                    new Member(WRITERS.get(0), 1, 1, "", ""),
                    new Member(WRITERS.get(1), 1, 1, "", "")));

    private static final class Node {
        final NodeId id;
        final Context context;
        final Changes changes;

        Node(NodeId id) {
            this.id = id;
            this.context = new Context(CacheOptions.DEFAULT, id, () -> 0L);
            context.view = VIEW;
            context.placement = Replica.FixedPlacement.of(VIEW, LISTENER);
            this.changes = new Changes(context, 2);
        }
    }

    private record Letter(NodeId from, NodeId to, CacheMessage message) {}

    /** A write that its writer doesn't know to be safe yet. */
    private record Unsafe(Node writer, Line line, LineWork work, MemoryValue value) {}

    @Property(tries = 1_000)
    void nobodyHearsOldNewsAfterNew(@ForAll Random random) {
        Network network = new Network(random);
        for (int i = 0; i < 300; i++) {
            network.step();
        }
        Statistics.label("told of more than 20 writes").collect(network.told > 20);
        Statistics.label("emptied the table").collect(network.isEmptied());
    }

    /** What the three say to each other is on its way until it is delivered, once or more often, or lost. */
    private static final class Network {
        private final Random random;
        private final Map<NodeId, Node> nodes = new HashMap<>();
        private final List<Letter> way = new ArrayList<>();
        private final List<Unsafe> unsafe = new ArrayList<>();
        private final Map<Bytes, Long> newest = new HashMap<>();
        private final Map<Bytes, Long> heard = new HashMap<>();
        private int told;

        Network(Random random) {
            this.random = random;
            nodes.put(LISTENER, new Node(LISTENER));
            WRITERS.forEach(id -> nodes.put(id, new Node(id)));
            nodes.get(LISTENER).changes.listen(1, Set.of(""));
            drain(nodes.get(LISTENER));
        }

        void step() {
            int what = random.nextInt(10);
            if (what < 2) {
                write();
            } else if (what < 4 && !unsafe.isEmpty()) {
                Unsafe next = unsafe.remove(random.nextInt(unsafe.size()));
                next.writer().changes.safe(next.line(), next.work(), next.value());
                drain(next.writer());
            } else if (!way.isEmpty()) {
                deliver(way.get(random.nextInt(Math.min(way.size(), 4))), random.nextInt(10));
            }
        }

        boolean isEmptied() {
            return (long) StateEncoder.peek(nodes.get(LISTENER).changes, "validFrom") > 0;
        }

        /** Any node may write any key at any time: the order of a key's writes is that of its versions. */
        private void write() {
            Node writer = nodes.get(WRITERS.get(random.nextInt(2)));
            Bytes key = Bytes.utf8("k" + random.nextInt(4));
            long version = newest.merge(key, 1L, Long::sum);
            Line line = new Line(key);
            line.value = new MemoryValue(version - 1, false, Bytes.EMPTY, 0, List.of());
            MemoryValue value = new MemoryValue(version, false, Bytes.EMPTY, 0, List.of());
            writer.changes.written(line, line.work());
            line.value = value;
            unsafe.add(new Unsafe(writer, line, line.work(), value));
        }

        private void deliver(Letter letter, int fate) {
            if (fate > 1) {
                way.remove(letter);
            }
            if (fate == 9) {
                return;
            }
            Node to = nodes.get(letter.to());
            if (letter.message() instanceof Interest interest) {
                to.changes.announced(letter.from(), interest);
            } else {
                to.changes.received(letter.from(), (Changed) letter.message());
            }
            drain(to);
        }

        private void drain(Node node) {
            for (CacheEffect effect : node.context.outbox.drain()) {
                if (effect instanceof CacheEffect.Send send) {
                    way.add(new Letter(node.id, send.to(), send.message()));
                } else if (effect instanceof CacheEffect.Changed change) {
                    told++;
                    Long last = heard.put(change.key(), change.version());
                    assertTrue(last == null || last < change.version(), change + " after " + last);
                }
            }
        }
    }
}

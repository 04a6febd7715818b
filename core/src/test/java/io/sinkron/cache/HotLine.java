package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Real nodes that all use one line all the time, in virtual time: one client at each, which goes on a little after its answer. Messages and main
 * memory's answers take 100 to 300 us each, so they overtake each other.
 */
final class HotLine {
    private static final Bytes KEY = Bytes.utf8("hot");
    private static final long THINK_NANOS = 10_000;
    private static final long MIN_DELAY_NANOS = 100_000;
    private static final long MAX_DELAY_NANOS = 300_000;
    private static final long CALL_NANOS = 60_000_000_000L;

    private final List<CacheNode> nodes = new ArrayList<>();
    private final List<NodeId> ids = new ArrayList<>();
    private final MemoryTable memory = new MemoryTable();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final SplittableRandom random;
    private final Durability durability;
    private final Map<Long, Use> open = new HashMap<>();
    private final int reader;
    private long now = -1_000_000_000L;
    private long order;

    /** What was counted. */
    int messages;

    final int[] done;
    /** The longest that a call has taken, and the most grants to write that other nodes got while one waited. */
    long longestNanos;

    int mostGrants;
    private int grants;

    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.signum(at - other.at) : Long.compare(order, other.order);
        }
    }

    private record Use(int node, long since, int grantsBefore) {}

    /** {@code reader} is the node that reads instead of writing; -1 for none. The home is the first node. */
    HotLine(int size, CacheOptions options, Durability durability, int reader, long seed) {
        this.durability = durability;
        this.reader = reader;
        this.random = new SplittableRandom(seed);
        this.done = new int[size];
        for (int i = 0; i < size; i++) {
            ids.add(NodeId.of(String.format("n%02d", i)));
        }
        View view =
                new View(1, ids.stream().map(id -> new Member(id, 1, 1, "", "")).toList());
        for (int i = 0; i < size; i++) {
            LineTable lines = new LineTable(options);
            CacheNode node = new CacheNode(options, ids.get(i), 1, lines, random.split());
            lines.leaseUntil(Long.MAX_VALUE / 4);
            node.viewActive(view, Replica.FixedPlacement.of(view, ids.get(0)), now);
            node.lease(true, now);
            node.effects();
            nodes.add(node);
            int client = i;
            after(random.nextLong(MAX_DELAY_NANOS), () -> use(client));
        }
    }

    private void after(long nanos, Runnable action) {
        events.add(new Event(now + nanos, order++, action));
    }

    private long delay() {
        return random.nextLong(MIN_DELAY_NANOS, MAX_DELAY_NANOS);
    }

    private void use(int node) {
        long call = order++;
        open.put(call, new Use(node, now, grants));
        CacheRequest request = node == reader
                ? new CacheRequest.Get(KEY)
                : new CacheRequest.Put(KEY, Bytes.utf8("v" + call), -1, 0, durability, Optional.empty());
        nodes.get(node).call(call, request, now + CALL_NANOS, now);
        take(node);
    }

    private void take(int node) {
        for (CacheEffect effect : nodes.get(node).effects()) {
            if (effect instanceof CacheEffect.Send send) {
                messages++;
                int to = ids.indexOf(send.to());
                after(delay(), () -> {
                    nodes.get(to).receive(ids.get(node), send.message(), now);
                    take(to);
                });
                grants += send.message() instanceof CacheMessage.Grant grant
                                && grant.permission().ordinal() > 1
                        ? 1
                        : 0;
            } else if (effect instanceof CacheEffect.Memory operation) {
                after(delay(), () -> {
                    MemoryAnswer answer = memory.apply(operation.op());
                    nodes.get(node).memory(operation.operation(), answer, now);
                    take(node);
                });
            } else if (effect instanceof CacheEffect.Complete complete) {
                done(complete);
            }
        }
    }

    private void done(CacheEffect.Complete complete) {
        Use use = open.remove(complete.call());
        boolean isDone = complete.answer() instanceof CacheAnswer.Written
                || complete.answer() instanceof CacheAnswer.Value
                || complete.answer() instanceof CacheAnswer.NoSuchKey;
        if (!isDone) {
            throw new AssertionError("node " + use.node() + " got " + complete.answer());
        }
        done[use.node()]++;
        longestNanos = Math.max(longestNanos, now - use.since());
        mostGrants = Math.max(mostGrants, grants - use.grantsBefore());
        after(THINK_NANOS, () -> use(use.node()));
    }

    /** Goes on for so long. */
    HotLine run(long nanos) {
        long end = now + nanos;
        while (now - end < 0) {
            int due = 0;
            for (int i = 1; i < nodes.size(); i++) {
                due = nodes.get(i).deadline() - nodes.get(due).deadline() < 0 ? i : due;
            }
            long timer = nodes.get(due).deadline();
            if (!events.isEmpty() && events.peek().at() - timer <= 0) {
                Event next = events.poll();
                now = next.at();
                next.action().run();
            } else {
                now = timer;
                nodes.get(due).tick(now);
                take(due);
            }
        }
        return this;
    }

    /** All that was done, by all nodes. */
    int total() {
        int total = 0;
        for (int count : done) {
            total += count;
        }
        return total;
    }

    double messagesEach() {
        return (double) messages / total();
    }
}

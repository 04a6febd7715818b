package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryOp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeSet;

/**
 * A cluster of real {@link CacheNode}s in virtual time, driven by one seed: messages are late, lost, doubled and out of order, main memory is slow and
 * fails, nodes crash, restart, are cut off and lose their leases, one at a time. After every event the lines are looked at.
 */
final class ClusterWalk {
    static final long MILLI = 1_000_000;
    private static final long LEASE = 1_000 * MILLI;
    private static final long CALL_TIME = 3_000 * MILLI;
    static final CacheOptions OPTIONS =
            CacheOptions.DEFAULT.withCapacity(5, 1 << 20).withFilter(3).withAudit(100 * MILLI, 3);

    final Random random;
    private final CacheOptions options;
    final List<Box> boxes = new ArrayList<>();
    final List<Bytes> keys = new ArrayList<>();
    private final PriorityQueue<Scheduled> agenda =
            new PriorityQueue<>(Comparator.comparingLong(Scheduled::at).thenComparingLong(Scheduled::order));
    private final MemoryTable memory = new MemoryTable();
    private final Map<Bytes, Long> seen = new HashMap<>();
    private final Map<Long, Call> calls = new HashMap<>();
    private final TreeSet<NodeId> installed = new TreeSet<>();
    private final List<View> history = new ArrayList<>();
    private View view = View.EMPTY;
    private boolean isActive = true;
    private boolean isLeaderAway;
    private long lastTrouble;
    private long order;
    private long nextCall = 1;
    long now;
    int loss;
    int answered;
    int refused;

    private record Scheduled(long at, long order, Runnable action) {}

    /** Null if it is the walk itself that makes the requests. */
    WalkWatcher watcher;

    /** Whether the clients ask nothing more, and no more trouble comes. */
    boolean isQuiet;

    private record Call(Box box, CacheRequest request, long began, long seenBefore, long deadline) {
        Bytes key() {
            return request.key();
        }
    }

    /** One place for a node: its present start, if it is up. */
    final class Box {
        final NodeId id;
        long incarnation;
        CacheNode node;
        LineTable lines;
        boolean isCut;
        long leaseEnd;
        int told;
        private long tickAt = Long.MAX_VALUE;

        Box(NodeId id) {
            this.id = id;
            start();
        }

        void start() {
            incarnation++;
            lines = new LineTable(options);
            node = new CacheNode(options, id, incarnation, lines, random);
            told = history.size();
            tickAt = Long.MAX_VALUE;
        }

        boolean isUp() {
            return node != null;
        }

        boolean serves() {
            return isUp() && lines.holdsLease(now);
        }
    }

    ClusterWalk(long seed, int nodes, int keyCount) {
        this(seed, nodes, keyCount, OPTIONS);
    }

    ClusterWalk(long seed, int nodes, int keyCount, CacheOptions options) {
        this.options = options;
        random = new Random(seed);
        for (int i = 1; i <= nodes; i++) {
            boxes.add(new Box(NodeId.of("n" + i)));
        }
        for (int i = 0; i < keyCount; i++) {
            keys.add(Bytes.utf8("key" + i));
            seen.put(keys.get(i), 0L);
        }
        after(0, this::membership);
        after(0, this::renewLeases);
        after(50, this::client);
    }

    /** Another key in the place of one of the first. */
    void rename(int at, Bytes key) {
        seen.remove(keys.set(at, key));
        seen.put(key, 0L);
    }

    void after(long millis, Runnable action) {
        agenda.add(new Scheduled(now + millis * MILLI, order++, action));
    }

    /** Goes on for so many events. */
    void run(int events) {
        for (int i = 0; i < events; i++) {
            step();
        }
    }

    /** Goes on for so long. */
    void runFor(long millis) {
        long end = now + millis * MILLI;
        while (agenda.peek().at() < end) {
            step();
        }
    }

    private void step() {
        Scheduled next = agenda.poll();
        now = Math.max(now, next.at());
        next.action().run();
        check();
    }

    private void turn(Box box) {
        for (CacheEffect effect : box.node.effects()) {
            perform(box, box.node, effect);
        }
        CacheNode node = box.node;
        long at = Math.max(now, node.deadline());
        if (at < box.tickAt) {
            box.tickAt = at;
            agenda.add(new Scheduled(at, order++, () -> {
                if (box.node == node && box.tickAt == at) {
                    box.tickAt = Long.MAX_VALUE;
                    node.tick(now);
                    turn(box);
                }
            }));
        }
    }

    private void perform(Box box, CacheNode from, CacheEffect effect) {
        if (effect instanceof CacheEffect.Send send) {
            int copies = random.nextInt(100) < loss ? random.nextInt(2) * 2 : 1;
            for (int i = 0; i < copies; i++) {
                after(1 + random.nextInt(random.nextInt(20) == 0 ? 300 : 10), () -> deliver(box, send));
            }
        } else if (effect instanceof CacheEffect.Memory operation) {
            after(1 + random.nextInt(10), () -> remember(box, from, operation));
        } else if (effect instanceof CacheEffect.Complete complete) {
            if (!(complete.answer() instanceof CacheRegion.Changed)) {
                completed(complete.call(), complete.answer());
            }
        } else if (effect instanceof CacheEffect.Changed change) {
            watcher.changed(box, change);
        } else if (effect instanceof CacheEffect.AuditFinding finding) {
            require(false, "an audit found " + finding);
        } else if (effect instanceof CacheEffect.Installed done) {
            if (done.epoch() == view.epoch() && !box.isCut) {
                installed.add(box.id);
            }
        }
    }

    private void deliver(Box from, CacheEffect.Send send) {
        Box to = boxes.stream().filter(b -> b.id.equals(send.to())).findFirst().orElseThrow();
        if (to.isUp() && !to.isCut && !from.isCut) {
            to.node.receive(from.id, send.message(), now);
            turn(to);
        }
    }

    private void remember(Box box, CacheNode asker, CacheEffect.Memory operation) {
        boolean fails = random.nextInt(200) < loss;
        if (!fails || random.nextBoolean()) {
            MemoryOp op = operation.op();
            var answer = memory.apply(op);
            if (!fails) {
                after(1 + random.nextInt(5), () -> {
                    if (box.node == asker) {
                        asker.memory(operation.operation(), answer, now);
                        turn(box);
                    }
                });
                return;
            }
        }
        if (box.node == asker) {
            asker.memoryFailed(operation.operation(), true, "away", now);
            turn(box);
        }
    }

    private void client() {
        Box box = boxes.get(random.nextInt(boxes.size()));
        if (box.isUp() && !isQuiet) {
            call(box, watcher == null ? request(keys.get(random.nextInt(keys.size()))) : watcher.next());
        }
        after(random.nextInt(30), this::client);
    }

    void call(Box box, CacheRequest request) {
        long number = nextCall++;
        calls.put(number, new Call(box, request, now, seen.getOrDefault(request.key(), 0L), now + CALL_TIME));
        box.node.call(number, request, now + CALL_TIME, now);
        turn(box);
        if (random.nextInt(50) == 0) {
            after(random.nextInt(20), () -> {
                if (box.isUp()) {
                    box.node.cancel(number, now);
                    turn(box);
                }
            });
        }
    }

    private CacheRequest request(Bytes key) {
        Durability durability = random.nextInt(4) == 0 ? Durability.WRITE_THROUGH : Durability.BACKED_UP;
        return switch (random.nextInt(6)) {
            case 0, 1 -> {
                long ttl = random.nextInt(4) == 0 ? 1 + random.nextInt(2_000) : 0;
                yield new CacheRequest.Put(key, Bytes.utf8("v" + nextCall), -1, ttl, durability, Optional.empty());
            }
            case 2 ->
                random.nextInt(4) == 0
                        ? new CacheRequest.Delete(key, -1, durability, Optional.empty())
                        : new CacheRequest.Put(
                                key, Bytes.utf8("v" + nextCall), seen.get(key), 0, durability, Optional.empty());
            default -> new CacheRequest.Get(key);
        };
    }

    private void completed(long number, Answer answer) {
        Call call = calls.remove(number);
        require(call != null, "call " + number + " is answered twice");
        require(now <= call.deadline() + MILLI, "a call is answered after its deadline");
        if (watcher != null) {
            watcher.answered(call.box(), call.request(), call.began(), answer);
        }
        if (answer instanceof CacheAnswer.Value value) {
            boolean isExpired = value.expiresAtMillis() != 0 && value.expiresAtMillis() <= now / MILLI;
            // What another call than a read has found is answered when it is safe, and may have expired meanwhile.
            require(
                    !isExpired || !(call.request() instanceof CacheRequest.Get),
                    call.key().asUtf8() + " was read after it had expired");
            observed(call, value.version());
        } else if (answer instanceof CacheAnswer.NoSuchKey absent) {
            observed(call, absent.version());
        } else if (answer instanceof CacheAnswer.Written written) {
            require(written.version() > call.seenBefore(), "a write took a version that was over before it began");
            observed(call, written.version());
        } else if (answer instanceof CacheAnswer.Updated updated) {
            observed(call, updated.version());
        } else if (!(answer instanceof CacheAnswer)) {
            refused += answer instanceof Refusal.Cancelled ? 0 : 1;
            return;
        }
        answered++;
    }

    /** The newest version of a key that anybody has seen. */
    long seen(Bytes key) {
        return seen.get(key);
    }

    private void observed(Call call, long version) {
        require(
                version >= call.seenBefore(),
                call.key().asUtf8() + ": " + Replica.version(version) + " was answered after "
                        + Replica.version(call.seenBefore()) + " had been seen");
        seen.merge(call.key(), version, Math::max);
    }

    private void check() {
        for (Bytes key : keys) {
            int owners = 0;
            int readers = 0;
            long least = Long.MAX_VALUE;
            for (Box box : boxes) {
                Line line = box.serves() ? box.lines.get(key) : null;
                if (line != null) {
                    owners += line.state == ControllerState.E || line.state == ControllerState.M ? 1 : 0;
                    readers += line.state.isReadable() ? 1 : 0;
                    if (line.isReadable()) {
                        least = Math.min(least, line.visible.version());
                        seen.merge(key, line.visible.version(), Math::max);
                    }
                }
            }
            require(owners == 0 || readers == 1, key.asUtf8() + ": " + owners + " owners among " + readers);
            require(least >= seen.get(key), key.asUtf8() + " shows an old value");
        }
        for (Box box : boxes) {
            require(!box.isUp() || box.lines.size() <= options.maxEntries(), "the table is over its capacity");
        }
    }

    private void renewLeases() {
        for (Box box : boxes) {
            if (box.isUp()
                    && !box.isCut
                    && !isLeaderAway
                    && isActive
                    && view.has(box.id, box.incarnation)
                    && box.told == history.size()) {
                box.leaseEnd = now + LEASE;
                box.lines.leaseUntil(box.leaseEnd);
                box.node.lease(true, now);
                turn(box);
            } else if (box.isUp() && box.leaseEnd <= now) {
                box.node.lease(false, now);
                turn(box);
            }
        }
        after(250, this::renewLeases);
    }

    /** Prepares a view when it is wanted, activates it when it is installed, and tells both to whom it reaches. */
    private void membership() {
        List<Member> wanted = new ArrayList<>();
        boolean leasesAreOver = true;
        for (Box box : boxes) {
            if (box.isUp() && !box.isCut) {
                wanted.add(new Member(box.id, box.incarnation, 1, "", ""));
            } else {
                leasesAreOver &= box.leaseEnd <= now;
            }
        }
        if (isActive && !isLeaderAway && leasesAreOver && !view.members().equals(wanted)) {
            view = new View(view.epoch() + 1, wanted);
            isActive = false;
            installed.clear();
        }
        boolean isInstalled = true;
        for (Member member : view.members()) {
            isInstalled &= installed.contains(member.id());
            if (!isActive) {
                tellPrepared(member);
            }
        }
        if (!isActive && isInstalled) {
            isActive = true;
            history.add(view);
        }
        boxes.forEach(this::tellActive);
        after(1 + random.nextInt(20), this::membership);
    }

    private void tellPrepared(Member member) {
        for (Box box : boxes) {
            boolean isIt = box.id.equals(member.id()) && box.incarnation == member.incarnation();
            if (isIt && box.isUp() && !box.isCut && box.told == history.size() && random.nextBoolean()) {
                box.node.viewPrepared(view, now);
                turn(box);
            }
        }
    }

    /** In order; one who has been away for long may hear of the last one only. */
    private void tellActive(Box box) {
        if (box.isUp() && !box.isCut && box.told < history.size() && random.nextBoolean()) {
            box.told = random.nextInt(3) == 0 ? history.size() : box.told + 1;
            View active = history.get(box.told - 1);
            box.node.viewActive(active, Ring.of(active, 0), now);
            turn(box);
        }
    }

    /** One more trouble, if the last one has been got over. */
    void trouble() {
        boolean isWhole =
                isActive && !isLeaderAway && view.members().size() == boxes.size() && installed.size() == boxes.size();
        if (!isWhole) {
            lastTrouble = now;
        }
        if (isWhole && !isQuiet && now - lastTrouble > 4_000 * MILLI) {
            lastTrouble = now;
            Box victim = boxes.get(random.nextInt(boxes.size()));
            switch (random.nextInt(3)) {
                case 0 -> crash(victim);
                case 1 -> {
                    victim.isCut = true;
                    after(500 + random.nextInt(4_000), () -> victim.isCut = false);
                }
                default -> {
                    isLeaderAway = true;
                    after(random.nextInt(3_000), () -> isLeaderAway = false);
                }
            }
        }
        after(100, this::trouble);
    }

    private void crash(Box box) {
        box.node = null;
        calls.values().removeIf(call -> call.box() == box);
        after(100 + random.nextInt(4_000), box::start);
    }

    /** The number of the view. */
    long epoch() {
        return view.epoch();
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("at " + now / MILLI + " ms, view " + view.epoch() + ": " + what);
        }
    }
}

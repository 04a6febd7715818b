package io.sinkron.cache;

import io.sinkron.cache.CacheEffect.Complete;
import io.sinkron.cache.CacheEffect.Installed;
import io.sinkron.cache.CacheEffect.Memory;
import io.sinkron.cache.CacheEffect.Send;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One real {@link CacheNode} with its line table, for searches and scenarios: events in, effects out. Its time moves with {@link Timeout} only. */
final class Replica {
    static final Bytes KEY = Bytes.utf8("k");
    /** The lines of a search. */
    static final List<Bytes> KEYS = List.of(KEY, Bytes.utf8("l"));

    static final long FAR = Long.MAX_VALUE / 4;
    private static final long STEP = 400_000_000L;
    private static final long HOLD = 1_000_000L;
    private static final long HOUR = 3_600_000_000_000L;
    private static final CacheOptions OPTIONS = CacheOptions.DEFAULT
            .withCapacity(4, 1 << 20)
            .withEvictingPercent(100)
            .withFilter(4)
            .withWaitingCalls(100)
            .withRetry(200_000_000L)
            .withFlushAge(HOUR)
            .withStatesTimeout(1)
            .withBackupQuery(HOUR)
            .withRemember(300_000)
            .withFlushTimeout(HOUR);

    final NodeId id;
    LineTable lines;
    CacheNode node;
    private final PlantedBug bug;
    private final CacheOptions options;
    private long incarnation;
    private boolean isClockHeld;
    private boolean isElapsed;
    long now;

    Replica(NodeId id) {
        this(id, OPTIONS.maxEntries(), OPTIONS.maxFilterEntries(), false, PlantedBug.NONE);
    }

    /** {@code isHolding}: it has a minimum hold, which {@link HoldEnded} and {@link Timeout} end. */
    Replica(NodeId id, int capacity, int filter, boolean isHolding, PlantedBug bug) {
        this.id = id;
        this.bug = bug;
        this.options =
                OPTIONS.withCapacity(capacity, 1 << 20).withFilter(filter).withMinHold(isHolding ? HOLD : 0);
        start();
    }

    /** Starts the node anew: it has nothing, and another number. */
    private void start() {
        incarnation++;
        lines = new LineTable(options);
        node = new CacheNode(options, id, incarnation, lines, () -> 0L);
        bug.filter(options.maxFilterEntries()).ifPresent(other -> StateEncoder.poke(home(), "filter", other));
        lines.leaseUntil(FAR);
        node.lease(true, now);
        if (isElapsed) {
            node.clusterTime(2 * Setup.TTL_MILLIS, now);
        }
    }

    /** What happens to a node. Immutable; equal events do equal things. */
    sealed interface Event {
        /** Does it. */
        void on(Replica replica);
    }

    record Deliver(NodeId from, CacheMessage message) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.receive(from, message, replica.now);
        }
    }

    record Answered(long operation, MemoryAnswer answer) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.memory(operation, answer, replica.now);
        }
    }

    record Failed(long operation) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.memoryFailed(operation, true, "away", replica.now);
        }
    }

    record Called(long call, CacheRequest request) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.call(call, request, FAR, replica.now);
        }
    }

    record Cancelled(long call) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.cancel(call, replica.now);
        }
    }

    record Evicted() implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.evict(KEY, replica.now);
        }
    }

    record Audited() implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.audit(KEY, replica.now);
        }
    }

    /** The home takes a node for one that holds the first line no more, or shares it at most. No machine does that: it is for planted bugs. */
    record Misjudged(NodeId holder, boolean isSharer) implements Event {
        @Override
        public void on(Replica replica) {
            SnoopFilter filter = (SnoopFilter) StateEncoder.peek(replica.home(), "filter");
            Holders known = filter.take(KEY);
            Set<NodeId> left = new TreeSet<>();
            if (known instanceof Holders.Sharers sharers) {
                left.addAll(sharers.nodes());
                left.remove(holder);
            } else if (!(known instanceof Holders.Owner owner) || !owner.node().equals(holder)) {
                filter.put(KEY, known);
                return;
            }
            if (isSharer) {
                left.add(holder);
            }
            filter.put(KEY, new Holders.Sharers(left));
        }
    }

    record Flushing(long call) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.flush(call, replica.now);
        }
    }

    record Prepared(View view) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.viewPrepared(view, replica.now);
        }
    }

    record Active(View view, FixedPlacement placement) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.viewActive(view, placement, replica.now);
        }
    }

    record Lease(boolean valid) implements Event {
        @Override
        public void on(Replica replica) {
            replica.node.lease(valid, replica.now);
        }
    }

    /** The node comes back after a crash. */
    record Restarted() implements Event {
        @Override
        public void on(Replica replica) {
            replica.start();
        }
    }

    /** By this node's clock the times to live are over. */
    record Elapsed() implements Event {
        @Override
        public void on(Replica replica) {
            replica.isElapsed = true;
            replica.node.clusterTime(2 * Setup.TTL_MILLIS, replica.now);
        }
    }

    /** The minimum hold is over. */
    record HoldEnded() implements Event {
        @Override
        public void on(Replica replica) {
            replica.now += HOLD;
            replica.node.tick(replica.now);
        }
    }

    /** Everything that waits to be sent again is. */
    record Timeout() implements Event {
        @Override
        public void on(Replica replica) {
            replica.now += STEP;
            if (replica.isClockHeld) {
                long clusterNanos = replica.isElapsed ? 2 * Setup.TTL_MILLIS * 1_000_000 : 0;
                StateEncoder.poke(
                        StateEncoder.peek(replica.node, "context"), "clusterOffsetNanos", clusterNanos - replica.now);
            }
            replica.node.tick(replica.now);
        }
    }

    /** The home is a given node; the backup is the first member that isn't the writer. */
    record FixedPlacement(NodeId home, List<NodeId> members) implements Placement {
        static FixedPlacement of(View view, NodeId home) {
            return new FixedPlacement(
                    home, view.members().stream().map(Member::id).toList());
        }

        @Override
        public NodeId home(Bytes key) {
            return home;
        }

        @Override
        public Optional<NodeId> backup(Bytes key, NodeId writer) {
            return members.stream().filter(member -> !member.equals(writer)).findFirst();
        }
    }

    /** Does an event; what came of it. */
    List<CacheEffect> take(Event event) {
        event.on(this);
        return node.effects();
    }

    /** Cluster time stands still here, but for {@link Elapsed}: so times to live end when the search says so. */
    void holdClock() {
        isClockHeld = true;
    }

    /** Whether the node's clock has passed the times to live. */
    boolean isElapsed() {
        return isElapsed;
    }

    Line line() {
        return lines.get(KEY);
    }

    private Object home() {
        return StateEncoder.peek(node, "home");
    }

    private Holders holders(Bytes key) {
        Map<?, ?> entries = (Map<?, ?>) StateEncoder.peek(StateEncoder.peek(home(), "filter"), "entries");
        Object known = entries.get(key);
        return known == null ? Holders.UNKNOWN : (Holders) known;
    }

    /** What the invariants look at. Versions are -1 where there is none; {@code content} is a hash of the value. */
    record Facts(
            boolean isServing,
            ControllerState state,
            long visible,
            long value,
            int content,
            long held,
            long request,
            long epoch,
            Holders holders,
            boolean isQuiet,
            boolean canTimeOut,
            boolean isHolding) {}

    Facts facts() {
        return facts(0);
    }

    Facts facts(int number) {
        Bytes key = KEYS.get(number);
        Line line = lines.get(key);
        Context context = (Context) StateEncoder.peek(node, "context");
        ControllerState state = line == null ? ControllerState.I : line.state;
        LineWork work = line == null ? null : line.workOrNull();
        boolean hasRetry = work != null && work.retry != null;
        Map<?, ?> home = (Map<?, ?>) StateEncoder.peek(home(), "lines");
        boolean isStable = !state.isRequesting() && state != ControllerState.MI_A && state != ControllerState.MS_A;
        boolean isQuiet = isStable
                && home.isEmpty()
                && !isAuditing()
                && ((Map<?, ?>) StateEncoder.peek(StateEncoder.peek(node, "calls"), "calls")).isEmpty()
                && ((Map<?, ?>) StateEncoder.peek(context.outbox, "operations")).isEmpty()
                && !hasRetry
                && context.placement != null;
        return new Facts(
                context.isServing,
                state,
                line != null && line.isReadable() ? line.visible.version() : -1,
                line != null && line.value != null ? line.value.version() : -1,
                line != null && line.value != null ? line.value.hashCode() : 0,
                held(key),
                work == null ? 0 : work.request,
                context.epoch(),
                holders(key),
                isQuiet,
                hasRetry || !home.isEmpty() || isAuditing() || isHolding(),
                isHolding());
    }

    private boolean isHolding() {
        Object snoops = StateEncoder.peek(StateEncoder.peek(node, "controller"), "snoops");
        Object hold = StateEncoder.peek(snoops, "hold");
        return !((Map<?, ?>) StateEncoder.peek(hold, "held")).isEmpty();
    }

    private boolean isAuditing() {
        return ((Auditor) StateEncoder.peek(home(), "auditor")).size() > 0;
    }

    private long held(Bytes key) {
        Map<?, ?> held = (Map<?, ?>) StateEncoder.peek(StateEncoder.peek(node, "keeper"), "held");
        long newest = -1;
        for (Map.Entry<?, ?> slot : held.entrySet()) {
            if (((BackupKeeper.Slot) slot.getKey()).key().equals(key)) {
                newest = Math.max(newest, ((MemoryValue) StateEncoder.peek(slot.getValue(), "value")).version());
            }
        }
        return newest;
    }

    /** The messages among effects. */
    static List<Send> sends(Collection<CacheEffect> effects) {
        return only(effects, Send.class);
    }

    /** The memory operations among effects. */
    static List<Memory> operations(Collection<CacheEffect> effects) {
        return only(effects, Memory.class);
    }

    /** The answers among effects. */
    static List<Complete> answers(Collection<CacheEffect> effects) {
        return only(effects, Complete.class);
    }

    /** Whether a view was reported as installed. */
    static boolean isInstalled(Collection<CacheEffect> effects, long epoch) {
        return only(effects, Installed.class).contains(new Installed(epoch));
    }

    private static <T> List<T> only(Collection<CacheEffect> effects, Class<T> type) {
        List<T> found = new ArrayList<>();
        for (CacheEffect effect : effects) {
            if (type.isInstance(effect)) {
                found.add(type.cast(effect));
            }
        }
        return found;
    }

    /** The operation's key and kind, for traces. */
    static String describe(MemoryOp op) {
        return op instanceof MemoryOp.PutIfNewer put
                ? "PutIfNewer(v" + version(put.value().version()) + ", epoch " + op.epoch() + ")"
                : "GetFenced(epoch " + op.epoch() + ")";
    }

    /** A version as epoch.count. */
    static String version(long version) {
        return (version >> 32) + "." + (version & 0xFFFFFFFFL);
    }
}

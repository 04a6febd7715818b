package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Changed;
import io.sinkron.cache.CacheMessage.Interest;
import io.sinkron.cluster.Member;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.common.XxHash64;
import io.sinkron.spi.MemoryValue;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who listens to which caches' changes, and the telling. A node that listens says so to every member, itself included, again and again; who has
 * written a key tells them when the write is safe: backed up, or in main memory. Best effort: a change may be lost, several of one key may come as
 * one, and those of a node that dies may never come. But none comes twice, and those of one key come in the order of their versions.
 *
 * <p>That order needs the version last told of each key, which is bounded: when the table is full it is emptied, and the node announces a higher
 * <em>generation</em>. A writer puts the generation that it knew <em>when it wrote</em> into what it tells, and what carries one from before the
 * table was last emptied is dropped. So whatever is told after that was written after the writer had heard of it, hence after everything that was told
 * before, and has a higher version than that. Machine only.
 */
final class Changes {
    /** The most keys whose last told version is remembered. */
    static final int MAX_KEYS = 65_536;
    /** How often a node repeats what it listens to; more often at first. */
    static final long MAX_PAUSE_NANOS = 5_000_000_000L;

    private final Context context;
    private final int maxKeys;

    /** What this node listens to. */
    private final SortedSet<String> listening = new TreeSet<>();
    /** The number of this node's last announcement, 0 if it never listened. */
    private long generation;
    /** What was written under an earlier one is dropped. */
    private long validFrom;
    /** The version last told, by the key's hash: two keys of one hash can only silence each other. */
    private final Map<Long, Long> told = new HashMap<>();

    private Timers.Timer announcing;
    private long pause;

    /** What the members listen to, as this node knows. */
    private final Map<NodeId, Listener> listeners = new TreeMap<>();
    /** Counts the announcements heard: the time by which writes are compared with them. */
    private long heard;

    private record Listener(long incarnation, long generation, Set<String> regions, long since) {}

    Changes(Context context) {
        this(context, MAX_KEYS);
    }

    Changes(Context context, int maxKeys) {
        this.context = context;
        this.maxKeys = maxKeys;
    }

    /** From now on this node listens to these caches, and to no others. */
    void listen(long call, Set<String> regions) {
        if (regions.size() > Interest.MAX_REGIONS) {
            context.outbox.complete(call, new Refusal.Overloaded("listened caches", Interest.MAX_REGIONS));
            return;
        }
        listening.clear();
        listening.addAll(regions);
        announceAnew();
        context.outbox.complete(call, new CacheAnswer.Listening(listening));
    }

    private void announceAnew() {
        generation++;
        pause = context.options.retryNanos();
        announce();
    }

    /** A view is active: its new members must know. */
    void viewActive() {
        if (generation > 0) {
            pause = context.options.retryNanos();
            announce();
        }
    }

    private void announce() {
        context.timers.cancel(announcing);
        announcing = null;
        if (context.placement == null) {
            return;
        }
        Interest interest = interest();
        for (Member member : context.view.members()) {
            context.outbox.send(member.id(), interest);
        }
        boolean isLast = listening.isEmpty() && pause >= MAX_PAUSE_NANOS;
        if (!isLast) {
            announcing = context.timers.schedule(context.now + pause, this::announce);
            pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
        }
    }

    private Interest interest() {
        return new Interest(context.epoch(), generation, List.copyOf(listening));
    }

    /** A view is installed: a member that has left, or has been restarted, listens no more. */
    void viewInstalled() {
        listeners
                .entrySet()
                .removeIf(e -> !context.view.has(e.getKey(), e.getValue().incarnation()));
    }

    /** A member says what it listens to. */
    void announced(NodeId from, Interest interest) {
        Listener known = listeners.get(from);
        if (known == null || known.generation() < interest.generation()) {
            long incarnation = context.view.member(from).orElseThrow().incarnation();
            Set<String> regions = new HashSet<>(interest.regions());
            listeners.put(from, new Listener(incarnation, interest.generation(), regions, ++heard));
        }
    }

    /** The line's value is about to be replaced by a write; what was there counts as told of if nothing else is untold. */
    void written(Line line, LineWork work) {
        if (work.untold == null && !listeners.isEmpty()) {
            boolean wasPresent = WriteRules.isPresent(line.value, context.clusterMillis());
            work.untold = new Untold(wasPresent, line.value.version(), heard);
        }
    }

    /** A value of the line is safe: tells who listens what has become of the key since it was told of last. */
    void safe(Line line, LineWork work, MemoryValue value) {
        Untold untold = work.untold;
        if (untold == null || value.version() <= untold.version()) {
            return;
        }
        boolean isPresent = !value.deleted();
        work.untold =
                value.version() == line.value.version() ? null : new Untold(isPresent, value.version(), untold.heard());
        if (untold.wasPresent() || isPresent) {
            ChangeKind kind = isPresent ? ChangeKind.UPDATED : ChangeKind.REMOVED;
            tell(line.key, value.version(), untold.wasPresent() ? kind : ChangeKind.CREATED, untold.heard());
        }
    }

    private void tell(Bytes key, long version, ChangeKind kind, long heardThen) {
        String region = CacheKeys.region(key);
        listeners.forEach((to, listener) -> {
            if (heardThen >= listener.since() && listener.regions().contains(region)) {
                context.outbox.send(to, new Changed(context.epoch(), key, version, kind, listener.generation()));
            }
        });
    }

    /** A member has written a key. */
    void received(NodeId from, Changed change) {
        if (!listening.contains(CacheKeys.region(change.key()))) {
            context.outbox.send(from, interest());
            return;
        }
        if (change.generation() < validFrom) {
            return;
        }
        long hash = XxHash64.hash(change.key().array(), 0);
        Long last = told.get(hash);
        if (last != null && last >= change.version()) {
            return;
        }
        if (last == null && told.size() >= maxKeys) {
            told.clear();
            announceAnew();
            validFrom = generation;
        }
        told.put(hash, change.version());
        context.outbox.changed(change.key(), change.version(), change.kind());
    }
}

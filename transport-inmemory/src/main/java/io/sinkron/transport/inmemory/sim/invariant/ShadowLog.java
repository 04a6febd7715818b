package io.sinkron.transport.inmemory.sim.invariant;

import io.sinkron.common.XxHash64;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.ConfigurationFormat;
import io.sinkron.raft.RaftEffects;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A node's log as seen from outside: for each index the term and a rolling hash of all entries up to there. Two logs that agree on the hash at an
 * index agree on every entry before it. Built from what the node asked its disk to write; it knows nothing of Raft's rules but that a
 * write must fit.
 */
final class ShadowLog {
    private static final long NOTHING = 0;

    /** Wall clocks are off by an hour at most, in either direction, and runs last minutes. */
    private static final long FURTHEST_JUMP_MILLIS = 3 * 3_600_000;

    private record Slot(long term, long stampMillis, long prefixHash) {}

    /** Knows the hash of what a snapshot stands for. */
    interface CommittedPrefix {
        /** The rolling hash at an index that some node has committed. */
        long hashAt(long index);
    }

    private final List<Slot> slots = new ArrayList<>();
    private long baseIndex;
    private long baseTerm;
    private long baseStampMillis;
    private long baseHash = NOTHING;
    private HardState hardState = HardState.INITIAL;
    private final NavigableMap<Long, Configuration> configurations = new TreeMap<>();

    /** An empty log of a node that begins with this configuration. */
    ShadowLog(Configuration founding) {
        configurations.put(0L, founding);
    }

    /** What a restarted node begins with. */
    ShadowLog(LogStore.Recovered recovered, Configuration founding, CommittedPrefix committed) {
        this(founding);
        recovered.snapshot().ifPresent(snapshot -> reset(snapshot, committed));
        hardState = recovered.hardState();
        for (LogEntry entry : recovered.entries()) {
            if (entry.index() > baseIndex) {
                append(entry);
            }
        }
    }

    void apply(RaftEffects.Write write, CommittedPrefix committed) {
        LogBatch batch = write.batch();
        batch.hardState().ifPresent(state -> hardState = state);
        if (batch.truncateFrom() > 0) {
            truncate(batch.truncateFrom());
        }
        batch.entries().forEach(this::append);
        write.snapshot().ifPresent(snapshot -> install(snapshot.snapshot(), committed));
    }

    private void truncate(long from) {
        Violation.check(
                from > baseIndex, "R2 a snapshot is never cut", "cut from " + from + ", snapshot at " + baseIndex);
        while (lastIndex() >= from) {
            slots.remove(slots.size() - 1);
        }
        configurations.tailMap(from, true).clear();
    }

    private void append(LogEntry entry) {
        if (entry.index() != lastIndex() + 1) {
            throw new Violation("R3 a log has no gaps", "index " + entry.index() + " follows " + lastIndex());
        }
        long lastStamp = slots.isEmpty() ? baseStampMillis : slots.get(slots.size() - 1).stampMillis;
        if (entry.stampMillis() < lastStamp || entry.term() < lastTerm()) {
            throw new Violation("R15 stamps and terms never fall along a log", entry + " follows stamp " + lastStamp);
        }
        if (lastStamp > 0 && entry.stampMillis() - lastStamp > FURTHEST_JUMP_MILLIS) {
            throw new Violation("R16 the cluster's time doesn't jump", entry + " follows stamp " + lastStamp);
        }
        long hash = XxHash64.hash(entry.payload().array(), prefixHash(lastIndex()));
        hash = hash * 31 + entry.term();
        hash = hash * 31 + entry.kind().code();
        slots.add(new Slot(entry.term(), entry.stampMillis(), hash * 31 + entry.stampMillis()));
        if (entry.kind() == LogEntry.Kind.CONFIG) {
            Configuration next = ConfigurationFormat.decode(entry.payload());
            requireFollows(configuration(), next);
            configurations.put(entry.index(), next);
        }
    }

    /** Each step keeps a majority in common: the voters stay, or both the old and the new ones count, or the old ones go. */
    private static void requireFollows(Configuration before, Configuration next) {
        boolean follows = before.equals(Configuration.EMPTY)
                || next.voters().equals(before.voters()) && next.outgoing().equals(before.outgoing())
                || !before.isJoint() && next.outgoing().equals(before.voters())
                || before.isJoint() && !next.isJoint() && next.voters().equals(before.voters());
        Violation.check(
                follows,
                "R11 configurations in force have intersecting majorities",
                before + " is followed by " + next);
    }

    private void install(StoredSnapshot snapshot, CommittedPrefix committed) {
        boolean agrees = snapshot.index() == baseIndex
                || snapshot.index() > baseIndex
                        && snapshot.index() <= lastIndex()
                        && term(snapshot.index()) == snapshot.term();
        if (!agrees && snapshot.index() > baseIndex) {
            reset(snapshot, committed);
        }
    }

    private void reset(StoredSnapshot snapshot, CommittedPrefix committed) {
        slots.clear();
        baseIndex = snapshot.index();
        baseTerm = snapshot.term();
        baseStampMillis = snapshot.stampMillis();
        baseHash = committed.hashAt(baseIndex);
        configurations.clear();
        configurations.put(baseIndex, ConfigurationFormat.decode(snapshot.config()));
    }

    /** The last one, committed or not. */
    Configuration configuration() {
        return configurations.lastEntry().getValue();
    }

    /** Where the last configuration stands. */
    long configurationIndex() {
        return configurations.lastKey();
    }

    /**
     * Where the voters before the last change of the voters were decided, if that last change is of this term; 0 if it isn't, or if that isn't
     * in the log.
     */
    long voterChangeBeforeTheOneOfTerm(long term) {
        long last = 0;
        long lastButOne = 0;
        Configuration before = null;
        for (Map.Entry<Long, Configuration> entry : configurations.entrySet()) {
            Configuration next = entry.getValue();
            if (before != null
                    && !(next.voters().equals(before.voters())
                            && next.outgoing().equals(before.outgoing()))) {
                lastButOne = last;
                last = entry.getKey();
            }
            before = next;
        }
        return hasEntry(last) && term(last) == term ? lastButOne : 0;
    }

    HardState hardState() {
        return hardState;
    }

    long lastIndex() {
        return baseIndex + slots.size();
    }

    long lastTerm() {
        return slots.isEmpty() ? baseTerm : slots.get(slots.size() - 1).term;
    }

    /** Whether the log itself, not only a snapshot, reaches so far back. */
    boolean hasEntry(long index) {
        return index > baseIndex && index <= lastIndex();
    }

    /** Whether the log ends behind this index or its snapshot stands for it. */
    boolean reaches(long index) {
        return index <= lastIndex();
    }

    long term(long index) {
        return index == baseIndex ? baseTerm : slots.get((int) (index - baseIndex - 1)).term;
    }

    /** Whether there was more than one change of the configuration. */
    boolean hasConfigurations() {
        return configurations.size() > 2;
    }

    /** The rolling hash at an index not before the snapshot's. */
    long prefixHash(long index) {
        return index == baseIndex ? baseHash : slots.get((int) (index - baseIndex - 1)).prefixHash;
    }

    /** Whether this log holds, or its snapshot stands for, the entries of a hash. */
    boolean agrees(long index, long hash) {
        return index < baseIndex || index <= lastIndex() && prefixHash(index) == hash;
    }
}

package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.raft.RaftEffects.ReadDone;
import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A {@link Raft} with a disk that may lag behind, a clock of its own, and a state machine that is nothing but a running hash of what was
 * applied. Everything it does is told to {@link RaftInvariants}.
 */
final class TestNode {
    final NodeId id;
    final DiskImage durable = new DiskImage();
    DiskImage written = new DiskImage();
    final ArrayDeque<Write> unflushed = new ArrayDeque<>();
    final List<Outgoing> outgoing = new ArrayList<>();
    final List<String> applied = new ArrayList<>();
    /** The reads of this start that have been answered, by number. */
    final Map<Long, Long> reads = new HashMap<>();

    private final Configuration founding;
    private final RaftOptions options;
    private final RandomGenerator random;
    private final RaftInvariants invariants;
    private Raft raft;
    private DiskImage disk;
    private boolean isStorageHeld;
    private long skewNanos;
    private int fastPermille;
    private long fastSince;
    private long incarnation;
    private long appliedIndex;
    private long stateHash;
    private int installs;

    TestNode(NodeId id, List<NodeId> voters, RaftOptions options, RandomGenerator random, RaftInvariants invariants) {
        this(id, Configuration.founding(voters, Map.of()), options, random, invariants);
    }

    TestNode(
            NodeId id, Configuration founding, RaftOptions options, RandomGenerator random, RaftInvariants invariants) {
        this.id = id;
        this.founding = founding;
        this.options = options;
        this.random = random;
        this.invariants = invariants;
        this.disk = durable;
    }

    boolean isUp() {
        return raft != null;
    }

    Raft raft() {
        return raft;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    long stateHash() {
        return stateHash;
    }

    int installs() {
        return installs;
    }

    /** Whether its disk is this server's, and says so. */
    boolean isDurably(Server server) {
        return disk.hardState().term() > 0 && disk.hardState().identity() == server.identity();
    }

    DiskImage disk() {
        return disk;
    }

    long now(long globalNow) {
        return globalNow + skewNanos + (globalNow - fastSince) * fastPermille / 1000;
    }

    /** From now on this node's clock gains so much. */
    void runFast(int permille, long globalNow) {
        skewNanos = now(globalNow) - globalNow;
        fastPermille = permille;
        fastSince = globalNow;
    }

    void skew(long nanos) {
        skewNanos += nanos;
    }

    void start(long globalNow) {
        raft = new Raft(options, id, founding, disk.recovered(++incarnation), random, now(globalNow));
        reads.clear();
        written = disk.copy();
        appliedIndex = 0;
        stateHash = 0;
        applied.clear();
        disk.snapshot().ifPresent(this::restore);
        invariants.started(this);
    }

    /** Loses all but the first {@code kept} of the writes that were under way. */
    void crash(int kept) {
        for (int i = 0; i < kept && !unflushed.isEmpty(); i++) {
            disk.apply(unflushed.poll());
        }
        unflushed.clear();
        outgoing.clear();
        written = disk.copy();
        raft = null;
    }

    /** Dies in the middle of the oldest write: hard state, truncation and the first entries of it are on the disk. */
    void tear(int keptEntries) {
        LogBatch batch = unflushed.getFirst().batch();
        crash(0);
        disk.append(new LogBatch(
                batch.hardState(), batch.truncateFrom(), batch.entries().subList(0, keptEntries)));
        written = disk.copy();
    }

    /** Loses the disk with all that it ever held. */
    void wipe() {
        disk = new DiskImage();
    }

    void holdStorage(boolean hold) {
        isStorageHeld = hold;
    }

    /** Takes all effects; flushes, and takes what that frees, unless the storage is held. */
    void turn(long globalNow) {
        do {
            while (raft.hasEffects()) {
                take(raft.effects());
            }
        } while (!isStorageHeld && flush(Integer.MAX_VALUE, globalNow));
        invariants.afterTurn(this);
    }

    /** Makes the next writes durable and says so. */
    boolean flush(int count, long globalNow) {
        long last = 0;
        for (int i = 0; i < count && !unflushed.isEmpty(); i++) {
            Write write = unflushed.poll();
            disk.apply(write);
            last = write.sequence();
        }
        if (last > 0) {
            raft.persisted(last, now(globalNow));
        }
        return last > 0;
    }

    /** Begins a read; what it answers has to include all that was committed by now. */
    long read(long globalNow) {
        long read = raft.read(now(globalNow));
        invariants.readBegins(this, read);
        return read;
    }

    void compact(long globalNow) {
        raft.compact(appliedIndex, Bytes.utf8(appliedIndex + ":" + stateHash), now(globalNow));
        invariants.snapshot(appliedIndex, stateHash);
    }

    private void take(RaftEffects effects) {
        effects.install().ifPresent(snapshot -> {
            if (snapshot.index() < appliedIndex) {
                throw new AssertionError("R10: installing lowers the applied index");
            }
            restore(snapshot);
            installs++;
        });
        effects.write().ifPresent(write -> {
            invariants.writing(this, write);
            written.apply(write);
            unflushed.add(write);
        });
        for (Outgoing message : effects.messages()) {
            invariants.sent(this, message);
            outgoing.add(message);
        }
        for (ReadDone read : effects.reads()) {
            invariants.read(this, read);
            reads.put(read.id(), read.index());
        }
        for (LogEntry entry : effects.committed()) {
            if (entry.index() != appliedIndex + 1) {
                throw new AssertionError("R5: applied " + entry.index() + " after " + appliedIndex);
            }
            appliedIndex = entry.index();
            stateHash = RaftInvariants.mix(stateHash, entry);
            if (entry.kind() == LogEntry.Kind.COMMAND) {
                applied.add(entry.payload().asUtf8());
            }
            invariants.applied(this, entry);
        }
    }

    private void restore(StoredSnapshot snapshot) {
        String[] parts = snapshot.state().asUtf8().split(":", 2);
        appliedIndex = Long.parseLong(parts[0]);
        stateHash = Long.parseLong(parts[1]);
        if (appliedIndex != snapshot.index()) {
            throw new AssertionError("R10: snapshot " + snapshot.index() + " holds the state of " + appliedIndex);
        }
        invariants.snapshot(appliedIndex, stateHash);
    }
}

package io.sinkron.transport.inmemory.sim;

import io.sinkron.cache.CacheOptions;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cluster.LeaseOptions;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockLimits;
import io.sinkron.node.NodeOptions;
import io.sinkron.queue.QueueBrokerOptions;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.RaftOptions;
import io.sinkron.transport.inmemory.sim.fault.FaultKind;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.fault.PlannedFault;
import io.sinkron.transport.inmemory.sim.workload.CacheWorkload;
import io.sinkron.transport.inmemory.sim.workload.LockWorkload;
import io.sinkron.transport.inmemory.sim.workload.MembershipWorkload;
import io.sinkron.transport.inmemory.sim.workload.Pace;
import io.sinkron.transport.inmemory.sim.workload.QueueWorkload;
import io.sinkron.transport.inmemory.sim.workload.Workload;
import io.sinkron.transport.inmemory.sim.world.DiskQuality;
import io.sinkron.transport.inmemory.sim.world.LinkQuality;
import io.sinkron.transport.inmemory.sim.world.NodeQuality;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.StoreQuality;
import io.sinkron.wal.FileLogOptions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Draws a run from its seed (swarm testing: Groce and others, "Swarm Testing", ISSTA 2012): each kind of fault is on in about half of the runs,
 * then at a rate of its own, because faults that are always there hide each other; and the nodes' limits are often tiny, because what
 * needs a full window, a long log or a crowded cache is otherwise never reached.
 */
final class Swarm {
    private static final long MILLI = 1_000_000;

    private final SeededRandom random;
    private final SeededRandom storeRandom;
    private final boolean externalQueues;
    private final boolean externalMemory;
    private final boolean leaseReads;

    Swarm(SeededRandom random) {
        this.random = random;
        this.storeRandom = random.split("stores");
        this.externalQueues = storeRandom.chance(0.3);
        this.externalMemory = storeRandom.chance(0.3);
        this.leaseReads = random.split("reads").nextBoolean();
    }

    Faults faults() {
        boolean oneAtATime = random.chance(0.4);
        return new Faults(
                oneAtATime ? steadied(links()) : links(),
                disks(oneAtATime),
                nodes(oneAtATime),
                store(),
                meanNanos(oneAtATime),
                oneAtATime);
    }

    private Map<FaultKind, Long> meanNanos(boolean oneAtATime) {
        Map<FaultKind, Long> means = new EnumMap<>(FaultKind.class);
        means.put(FaultKind.STORE_AWAY, storeRandom.nextBoolean() ? storeRandom.nextLong(5_000, 30_000) * MILLI : 0);
        means.put(FaultKind.PARTITION, maybe(2_000, 12_000));
        means.put(FaultKind.CLOG, maybe(1_000, 8_000));
        means.put(FaultKind.CRASH, maybe(2_000, 15_000));
        means.put(FaultKind.OUTAGE, oneAtATime || !random.chance(0.3) ? 0 : random.nextLong(10_000, 60_000) * MILLI);
        means.put(FaultKind.PAUSE, maybe(3_000, 20_000));
        means.put(FaultKind.SWIZZLE, seldom(3_000, 20_000));
        means.put(FaultKind.SLOW_LINK, seldom(3_000, 15_000));
        means.put(FaultKind.SLOW_NODE, seldom(3_000, 20_000));
        means.put(FaultKind.DISK_STALL, seldom(3_000, 20_000));
        means.put(FaultKind.DAMAGE, seldom(10_000, 40_000));
        means.put(FaultKind.WIPE, seldom(10_000, 40_000));
        return means;
    }

    private long seldom(long minMillis, long maxMillis) {
        long mean = random.nextLong(minMillis, maxMillis) * MILLI;
        return random.chance(0.35) ? mean : 0;
    }

    private long maybe(long minMillis, long maxMillis) {
        long mean = random.nextLong(minMillis, maxMillis) * MILLI;
        return random.nextBoolean() ? mean : 0;
    }

    private double maybe(double max) {
        double probability = random.nextDouble() * max;
        return random.nextBoolean() ? probability : 0;
    }

    private LinkQuality links() {
        boolean slow = random.chance(0.2);
        return new LinkQuality(
                random.nextLong(slow ? 20 * MILLI : 2 * MILLI),
                random.nextLong(MILLI / 10, slow ? 60 * MILLI : 8 * MILLI),
                maybe(0.01),
                2_000 * MILLI,
                maybe(random.chance(0.2) ? 0.25 : 0.05),
                maybe(0.2),
                maybe(0.1));
    }

    /** So rarely lost or late that no node but the troubled one loses its lease. */
    private static LinkQuality steadied(LinkQuality links) {
        return new LinkQuality(
                links.minDelayNanos(),
                links.meanExtraNanos(),
                0,
                0,
                Math.min(links.lossProbability(), 0.02),
                links.duplicateProbability(),
                links.replayProbability());
    }

    private DiskQuality disks(boolean oneAtATime) {
        double deadly = oneAtATime ? 0 : 0.001;
        return new DiskQuality(
                random.nextLong(10_000, MILLI),
                random.nextLong(100_000, 10 * MILLI),
                maybe(0.02),
                1_500 * MILLI,
                maybe(deadly),
                maybe(deadly),
                maybe(deadly));
    }

    private StoreQuality store() {
        double trouble = storeRandom.nextBoolean() ? 0.03 : 0;
        return new StoreQuality(
                storeRandom.nextLong(100_000, 10 * MILLI),
                storeRandom.nextDouble() * trouble,
                storeRandom.nextDouble() * trouble,
                storeRandom.nextDouble() * trouble);
    }

    private NodeQuality nodes(boolean oneAtATime) {
        return new NodeQuality(
                random.chance(0.2) ? 500 : random.nextInt(501),
                random.chance(0.1) ? 5 * MILLI : 200_000,
                random.nextLong(MILLI / 10, 20 * MILLI),
                oneAtATime ? 0 : maybe(0.0005));
    }

    /**
     * How many nodes there are beside the founders, to be added by and by; none in most runs. Where what one node holds in memory must
     * survive, the group stays as it is.
     */
    int joiners(Faults faults, int founders) {
        SeededRandom source = random.split("joiners");
        boolean changes = !faults.oneNodeAtATime() && !faults.isMemorySafe() && !faults.has(FaultKind.WIPE);
        return changes && founders > 1 && source.chance(0.5) ? source.nextInt(1, 3) : 0;
    }

    /** An operator, in runs with joiners. */
    MembershipWorkload membership(Supplier<Configuration> inForce) {
        return new MembershipWorkload(inForce, random.split("operator").nextLong(1_000, 6_000) * MILLI);
    }

    /** @param founders the first voters; a node that isn't one of them joins later */
    NodeOptions node(NodeId self, List<NodeId> founders) {
        NodeOptions.Limits base = NodeOptions.Limits.DEFAULT;
        NodeOptions.Limits limits = new NodeOptions.Limits(
                base.openCalls(),
                base.answerWindow(),
                random.nextLong(300, 1_500) * MILLI,
                random.nextBoolean() ? base.batchCommands() : random.nextInt(1, 4),
                base.batchBytes(),
                base.maxCommandBytes(),
                random.nextBoolean() ? base.snapshotAfterBytes() : random.nextLong(4_000, 100_000),
                base.maxLogBytes());
        SortedMap<NodeId, String> founding = new TreeMap<>();
        founders.forEach(founder -> founding.put(founder, ""));
        return new NodeOptions(
                self,
                founders.contains(self) ? founding : new TreeMap<>(),
                new TreeSet<>(founders),
                random.nextInt(1, 4),
                "",
                "",
                externalQueues,
                externalMemory,
                7,
                limits,
                raft(),
                LeaseOptions.DEFAULT,
                LockLimits.DEFAULT,
                QueueBrokerOptions.DEFAULT,
                cache());
    }

    private RaftOptions raft() {
        RaftOptions raft = RaftOptions.DEFAULT;
        if (random.nextBoolean()) {
            raft = raft.withFlow(
                    random.nextInt(1, 20),
                    1 << random.nextInt(6, 20),
                    random.nextInt(1, 40),
                    1 << random.nextInt(8, 23));
        }
        if (random.nextBoolean()) {
            raft = raft.withSnapshots(1 << random.nextInt(8, 18), random.nextInt(1, 8), random.nextInt(200), 1 << 20);
        }
        raft = raft.withReads(leaseReads, random.nextBoolean() ? raft.maxPendingReads() : random.nextInt(1, 6));
        return random.nextBoolean() ? raft : raft.withBounds(64 << 20, random.nextInt(1, 50), 4 << 20);
    }

    private CacheOptions cache() {
        CacheOptions cache = CacheOptions.DEFAULT;
        int filter = new int[] {0, 1, 4, cache.maxFilterEntries()}[random.nextInt(4)];
        cache = cache.withFilter(filter);
        return random.nextBoolean() ? cache : cache.withCapacity(random.nextInt(1, 6), 1 << 20);
    }

    FileLogOptions log() {
        return FileLogOptions.ofSegmentBytes(4096 << random.nextInt(3, 9));
    }

    /** When the clients are busy; see {@link PaceDraw#draw}. */
    Pace pace(List<PlannedFault> planned, long faultsNanos, long untilNanos) {
        return new PaceDraw(random.split("pace")).draw(planned, faultsNanos, untilNanos);
    }

    /** @param most how many clients of a kind at most: fewer than drawn only where a failure is made small */
    List<Workload> workloads(Faults faults, int most, Pace pace) {
        // A value that two nodes hold in memory survives the loss of one, not of both.
        boolean durable = faults.oneNodeAtATime() || faults.isMemorySafe();
        List<Workload> workloads = new ArrayList<>();
        workloads.add(new LockWorkload(Math.min(most, random.nextInt(2, 8)), random.nextInt(1, 6), pace));
        workloads.add(new QueueWorkload(
                Math.min(most, random.nextInt(1, 4)),
                Math.min(most, random.nextInt(2, 5)),
                random.nextInt(1, 4),
                random.nextBoolean(),
                pace));
        workloads.add(new CacheWorkload(
                Math.min(most, random.nextInt(2, 8)),
                random.nextInt(1, 6),
                durable ? Durability.BACKED_UP : Durability.WRITE_THROUGH,
                pace));
        return workloads;
    }
}

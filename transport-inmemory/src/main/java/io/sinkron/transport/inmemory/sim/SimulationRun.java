package io.sinkron.transport.inmemory.sim;

import io.sinkron.common.NodeId;
import io.sinkron.node.Node;
import io.sinkron.node.NodeOptions;
import io.sinkron.transport.inmemory.sim.fault.FaultDraw;
import io.sinkron.transport.inmemory.sim.fault.FaultInjector;
import io.sinkron.transport.inmemory.sim.fault.FaultKind;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.fault.PlannedFault;
import io.sinkron.transport.inmemory.sim.invariant.CacheInvariants;
import io.sinkron.transport.inmemory.sim.invariant.RaftInvariants;
import io.sinkron.transport.inmemory.sim.invariant.RaftSightings;
import io.sinkron.transport.inmemory.sim.workload.MembershipWorkload;
import io.sinkron.transport.inmemory.sim.workload.Pace;
import io.sinkron.transport.inmemory.sim.workload.Workload;
import io.sinkron.transport.inmemory.sim.world.Recorder;
import io.sinkron.transport.inmemory.sim.world.Scheduler;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.SimulatedNetwork;
import io.sinkron.transport.inmemory.sim.world.SimulatedNode;
import io.sinkron.transport.inmemory.sim.world.SimulatedStore;
import io.sinkron.transport.inmemory.sim.world.Violation;
import io.sinkron.transport.inmemory.sim.world.World;
import io.sinkron.wire.MessageWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One run: builds the world from the seed, lets it go wrong, heals it, waits until it serves again, and compares what everybody was told. Used
 * once.
 */
final class SimulationRun {
    private static final long STEP_NANOS = 100_000_000;

    /** So near to the others a node that was replaced has to come before it's counted on. */
    private static final long CAUGHT_UP_ENTRIES = 64;

    private final SimulationPlan plan;
    private final SeededRandom seed;
    private final Scheduler scheduler;
    private final Recorder recorder;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final RaftInvariants raft;
    private final CacheInvariants cache;
    private final Faults chosenFaults;
    private final Decisions decisions;
    private final FaultInjector faults;
    private final List<Workload> workloads;
    private final Optional<MembershipWorkload> membership;
    private final World world;

    SimulationRun(SimulationPlan plan) {
        this.plan = plan;
        this.seed = new SeededRandom(plan.seed());
        this.scheduler = new Scheduler(seed.split("ties"));
        this.recorder =
                plan.trace().map(trace -> new Recorder(scheduler, trace)).orElseGet(() -> new Recorder(scheduler));
        Swarm swarm = new Swarm(seed.split("swarm"));
        List<NodeId> ids = new ArrayList<>();
        Faults drawn = swarm.faults();
        this.chosenFaults = plan.faults().orElse(drawn);
        List<PlannedFault> planned =
                new FaultDraw(plan.nodes(), seed.split("faults")).draw(chosenFaults, plan.durationNanos());
        this.decisions =
                plan.decisions().orElseGet(() -> new Decisions(plan.nodes(), Set.of(), Decisions.ALL_CLIENTS, planned));
        int joiners = decisions.has("membership") && plan.workloads().isEmpty()
                ? swarm.joiners(chosenFaults, decisions.nodes())
                : 0;
        for (int i = 1; i <= decisions.nodes() + joiners; i++) {
            ids.add(NodeId.of("n" + i));
        }
        List<NodeId> founders = List.copyOf(ids.subList(0, decisions.nodes()));
        this.raft = new RaftInvariants(founders, ids.subList(founders.size(), ids.size()), recorder.marks());
        this.cache = new CacheInvariants(nodes);
        SimulatedNetwork network = new SimulatedNetwork(
                scheduler, seed.split("network"), recorder, new MessageWire(), plan.throughCodec());
        SimulatedStore store = new SimulatedStore(scheduler, seed.split("store"), recorder);
        this.world = new World(
                scheduler,
                network,
                store,
                recorder,
                List.of(
                        raft,
                        cache,
                        new AuditFindings(recorder.marks()),
                        new Sightings(recorder.marks()),
                        new RaftSightings(recorder.marks())));
        recorder.trace("", () -> "seed " + plan.seed() + ", " + chosenFaults + ", " + decisions);
        this.faults = new FaultInjector(chosenFaults.without(decisions::has), world, nodes, seed.split("faults"));
        Pace pace = swarm.pace(planned, plan.durationNanos(), plan.durationNanos() + plan.recoveryNanos());
        List<Workload> clients = plan.workloads().isEmpty()
                ? swarm.workloads(chosenFaults, decisions.maxClients(), pace)
                : plan.workloads().stream().map(Supplier::get).toList();
        this.membership = joiners > 0 ? Optional.of(swarm.membership(raft::inForce)) : Optional.empty();
        List<Workload> all = new ArrayList<>(clients);
        membership.ifPresent(all::add);
        this.workloads =
                all.stream().filter(workload -> decisions.has(workload.name())).toList();
        for (NodeId id : ids) {
            NodeOptions options = plan.nodeOptions().apply(swarm.node(id, founders));
            nodes.add(new SimulatedNode(options, swarm.log(), world, seed.split(id.value())));
        }
    }

    /**
     * Runs it.
     *
     * @throws SimulationFailure if an invariant broke or the healed cluster didn't serve in time
     */
    SimulationReport run() {
        try {
            begin();
            runFor(plan.durationNanos());
            replaceLostDisks();
            gather();
            serveWithoutTheOthers();
            faults.stop();
            workloads.forEach(Workload::drain);
            recover();
            workloads.forEach(Workload::check);
            raft.compareStates(machines());
        } catch (Violation violation) {
            throw new SimulationFailure(
                    plan.seed(),
                    scheduler.executed(),
                    scheduler.nowNanos(),
                    plan.replayCommand(),
                    violation,
                    decisions);
        }
        return new SimulationReport(
                plan.seed(),
                recorder.hash().value(),
                scheduler.executed(),
                scheduler.nowNanos(),
                recorder.marks().counts());
    }

    private void begin() {
        faults.start(decisions.faults());
        SeededRandom starts = seed.split("starts");
        for (SimulatedNode node : nodes) {
            scheduler.after(starts.nextLong(STEP_NANOS), node::start);
        }
        for (Workload workload : workloads) {
            workload.start(new ClientSide(world, nodes, seed.split(workload.name())));
        }
    }

    private void runFor(long nanos) {
        scheduler.runUntil(scheduler.nowNanos() + nanos);
    }

    /**
     * Liveness: once nothing breaks, the successors of lost disks become voters and catch up. A majority of the others need not serve before, as a lost
     * disk is one of those that a majority may do without.
     */
    private void replaceLostDisks() {
        if (!chosenFaults.has(FaultKind.WIPE)) {
            return;
        }
        faults.stop();
        long end = scheduler.nowNanos() + plan.recoveryNanos();
        while (!raft.hasReplacedLostDisks() || mostBehind() > CAUGHT_UP_ENTRIES) {
            if (scheduler.nowNanos() > end) {
                throw new Violation("G6 a healed group takes in all nodes", "in force is " + raft.inForce());
            }
            runFor(STEP_NANOS);
        }
    }

    /** By how many entries the node that has applied least is behind the one that has applied most. */
    private long mostBehind() {
        long[] applied = machines().stream()
                .mapToLong(machine -> machine.status().appliedIndex())
                .sorted()
                .toArray();
        return applied.length < nodes.size() ? Long.MAX_VALUE : applied[applied.length - 1] - applied[0];
    }

    /** Liveness: once nothing breaks, whatever was begun to change of the membership ends, and all nodes can be made voters. */
    private void gather() {
        if (membership.isEmpty()) {
            return;
        }
        faults.stop();
        membership.get().gather();
        // What was asked for before, and is on its way, comes to its end first.
        runFor(MembershipWorkload.CALL_NANOS + 20 * STEP_NANOS);
        long end = scheduler.nowNanos() + plan.recoveryNanos();
        while (!membership.get().isGathered()) {
            if (scheduler.nowNanos() > end) {
                throw new Violation(
                        "G6 a healed group takes in all nodes", membership.get().toString());
            }
            runFor(STEP_NANOS);
        }
    }

    /** Liveness: a majority that works serves, whatever becomes of the others. */
    private void serveWithoutTheOthers() {
        SeededRandom random = seed.split("core");
        boolean careful = chosenFaults.oneNodeAtATime() || chosenFaults.isMemorySafe();
        if (careful) {
            faults.stop();
            runFor(FaultDraw.RECOVERY_MILLIS * 1_000_000);
        }
        int minority = (nodes.size() - 1) / 2;
        int outside = careful ? Math.min(1, minority) : random.nextInt(minority + 1);
        List<SimulatedNode> shuffled = new ArrayList<>();
        nodes.forEach(node -> shuffled.add(random.nextInt(shuffled.size() + 1), node));
        faults.leaveOutside(shuffled.subList(0, outside), chosenFaults.mayDie());
        List<CoreProbe> probes = new ArrayList<>();
        for (SimulatedNode node : shuffled.subList(outside, nodes.size())) {
            CoreProbe probe = new CoreProbe(new ClientSide(world, nodes, seed.split("probe")), node.id());
            probes.add(probe);
            probe.start();
        }
        long end = scheduler.nowNanos() + plan.recoveryNanos() / 2;
        while (!probes.stream().allMatch(CoreProbe::isDone)) {
            if (scheduler.nowNanos() > end) {
                throw new Violation(
                        "G4 a majority serves without the others",
                        "after " + plan.recoveryNanos() / 2_000_000 + " ms: " + probes);
            }
            runFor(STEP_NANOS);
        }
        recorder.marks().reached("served without the others");
    }

    /** Liveness: with everything whole, all clients end, all nodes serve, agree, and have settled, within the bound. */
    private void recover() {
        long end = scheduler.nowNanos() + plan.recoveryNanos();
        Optional<String> missing = whatIsMissing();
        while (missing.isPresent()) {
            if (scheduler.nowNanos() > end) {
                throw new Violation(
                        "G5 a healed cluster serves again",
                        "after " + plan.recoveryNanos() / 1_000_000 + " ms: " + missing.get());
            }
            runFor(STEP_NANOS);
            missing = whatIsMissing();
        }
        recorder.marks().reached("healed");
    }

    private Optional<String> whatIsMissing() {
        for (SimulatedNode node : nodes) {
            Optional<Node> machine = node.machine();
            if (machine.isEmpty()) {
                return Optional.of(node.id() + " is down");
            }
            if (machine.get().status().leader().isEmpty()) {
                return Optional.of(node.id() + " knows no leader");
            }
            if (!machine.get().status().isLeaseValid(node.localNanos())) {
                return Optional.of(node.id() + " has no lease: " + machine.get().status());
            }
        }
        for (Workload workload : workloads) {
            if (!workload.isDone()) {
                return Optional.of("unfinished workload " + workload);
            }
        }
        long applied = nodes.get(0).machine().orElseThrow().status().appliedIndex();
        for (Node machine : machines()) {
            if (machine.status().appliedIndex() != applied) {
                return Optional.of("applied indexes differ: " + machine.status());
            }
        }
        List<String> unsettled = cache.unsettled();
        return unsettled.isEmpty() ? Optional.empty() : Optional.of("unsettled lines " + unsettled);
    }

    private List<Node> machines() {
        List<Node> machines = new ArrayList<>();
        nodes.forEach(node -> node.machine().ifPresent(machines::add));
        return machines;
    }
}

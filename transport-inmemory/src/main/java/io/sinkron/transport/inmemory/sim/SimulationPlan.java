package io.sinkron.transport.inmemory.sim;

import io.sinkron.node.NodeOptions;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What a run is made from. Immutable.
 *
 * @param seed what decides everything
 * @param nodes how many nodes
 * @param durationNanos how long things break
 * @param recoveryNanos how long the healed cluster may take
 * @param throughCodec whether messages are encoded on their way
 * @param faults what breaks; empty: drawn from the seed
 * @param decisions what is to be done of all that is drawn; empty: all
 * @param workloads the clients; none: drawn from the seed
 * @param nodeOptions changes the drawn options of each node
 * @param trace takes a line for each event
 * @param replayCommand what a failure tells people to type
 */
record SimulationPlan(
        long seed,
        int nodes,
        long durationNanos,
        long recoveryNanos,
        boolean throughCodec,
        Optional<Faults> faults,
        Optional<Decisions> decisions,
        List<Supplier<Workload>> workloads,
        UnaryOperator<NodeOptions> nodeOptions,
        Optional<Consumer<String>> trace,
        String replayCommand) {
    SimulationPlan {
        workloads = List.copyOf(workloads);
    }

    /** The same run with other decisions. */
    SimulationPlan with(Decisions other) {
        return new SimulationPlan(
                seed,
                nodes,
                durationNanos,
                recoveryNanos,
                throughCodec,
                faults,
                Optional.of(other),
                workloads,
                nodeOptions,
                trace,
                replayCommand);
    }
}

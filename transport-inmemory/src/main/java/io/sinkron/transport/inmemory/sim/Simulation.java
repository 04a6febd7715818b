package io.sinkron.transport.inmemory.sim;

import io.sinkron.node.NodeOptions;
import io.sinkron.transport.inmemory.sim.fault.Faults;
import io.sinkron.transport.inmemory.sim.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One run: a cluster of production nodes in virtual time, broken for a while as the seed says, then healed; it must be safe all along and serve
 * again soon after. Made with {@link #builder}; runs in the thread that calls {@link #run}.
 *
 * <pre>{@code
 * SimulationReport report = Simulation.builder()
 *         .seed(42)
 *         .nodes(5)
 *         .duration(Duration.ofSeconds(60))
 *         .build()
 *         .run();
 * }</pre>
 */
public final class Simulation {
    private final SimulationPlan plan;

    private Simulation(SimulationPlan plan) {
        this.plan = plan;
    }

    /** A run with everything drawn from the seed; what is set explicitly isn't drawn. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs it from its beginning. A second call does exactly the same again.
     *
     * @throws SimulationFailure if an invariant broke or the healed cluster didn't serve in time
     */
    public SimulationReport run() {
        return new SimulationRun(plan).run();
    }

    /**
     * Makes a failure of this simulation small: runs it again with fewer faults, services, clients and nodes as long as the same rule breaks.
     *
     * @param failure what {@link #run} threw
     * @param maxRuns how many runs this may take at most
     * @return a failure whose {@link SimulationFailure#decisions} are what is left
     */
    public SimulationFailure shrink(SimulationFailure failure, int maxRuns) {
        return new Shrinker(failure, this::runWith, maxRuns).shrink();
    }

    private Optional<SimulationFailure> runWith(Decisions decisions) {
        try {
            new SimulationRun(plan.with(decisions)).run();
            return Optional.empty();
        } catch (SimulationFailure failure) {
            return Optional.of(failure);
        }
    }

    /** How a {@link Simulation} is made. What isn't set is drawn from the seed. Not thread-safe. */
    public static final class Builder {
        private static final int MAX_NODES = 7;

        private long seed;
        private int nodes = 3;
        private long durationNanos = Duration.ofSeconds(60).toNanos();
        private long recoveryNanos = Duration.ofSeconds(60).toNanos();
        private boolean throughCodec = true;
        private Optional<Faults> faults = Optional.empty();
        private Optional<Decisions> decisions = Optional.empty();
        private final List<Supplier<Workload>> workloads = new ArrayList<>();
        private UnaryOperator<NodeOptions> nodeOptions = UnaryOperator.identity();
        private Optional<Consumer<String>> trace = Optional.empty();
        private String replayCommand = "run the same test with this seed";

        Builder() {}

        /** What decides everything. Default 0. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** How many nodes, 1 to 7. Default 3. */
        public Builder nodes(int count) {
            if (count < 1 || count > MAX_NODES) {
                throw new IllegalArgumentException("nodes is " + count + ", allowed are 1 to " + MAX_NODES);
            }
            nodes = count;
            return this;
        }

        /** How long things break, in virtual time. Default 60 s. */
        public Builder duration(Duration value) {
            durationNanos = value.toNanos();
            return this;
        }

        /** How long the healed cluster may take until everything is served and settled, in virtual time. Default 60 s. */
        public Builder recovery(Duration value) {
            recoveryNanos = value.toNanos();
            return this;
        }

        /** Hands messages over as they are, not through the codec: faster. */
        public Builder withoutCodec() {
            throughCodec = false;
            return this;
        }

        /** What breaks, instead of what the seed would draw. */
        public Builder faults(Faults value) {
            faults = Optional.of(value);
            return this;
        }

        /** Does only this of what the seed would decide, with these faults in place of those that it draws, on so many nodes. */
        public Builder decisions(Decisions value) {
            decisions = Optional.of(value);
            return this;
        }

        /** Adds clients; with the first ones, none are drawn. Asked once a run, because a workload is used once. */
        public Builder workload(Supplier<Workload> workload) {
            workloads.add(Objects.requireNonNull(workload, "workload"));
            return this;
        }

        /** Changes the drawn options of each node. */
        public Builder nodeOptions(UnaryOperator<NodeOptions> change) {
            nodeOptions = Objects.requireNonNull(change, "change");
            return this;
        }

        /** Takes one line for each event. */
        public Builder trace(Consumer<String> lines) {
            trace = Optional.of(lines);
            return this;
        }

        /** What a failure tells people to type in order to see it again. */
        public Builder replayCommand(String command) {
            replayCommand = Objects.requireNonNull(command, "command");
            return this;
        }

        /** The run. */
        public Simulation build() {
            return new Simulation(new SimulationPlan(
                    seed,
                    nodes,
                    durationNanos,
                    recoveryNanos,
                    throughCodec,
                    faults,
                    decisions,
                    workloads,
                    nodeOptions,
                    trace,
                    replayCommand));
        }
    }
}

package io.sinkron.transport.inmemory.sim;

import io.sinkron.transport.inmemory.sim.fault.FaultKind;
import io.sinkron.transport.inmemory.sim.fault.PlannedFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Makes a failing run small: tries it again with less and less of what its seed had decided, and keeps what still breaks the same rule. First the
 * cheap cuts (what begins after the failure, all faults, whole kinds, whole services, most clients), then delta debugging (Zeller and Hildebrandt,
 * "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002) over what is left of the list, then fewer nodes.
 */
final class Shrinker {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final List<String> PARTS =
            List.of("cache", "queues", "locks", "membership", "disks", "links", "processes", "store");

    private final Function<Decisions, Optional<SimulationFailure>> trial;
    private SimulationFailure best;
    private int runsLeft;

    /**
     * @param failure what to make small
     * @param trial runs with other decisions
     * @param maxRuns how many runs it may take
     */
    Shrinker(SimulationFailure failure, Function<Decisions, Optional<SimulationFailure>> trial, int maxRuns) {
        this.best = failure;
        this.trial = trial;
        this.runsLeft = maxRuns;
    }

    /** The smallest failure found. */
    SimulationFailure shrink() {
        beforeTheFailure();
        attempt(best.decisions().withFaults(List.of()));
        wholeKinds();
        parts();
        clients();
        boolean smaller = true;
        while (smaller && runsLeft > 0) {
            smaller = singleFaults();
        }
        fewerNodes();
        return best;
    }

    /** Whether a run with these decisions breaks the same rule; if so, it's the best from now on. */
    private boolean attempt(Decisions fewer) {
        if (runsLeft <= 0 || fewer.equals(best.decisions())) {
            return false;
        }
        runsLeft--;
        Optional<SimulationFailure> failure = trial.apply(fewer);
        boolean same = failure.isPresent() && failure.get().invariant().equals(best.invariant());
        if (same) {
            best = failure.get();
            beforeTheFailure();
        }
        return same;
    }

    /** What would have begun later has had no part in it: no run is needed to know that. */
    private void beforeTheFailure() {
        long end = best.virtualNanos() / NANOS_PER_MILLI;
        Decisions all = best.decisions();
        List<PlannedFault> begun =
                all.faults().stream().filter(fault -> fault.atMillis() <= end).toList();
        best = best.with(all.withFaults(begun));
    }

    private void wholeKinds() {
        Set<FaultKind> kinds = new TreeSet<>();
        best.decisions().faults().forEach(fault -> kinds.add(fault.kind()));
        for (FaultKind kind : kinds) {
            List<PlannedFault> others = best.decisions().faults().stream()
                    .filter(fault -> fault.kind() != kind)
                    .toList();
            attempt(best.decisions().withFaults(others));
        }
    }

    private void parts() {
        for (String part : PARTS) {
            if (best.decisions().has(part)) {
                attempt(best.decisions().leavingOut(part));
            }
        }
    }

    private void clients() {
        for (int most = 1; most <= 4; most *= 2) {
            if (attempt(best.decisions().withClients(most))) {
                return;
            }
        }
    }

    /** One pass of delta debugging: halves first, then quarters, then one by one. Returns whether anything went. */
    private boolean singleFaults() {
        boolean smaller = false;
        for (int size = Math.max(1, best.decisions().faults().size() / 2); size >= 1; size /= 2) {
            int from = 0;
            while (from < best.decisions().faults().size()) {
                List<PlannedFault> faults = best.decisions().faults();
                List<PlannedFault> rest = new ArrayList<>(faults.subList(0, from));
                rest.addAll(faults.subList(Math.min(faults.size(), from + size), faults.size()));
                if (attempt(best.decisions().withFaults(rest))) {
                    smaller = true;
                } else {
                    from += size;
                }
            }
        }
        return smaller;
    }

    private void fewerNodes() {
        for (int nodes : List.of(3, 5)) {
            if (nodes < best.decisions().nodes() && attempt(best.decisions().withNodes(nodes))) {
                return;
            }
        }
    }
}

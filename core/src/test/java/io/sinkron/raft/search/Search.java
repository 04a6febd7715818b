package io.sinkron.raft.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** Breadth-first search over every state that a {@link World} can reach; the shortest way to a violation is told. */
final class Search {
    private final World world;
    private final int limit;
    private final Fingerprints seen = new Fingerprints();
    private final IntList parents = new IntList();
    private final Frontier frontier = new Frontier();
    private long steps;
    private int depth;

    /** What came of a search; {@code violation} is empty if there is none. */
    record Result(
            int states,
            long steps,
            int depth,
            int localStates,
            boolean isExhausted,
            String violation,
            List<String> trace) {
        @Override
        public String toString() {
            String found = violation.isEmpty() ? "no violation" : violation + " after " + trace.size() + " steps";
            return states + " states (" + localStates + " of single nodes), " + steps + " steps, depth " + depth
                    + (isExhausted ? ", exhausted: " : ", stopped: ") + found;
        }
    }

    /** A step that breaks an invariant. */
    private static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Found(String message) {
            super(message, null, false, false);
        }
    }

    private Search(World world, int limit) {
        this.world = world;
        this.limit = limit;
    }

    /** Searches until there is nothing new, a violation, or so many states. */
    static Result run(Setup setup, int limit) {
        return new Search(new World(setup), limit).run();
    }

    /** For a caller in another class loader: the bounds as numbers; what came of it, the violation (or an empty text), and the trace. */
    static List<String> summary(int[] bounds, int limit) {
        Result result = run(Setup.ofNumbers(bounds), limit);
        List<String> all = new ArrayList<>(List.of(result.toString(), result.violation()));
        all.addAll(result.trace());
        return all;
    }

    private Result run() {
        int[] initial = world.initial();
        world.add(initial, seen);
        parents.add(-1);
        frontier.add(initial);
        int at = 0;
        int levelEnd = 1;
        while (!frontier.isEmpty() && seen.size() < limit) {
            if (at == levelEnd) {
                depth++;
                levelEnd = seen.size();
            }
            int from = at++;
            int[] state = frontier.poll();
            try {
                world.visit(state, (next, action) -> reached(from, next, action));
            } catch (Found found) {
                List<String> trace = trace(from);
                trace.add(found.getMessage());
                return result(false, found.getMessage(), trace);
            }
        }
        return result(frontier.isEmpty(), "", List.of());
    }

    private Result result(boolean isExhausted, String violation, List<String> trace) {
        return new Result(seen.size(), steps, depth, world.locals.size(), isExhausted, violation, trace);
    }

    private void reached(int from, int[] next, Supplier<String> action) {
        steps++;
        if (next == null) {
            throw new Found(action.get());
        }
        if (world.add(next, seen) < 0) {
            parents.add(from);
            frontier.add(next);
        }
    }

    /** The actions that lead to a state: those by which it was first reached, since all is visited in the same order again. */
    private List<String> trace(int to) {
        List<Integer> path = new ArrayList<>();
        for (int at = to; at > 0; at = parents.get(at)) {
            path.add(at);
        }
        Collections.reverse(path);
        List<String> actions = new ArrayList<>();
        int[] state = world.initial();
        for (int wanted : path) {
            int[][] found = new int[1][];
            world.visit(state, (next, action) -> {
                if (found[0] == null && world.add(next, seen) == wanted) {
                    found[0] = next;
                    actions.add(action.get());
                }
            });
            state = found[0];
        }
        return actions;
    }
}

package io.sinkron.cache;

import io.sinkron.cache.World.Violation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Breadth-first search over every state that a {@link World} can reach: each is looked at once, by 128 bits of its hash, and the shortest way to a
 * violation is told. Afterwards a search backwards finds the states from which no quiet state can be reached any more.
 */
final class Search {
    private final World world;
    private final Actions actions;
    private final Invariants invariants;
    private final int limit;
    private final Fingerprints seen = new Fingerprints();
    private final IntList parents = new IntList();
    private final IntList depths = new IntList();
    private final IntList edges = new IntList();
    private final IntList quiet = new IntList();
    private final ArrayDeque<int[]> frontier = new ArrayDeque<>();

    /** What came of a search. */
    record Result(
            int states,
            int edges,
            int depth,
            int localStates,
            boolean isExhausted,
            String violation,
            List<String> trace) {
        @Override
        public String toString() {
            String found = violation == null ? "no violation" : violation + " after " + trace.size() + " steps";
            return states + " states (" + localStates + " of single nodes), " + edges + " edges, depth " + depth
                    + (isExhausted ? ", exhausted: " : ", stopped: ") + found;
        }
    }

    private Search(World world, int limit) {
        this.world = world;
        this.actions = new Actions(world);
        this.invariants = new Invariants(world);
        this.limit = limit;
    }

    /** Searches until there is nothing new, a violation, or so many states. */
    static Result run(Setup setup, int limit) {
        return new Search(new World(setup), limit).run();
    }

    /** Searches for the nearest state in which an audit finds something; nothing else counts. */
    static Result runAudited(Setup setup, int limit) {
        World world = new World(setup);
        world.isJudged = false;
        return new Search(world, limit).run();
    }

    private Result run() {
        int[] initial = world.initial();
        seen.add(world.canonical(initial));
        parents.add(-1);
        depths.add(0);
        frontier.add(initial);
        int at = 0;
        while (!frontier.isEmpty() && seen.size() < limit) {
            int[] state = frontier.poll();
            int from = at;
            try {
                if (actions.isQuiet(state)) {
                    quiet.add(at);
                    invariants.checkQuiet(state);
                }
                actions.visit(state, (next, action) -> reached(from, next));
            } catch (Violation violation) {
                return result(false, violation.getMessage(), trace(from, violation));
            }
            at++;
        }
        if (!frontier.isEmpty() || !world.isJudged) {
            return result(frontier.isEmpty(), null, List.of());
        }
        int stuck = stuck();
        return stuck < 0
                ? result(true, null, List.of())
                : result(true, "progress: a quiet state is out of reach", trace(stuck, null));
    }

    private Result result(boolean isExhausted, String violation, List<String> trace) {
        return new Result(
                seen.size(),
                edges.size() / 2,
                depths.get(depths.size() - 1),
                world.localStates(),
                isExhausted,
                violation,
                trace);
    }

    private void reached(int from, int[] next) {
        int known = seen.add(world.canonical(next));
        if (known >= 0) {
            edges.add(from);
            edges.add(known);
            return;
        }
        int number = seen.size() - 1;
        parents.add(from);
        depths.add(depths.get(from) + 1);
        edges.add(from);
        edges.add(number);
        check(next);
        frontier.add(next);
    }

    private void check(int[] next) {
        if (world.isJudged) {
            invariants.check(next);
        }
    }

    /** A state from which no quiet one can be reached, the nearest to the beginning; -1 if there is none. */
    private int stuck() {
        int states = seen.size();
        int[] first = new int[states + 1];
        for (int i = 1; i < edges.size(); i += 2) {
            first[edges.get(i) + 1]++;
        }
        for (int i = 0; i < states; i++) {
            first[i + 1] += first[i];
        }
        int[] place = Arrays.copyOf(first, states);
        int[] sources = new int[edges.size() / 2];
        for (int i = 0; i < edges.size(); i += 2) {
            sources[place[edges.get(i + 1)]++] = edges.get(i);
        }
        boolean[] isLive = new boolean[states];
        ArrayDeque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < quiet.size(); i++) {
            isLive[quiet.get(i)] = true;
            open.add(quiet.get(i));
        }
        while (!open.isEmpty()) {
            int state = open.poll();
            for (int i = first[state]; i < first[state + 1]; i++) {
                if (!isLive[sources[i]]) {
                    isLive[sources[i]] = true;
                    open.add(sources[i]);
                }
            }
        }
        for (int i = 0; i < states; i++) {
            if (!isLive[i]) {
                return i;
            }
        }
        return -1;
    }

    /** The actions that lead to a state, and the one that violates there. */
    private List<String> trace(int to, Violation violation) {
        List<Integer> path = new ArrayList<>();
        for (int at = to; at >= 0; at = parents.get(at)) {
            path.add(at);
        }
        Collections.reverse(path);
        List<String> steps = new ArrayList<>();
        int[] state = world.initial();
        for (int i = 1; i < path.size(); i++) {
            int wanted = path.get(i);
            int[][] found = new int[1][];
            actions.visit(state, (next, action) -> {
                if (found[0] == null && seen.add(world.canonical(next)) == wanted) {
                    found[0] = next;
                    steps.add(action.get());
                }
            });
            state = found[0];
        }
        if (violation != null) {
            String[] last = new String[1];
            try {
                actions.visit(state, (next, action) -> {
                    last[0] = action.get();
                    check(next);
                    last[0] = null;
                });
            } catch (Violation again) {
                steps.add((last[0] == null ? "the next step" : last[0]) + ": " + again.getMessage());
            }
        }
        return steps;
    }
}

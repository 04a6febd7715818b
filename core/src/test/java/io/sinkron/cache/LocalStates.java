package io.sinkron.cache;

import io.sinkron.cache.Replica.Event;
import io.sinkron.common.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The reachable states of one node, each a number. A node is a pure machine, so the same event in the same state always leads to the same state and
 * effects: that is worked out once, by the real machine, and looked up from then on. A state's machine is made again by repeating its events.
 */
final class LocalStates {
    private final NodeId id;
    private final Event first;
    private final Setup setup;
    private final Symmetry symmetry;
    private final List<int[]> forms = new ArrayList<>();
    private final Map<Integer, Integer> numbers = new HashMap<>();
    private final List<Integer> parents = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final List<List<Replica.Facts>> facts = new ArrayList<>();
    private final Map<Transition, Step> steps = new HashMap<>();

    private record Transition(int state, Event event) {}

    /** Where an event leads, and what comes of it. */
    record Step(int next, List<CacheEffect> effects) {}

    /** The states of this node from the one after its first event on, which has the number 0. */
    LocalStates(NodeId id, Event first, Setup setup, Symmetry symmetry) {
        this.id = id;
        this.first = first;
        this.setup = setup;
        this.symmetry = symmetry;
        number(replica(-1), -1, first);
    }

    int size() {
        return facts.size();
    }

    /** What is known of each line. */
    List<Replica.Facts> facts(int state) {
        return facts.get(state);
    }

    /** The number of a state's encoding under a renaming of the nodes. */
    int form(int state, int renaming) {
        return forms.get(state)[renaming];
    }

    Step step(int state, Event event) {
        Transition transition = new Transition(state, event);
        Step known = steps.get(transition);
        if (known == null) {
            Replica replica = replica(state);
            List<CacheEffect> effects = List.copyOf(replica.take(event));
            known = new Step(number(replica, state, event), effects);
            steps.put(transition, known);
        }
        return known;
    }

    private int number(Replica replica, int parent, Event event) {
        int[] form = symmetry.forms(replica.node, replica.isElapsed());
        Integer known = numbers.putIfAbsent(form[0], facts.size());
        if (known != null) {
            return known;
        }
        forms.add(form);
        parents.add(parent);
        events.add(event);
        facts.add(setup.lines() == 1 ? List.of(replica.facts()) : List.of(replica.facts(0), replica.facts(1)));
        return facts.size() - 1;
    }

    private Replica replica(int state) {
        ArrayDeque<Event> path = new ArrayDeque<>();
        for (int at = state; at > 0; at = parents.get(at)) {
            path.push(events.get(at));
        }
        boolean isHolding = setup.budgets().containsKey(World.HOLDS);
        Replica replica = new Replica(id, setup.lines() == 1 ? 4 : 1, setup.filter(), isHolding, setup.bug());
        replica.holdClock();
        replica.take(first);
        for (Event event : path) {
            replica.take(event);
        }
        return replica;
    }
}

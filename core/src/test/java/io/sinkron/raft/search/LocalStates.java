package io.sinkron.raft.search;

import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.RaftEffects.Outgoing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The reachable states of single nodes, each a number. A node is a pure machine, so the same event in the same state always leads to the same
 * state and messages: that is worked out once, by the real machine, and looked up from then on. A state's machine is made again by repeating its
 * events from its last start on.
 */
final class LocalStates {
    static final int HELD_WRITES = 16;

    private final Symmetry symmetry;
    private final Packets packets;
    private final Fingerprints numbers = new Fingerprints();
    private final List<Facts> facts = new ArrayList<>();
    private final List<Lanes> lanes = new ArrayList<>();
    private final List<int[]> held = new ArrayList<>();
    private final List<Origin> origins = new ArrayList<>();
    private final Map<Long, Step> steps = new HashMap<>();

    /** How a state came about: by an event in an earlier state or, without one, by a start from a disk. */
    private record Origin(NodeId id, Configuration founding, int parent, Event event, Disk disk) {}

    /** Where an event leads, what is sent, and what it breaks, if anything. */
    record Step(int next, int[] sent, String violation) {}

    LocalStates(Symmetry symmetry, Packets packets) {
        this.symmetry = symmetry;
        this.packets = packets;
    }

    int size() {
        return facts.size();
    }

    Facts facts(int state) {
        return facts.get(state);
    }

    Lanes lanes(int state) {
        return lanes.get(state);
    }

    /** The messages that wait for the node's disk: each number times {@link #HELD_WRITES}, plus the write that it waits for. */
    int[] held(int state) {
        return held.get(state);
    }

    /** The state of a node that starts from this disk. */
    int start(int node, Configuration founding, Disk disk) {
        NodeId id = symmetry.id(node);
        return number(new Machine(id, founding, disk), new Origin(id, founding, -1, null, disk));
    }

    /** What an event does to a state; {@code code} stands for the event. */
    Step step(int state, int code, Event event) {
        long key = (long) state << 32 | code;
        Step known = steps.get(key);
        if (known == null) {
            known = work(state, event);
            steps.put(key, known);
        }
        return known;
    }

    private Step work(int state, Event event) {
        Machine machine = machine(state);
        int node = symmetry.index(machine.id);
        try {
            List<Outgoing> outgoing = machine.take(event);
            int[] sent = new int[outgoing.size()];
            for (int i = 0; i < sent.length; i++) {
                Outgoing each = outgoing.get(i);
                sent[i] = packets.number(node, symmetry.index(each.to()), each.message());
            }
            boolean isStart = event instanceof Event.Crash || event instanceof Event.Wipe;
            Origin origin = isStart
                    ? new Origin(machine.id, machine.founding, -1, null, machine.disk())
                    : new Origin(machine.id, machine.founding, state, event, null);
            int next = number(machine, origin);
            return new Step(isAlike(state, next) ? state : next, sent, null);
        } catch (Violation violation) {
            return new Step(state, new int[0], violation.getMessage());
        }
    }

    /** Whether a node would do the same in both states: only the round that it counts on from differs. */
    private boolean isAlike(int state, int other) {
        return lanes.get(state).a[0] == lanes.get(other).a[0]
                && lanes.get(state).b[0] == lanes.get(other).b[0]
                && Arrays.deepEquals(
                        facts.get(state).thresholds(), facts.get(other).thresholds())
                && Arrays.equals(held.get(state), held.get(other));
    }

    private int number(Machine machine, Origin origin) {
        Lanes hash = machine.hash(symmetry);
        int known = numbers.add(hash.exactHigh(), hash.exactLow());
        if (known >= 0) {
            return known;
        }
        Facts fact = Facts.of(machine, symmetry);
        int node = symmetry.index(machine.id);
        facts.add(fact);
        lanes.add(hash);
        held.add(fact.held().stream()
                .mapToInt(each -> packets.number(
                                        node,
                                        symmetry.index(each.outgoing().to()),
                                        each.outgoing().message())
                                * HELD_WRITES
                        + (int) each.write())
                .sorted()
                .toArray());
        origins.add(origin);
        return facts.size() - 1;
    }

    private Machine machine(int state) {
        ArrayDeque<Event> path = new ArrayDeque<>();
        Origin origin = origins.get(state);
        while (origin.parent() >= 0) {
            path.push(origin.event());
            origin = origins.get(origin.parent());
        }
        Machine machine = new Machine(origin.id(), origin.founding(), origin.disk());
        for (Event event : path) {
            machine.take(event);
        }
        return machine;
    }
}

package io.sinkron.raft.search;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.Role;
import io.sinkron.raft.search.LocalStates.Step;
import io.sinkron.raft.search.Packets.Packet;
import io.sinkron.raft.search.Setup.Beginning;
import io.sinkron.raft.search.Setup.Change;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogEntry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A group of real machines: their states, the history, what may still happen, and the messages sent so far, as one array of numbers. */
final class World {
    private static final int HEARTBEAT = 0;
    private static final int SILENCE = 4;
    private static final int CRASH = 8;
    private static final int PROPOSAL = 12;
    private static final int WIPE = 16;
    private static final int TRANSFER = 20;
    private static final int CHANGE = 24;
    private static final int DELAY = 26;

    private static final int FLUSH_CODE = 0;
    private static final int TIMEOUT_CODE = 1;
    private static final int LAPSE_CODE = 2;
    private static final int SILENCE_CODE = 3;
    private static final int CRASH_CODE = 4;
    private static final int HEARTBEAT_CODE = 5;
    private static final int WIPE_CODE = 6;
    private static final int TRANSFER_CODE = 7;
    private static final int CHANGE_CODE = 8;
    private static final int PROPOSAL_CODE = 9;
    private static final int PACKET_CODE = 32;

    final Setup setup;
    final int size;
    final Symmetry symmetry;
    final Packets packets;
    final LocalStates locals;
    final History history;
    private final int historyAt;
    private final int budgetAt;
    private final int packetsAt;
    private final long[] high;
    private final long[] low;

    /** Takes what can happen next. */
    interface Visitor {
        void next(int[] state, Supplier<String> action);
    }

    World(Setup setup) {
        this.setup = setup;
        this.size = setup.nodes();
        this.symmetry = new Symmetry(size, setup.alike());
        this.packets = new Packets(symmetry);
        this.locals = new LocalStates(symmetry, packets);
        this.history = new History(symmetry);
        this.historyAt = size;
        this.budgetAt = size + 1;
        this.packetsAt = size + 2;
        this.high = new long[symmetry.size()];
        this.low = new long[symmetry.size()];
    }

    /** Where all begins: followers in term 1 with empty logs, whose promises are over; or after a first election. */
    int[] initial() {
        int[] state = new int[packetsAt];
        List<NodeId> founders =
                IntStream.range(0, setup.founders()).mapToObj(symmetry::id).toList();
        for (int i = 0; i < size; i++) {
            boolean isFounder = i < setup.founders();
            Configuration founding = isFounder ? Configuration.founding(founders, Map.of()) : Configuration.EMPTY;
            Disk disk = isFounder ? founderDisk(i) : Disk.blank(1);
            int started = locals.start(i, founding, disk);
            state[i] = locals.step(started, LAPSE_CODE, new Event.Lapse()).next();
        }
        state[historyAt] = history.number(new History.Record(List.of(), List.of(), List.of()));
        if (setup.beginning() == Beginning.LED) {
            state = new Turn(state).apply(0, TIMEOUT_CODE, new Event.Timeout()).end();
            for (int[] next = settled(state); next != null; next = settled(state)) {
                state = next;
            }
            state = Arrays.copyOf(state, packetsAt);
        }
        int changes = setup.change() == Change.NONE ? 0 : 1;
        state[budgetAt] = setup.heartbeats() << HEARTBEAT
                | setup.silences() << SILENCE
                | setup.crashes() << CRASH
                | setup.proposals() << PROPOSAL
                | setup.wipes() << WIPE
                | setup.transfers() << TRANSFER
                | changes << CHANGE
                | Math.max(0, setup.delays()) << DELAY;
        return state;
    }

    private Disk founderDisk(int node) {
        return switch (setup.beginning()) {
            case FOLLOWERS, LED -> new Disk(1, new HardState(1, Optional.empty()), List.of(entry(1, 1)));
            case DIVERGED -> {
                long term = node == 0 ? 2 : 3;
                Optional<NodeId> vote = Optional.of(symmetry.id(node == 0 ? 0 : 1));
                yield new Disk(1, new HardState(term, vote), List.of(entry(1, 1), entry(2, term)));
            }
        };
    }

    private static LogEntry entry(long index, long term) {
        return new LogEntry(index, term, 0, LogEntry.Kind.NOOP, Bytes.EMPTY);
    }

    /** The first thing that a disk or the network can still do; null if there is none. */
    private int[] settled(int[] state) {
        for (int i = 0; i < size; i++) {
            if (facts(state, i).hasUnflushed()) {
                return new Turn(state).apply(i, FLUSH_CODE, new Event.Flush()).end();
            }
        }
        for (int i = packetsAt; i < state.length; i++) {
            int[] next = new Turn(state).deliver(state[i]).end();
            if (!Arrays.equals(next, state)) {
                return next;
            }
        }
        return null;
    }

    private int lapsed(int local) {
        boolean isOver = !locals.facts(local).hasPromise();
        return isOver
                ? local
                : locals.step(local, LAPSE_CODE, new Event.Lapse()).next();
    }

    Facts facts(int[] state, int node) {
        return locals.facts(state[node]);
    }

    private int left(int[] state, int budget) {
        return state[budgetAt] >> budget & 15;
    }

    /** Everything that can happen next, except what changes nothing. */
    void visit(int[] state, Visitor visitor) {
        for (int i = packetsAt; i < state.length; i++) {
            int packet = state[i];
            go(new Turn(state).deliver(packet), visitor, () -> describe(packet));
        }
        boolean isTermLeft = false;
        for (int node = 0; node < size; node++) {
            isTermLeft |= facts(state, node).term() < setup.maxTerm();
        }
        for (int node = 0; node < size; node++) {
            visit(state, node, isTermLeft, visitor);
        }
    }

    private void visit(int[] state, int node, boolean isTermLeft, Visitor visitor) {
        Facts facts = facts(state, node);
        String name = symmetry.id(node).value();
        if (facts.hasUnflushed()) {
            go(new Turn(state).apply(node, FLUSH_CODE, new Event.Flush()), visitor, () -> name + "'s disk is done");
        }
        if (facts.hasPromise() && isTermLeft) {
            go(new Turn(state).apply(node, LAPSE_CODE, new Event.Lapse()), visitor, () -> name + "'s promise lapses");
        }
        if (facts.role() != Role.LEADER && facts.term() < setup.maxTerm()) {
            Event event = new Event.Timeout();
            go(new Turn(state).apply(node, TIMEOUT_CODE, event), visitor, () -> name + " wants to be elected");
        }
        if (left(state, CRASH) > 0) {
            Turn turn = new Turn(state).spend(CRASH).apply(node, CRASH_CODE, new Event.Crash());
            go(turn, visitor, () -> name + " crashes and starts again");
        }
        if (facts.isLeader() && left(state, HEARTBEAT) > 0) {
            Turn turn = new Turn(state).spend(HEARTBEAT).apply(node, HEARTBEAT_CODE, new Event.Heartbeat());
            go(turn, visitor, () -> name + "'s heartbeat is due");
        }
        if (facts.isLeader() && left(state, SILENCE) > 0) {
            Turn turn = new Turn(state).spend(SILENCE).apply(node, SILENCE_CODE, new Event.Silence());
            go(turn, visitor, () -> name + " has heard nothing for long");
        }
        if (left(state, WIPE) > 0) {
            Turn turn = new Turn(state).spend(WIPE).apply(node, WIPE_CODE, new Event.Wipe());
            go(turn, visitor, () -> name + " loses its disk and starts again");
        }
        if (facts.isLeader() && left(state, TRANSFER) > 0) {
            Turn turn = new Turn(state).spend(TRANSFER).apply(node, TRANSFER_CODE, new Event.Transfer());
            go(turn, visitor, () -> name + " is asked to hand over");
        }
        if (facts.isLeader() && left(state, CHANGE) > 0) {
            Event event = new Event.Reconfigure(setup.membershipChange(symmetry));
            Turn turn = new Turn(state).spend(CHANGE).apply(node, CHANGE_CODE, event);
            go(turn, visitor, () -> name + " is asked to change the membership: " + setup.change());
        }
        int proposals = left(state, PROPOSAL);
        if (facts.isLeader() && proposals > 0) {
            Event event = new Event.Propose(proposals);
            Turn turn = new Turn(state).spend(PROPOSAL).apply(node, PROPOSAL_CODE + proposals, event);
            go(turn, visitor, () -> name + " takes the command c" + proposals);
        }
    }

    private void go(Turn turn, Visitor visitor, Supplier<String> action) {
        if (turn.violation == null && turn.isDiskNewlyBusy() && setup.delays() != Setup.ANY) {
            if (left(turn.fixed, DELAY) > 0) {
                visitor.next(turn.copy().spend(DELAY).end(), () -> action.get() + ", and its disk is slow");
            }
            turn.flush();
        }
        if (turn.violation != null) {
            visitor.next(null, () -> action.get() + ": " + turn.violation);
        } else if (turn.isNews) {
            visitor.next(turn.end(), action);
        }
    }

    private String describe(int number) {
        Packet packet = packets.get(number);
        return symmetry.id(packet.to()) + " gets from " + symmetry.id(packet.from()) + " " + packet.message();
    }

    /** One step in the making. */
    final class Turn {
        private final int[] fixed;
        private int[] onWay;
        private int count;
        private int actor;
        private boolean wasDiskBusy;
        private boolean isNews;
        private String violation;

        Turn(int[] state) {
            fixed = Arrays.copyOf(state, packetsAt);
            onWay = Arrays.copyOfRange(state, packetsAt, state.length + 6);
            count = state.length - packetsAt;
        }

        private Turn(Turn other) {
            fixed = other.fixed.clone();
            onWay = other.onWay.clone();
            count = other.count;
            actor = other.actor;
            isNews = other.isNews;
        }

        Turn copy() {
            return new Turn(this);
        }

        /** Whether the first write is on its way to the disk of the node that acts. */
        boolean isDiskNewlyBusy() {
            return !wasDiskBusy && locals.facts(fixed[actor]).hasUnflushed();
        }

        void flush() {
            while (violation == null && locals.facts(fixed[actor]).hasUnflushed()) {
                apply(actor, FLUSH_CODE, new Event.Flush());
            }
        }

        Turn spend(int budget) {
            fixed[budgetAt] -= 1 << budget;
            return this;
        }

        Turn deliver(int number) {
            Packet packet = packets.get(number);
            Event event = new Event.Deliver(symmetry.id(packet.from()), packet.message());
            return apply(packet.to(), PACKET_CODE + number, event);
        }

        Turn apply(int node, int code, Event event) {
            int before = fixed[node];
            actor = node;
            wasDiskBusy = locals.facts(before).hasUnflushed();
            Step step = locals.step(before, code, event);
            violation = step.violation();
            fixed[node] = setup.hasPromises() ? step.next() : lapsed(step.next());
            isNews |= fixed[node] != before;
            for (int packet : step.sent()) {
                put(packet);
            }
            if (isNews && violation == null) {
                try {
                    Facts[] facts = new Facts[size];
                    for (int i = 0; i < size; i++) {
                        facts[i] = locals.facts(fixed[i]);
                    }
                    History.Record past = history.get(fixed[historyAt]);
                    History.Record next = Invariants.check(setup, past, node, locals.facts(before), facts);
                    if (next != past) {
                        fixed[historyAt] = history.number(next);
                    }
                } catch (Violation found) {
                    violation = found.getMessage();
                }
            }
            return this;
        }

        private void put(int packet) {
            for (int i = 0; i < count; i++) {
                if (onWay[i] == packet) {
                    return;
                }
            }
            Packet sent = packets.get(packet);
            if (isDead(fixed, sent)) {
                return;
            }
            if (count == onWay.length) {
                onWay = Arrays.copyOf(onWay, count * 2);
            }
            onWay[count++] = packet;
            isNews = true;
        }

        /** The next state, without messages that can't do anything any more and without those that do the same as another. */
        int[] end() {
            int kept = 0;
            for (int i = 0; i < count; i++) {
                Packet packet = packets.get(onWay[i]);
                boolean isDead = isDead(fixed, packet);
                if (!isDead && !isRepeated(i, packet, kept)) {
                    onWay[kept++] = onWay[i];
                }
            }
            int[] next = Arrays.copyOf(fixed, packetsAt + kept);
            System.arraycopy(onWay, 0, next, packetsAt, kept);
            Arrays.sort(next, packetsAt, next.length);
            return next;
        }

        private boolean isRepeated(int i, Packet packet, int kept) {
            Lanes lanes = packets.lanes(onWay[i]);
            Facts receiver = locals.facts(fixed[packet.to()]);
            for (int k = 0; k < kept; k++) {
                Lanes other = packets.lanes(onWay[k]);
                Packet earlier = packets.get(onWay[k]);
                boolean isSame = other.a[0] == lanes.a[0]
                        && other.b[0] == lanes.b[0]
                        && classOf(fixed, earlier) == classOf(fixed, packet);
                if (isSame || mayForget() && Packets.isCoveredBy(packet, earlier, receiver)) {
                    return true;
                }
                if (mayForget() && Packets.isCoveredBy(earlier, packet, receiver)) {
                    onWay[k] = onWay[i];
                    return true;
                }
            }
            return false;
        }
    }

    /** A node whose disk is lost begins with old terms again. */
    private boolean mayForget() {
        return setup.wipes() == 0;
    }

    private boolean isDead(int[] state, Packet packet) {
        return mayForget()
                && Packets.isDead(packet, locals.facts(state[packet.from()]), locals.facts(state[packet.to()]));
    }

    private int classOf(int[] state, Packet packet) {
        return Packets.roundClass(packet, locals.facts(state[packet.from()]), locals.facts(state[packet.to()]));
    }

    /** The number under which a state, or one that differs in the names of the nodes only, is known, or -1, in which case it is from now on. */
    int add(int[] state, Fingerprints seen) {
        Arrays.fill(high, 0);
        Arrays.fill(low, 0);
        for (int node = 0; node < size; node++) {
            sum(locals.lanes(state[node]), 1);
            sumHeld(state, locals.held(state[node]));
        }
        for (int i = packetsAt; i < state.length; i++) {
            sum(packets.lanes(state[i]), 64L + classOf(state, packets.get(state[i])));
        }
        sum(history.lanes(state[historyAt]), 2);
        int least = 0;
        for (int way = 1; way < high.length; way++) {
            if (high[way] < high[least] || high[way] == high[least] && low[way] < low[least]) {
                least = way;
            }
        }
        long budget = state[budgetAt];
        return seen.add(Lanes.mixHigh(high[least], budget), Lanes.mixLow(low[least], budget));
    }

    /** Acknowledgements that say the same count once, as they do to their receiver. */
    private void sumHeld(int[] state, int[] held) {
        for (int i = 0; i < held.length; i++) {
            boolean isRepeated = false;
            for (int k = 0; k < i; k++) {
                isRepeated |= heldHash(state, held[k]) == heldHash(state, held[i]);
            }
            if (!isRepeated) {
                int write = held[i] % LocalStates.HELD_WRITES;
                int packet = held[i] / LocalStates.HELD_WRITES;
                sum(packets.lanes(packet), (write + 2) * 64L + classOf(state, packets.get(packet)));
            }
        }
    }

    private long heldHash(int[] state, int held) {
        int packet = held / LocalStates.HELD_WRITES;
        long salt = held % LocalStates.HELD_WRITES * 64L + classOf(state, packets.get(packet));
        return Lanes.mixHigh(packets.lanes(packet).a[0], salt);
    }

    private void sum(Lanes lanes, long salt) {
        for (int way = 0; way < high.length; way++) {
            high[way] += Lanes.mixHigh(lanes.a[way], salt);
            low[way] += Lanes.mixLow(lanes.b[way], salt);
        }
    }
}

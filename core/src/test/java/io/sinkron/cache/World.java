package io.sinkron.cache;

import io.sinkron.cache.Replica.Event;
import io.sinkron.cache.Replica.Facts;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A cluster of real {@link CacheNode}s around one line: their states, main memory, and the set of messages on their way, as one array of numbers. What
 * can happen next is everything that a network, a memory, clients and the membership may do within the bounds of a {@link Setup}.
 */
final class World {
    static final int VIEW = 0;
    static final int ACTIVATED = 1;
    static final int INSTALLED = 2;
    static final int PREPARED = 3;
    static final int ACTIVE = 4;
    static final int CRASHED = 5;
    static final int EXPIRED = 6;
    static final int CALLS = 7;
    static final int WRITES = 8;
    static final int DROPS = 9;
    static final int DUPLICATES = 10;
    static final int EVICTIONS = 11;
    static final int FLUSHES = 12;
    static final int CANCELS = 13;
    static final int CRASHES = 14;
    static final int LEASE_LOSSES = 15;
    static final int FAILURES = 16;
    static final int SEEN_EPOCH = 17;
    static final int SEEN_COUNT = 18;
    static final int MEMORY = 19;
    static final int OTHER_SEEN_EPOCH = 20;
    static final int OTHER_SEEN_COUNT = 21;
    /** Who sleeps past its lease and hasn't noticed it. */
    static final int ASLEEP = 22;
    /** By whose clock the times to live are over. */
    static final int ELAPSED = 23;
    /** Whose thread is between the value and the clock, and whether the value that it took was an old one by then. */
    static final int READER = 24;

    static final int READ_OLD = 25;
    static final int NAPS = 26;
    static final int ELAPSES = 27;
    static final int READS = 28;
    static final int AUDITS = 29;
    /** How many minimum holds may end at any point; the others end when nothing else can happen. */
    static final int HOLDS = 30;

    static final int NODES = 31;

    final Setup setup;
    final int size;
    /** Whether reads that go back count; otherwise it is for audits alone to find something. */
    boolean isJudged = true;

    private final LocalStates[] locals;
    private final Symmetry symmetry;
    private final List<NodeId> ids = new ArrayList<>();
    private final List<View> views = new ArrayList<>();
    private final List<Packet> packets = new ArrayList<>();
    private final Map<Packet, Integer> packetNumbers = new HashMap<>();
    private final List<MemoryTable.Snapshot> memories = new ArrayList<>();
    private final Map<MemoryTable.Snapshot, Integer> memoryNumbers = new HashMap<>();

    /** Something on its way. Immutable. */
    sealed interface Packet {}

    record Letter(int from, int to, CacheMessage message) implements Packet {}

    record Question(int from, boolean isOfCrashed, long operation, MemoryOp op) implements Packet {}

    record Reply(int to, long operation, MemoryAnswer answer) implements Packet {}

    /** What breaks an invariant. */
    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Violation(String message) {
            super(message, null, false, false);
        }
    }

    /** Takes what can happen next. */
    interface Visitor {
        void next(int[] state, Supplier<String> action);
    }

    World(Setup setup) {
        this.setup = setup;
        this.size = setup.nodes();
        this.locals = new LocalStates[size];
        for (int i = 0; i < size; i++) {
            ids.add(NodeId.of("n" + (i + 1)));
        }
        for (int stage = 0; stage < setup.stages().size(); stage++) {
            List<Member> members = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                if (isMember(stage, i)) {
                    int incarnation = 1 + (setup.stages().get(stage).restarted() >> i & 1);
                    members.add(new Member(ids.get(i), incarnation, 1, "", ""));
                }
            }
            views.add(new View(stage + 1, members));
        }
        symmetry = new Symmetry(setup, ids);
        for (int i = 0; i < size; i++) {
            locals[i] = new LocalStates(ids.get(i), active(0), setup, symmetry);
        }
    }

    boolean isMember(int stage, int node) {
        return (setup.stages().get(stage).members() >> node & 1) != 0;
    }

    Event prepared(int stage) {
        return new Replica.Prepared(views.get(stage));
    }

    Event active(int stage) {
        NodeId home = ids.get(setup.stages().get(stage).home());
        return new Replica.Active(views.get(stage), Replica.FixedPlacement.of(views.get(stage), home));
    }

    /** Where all begins: the first view active everywhere, nothing cached. */
    int[] initial() {
        int[] state = new int[NODES + size];
        state[ACTIVATED] = 1;
        state[ACTIVE] = (1 << size) - 1;
        for (int i = 0; i < size; i++) {
            state[CALLS] |= setup.isClient(i) ? setup.callsEach() << 4 * i : 0;
        }
        state[WRITES] = setup.writes();
        setup.budgets().forEach((budget, amount) -> state[budget] = amount);
        state[MEMORY] = number(new MemoryTable().snapshot());
        return state;
    }

    int localStates() {
        return Arrays.stream(locals).mapToInt(LocalStates::size).sum();
    }

    /** What is known of a node and the first line. */
    Facts facts(int[] state, int node) {
        return facts(state, node, 0);
    }

    Facts facts(int[] state, int node, int line) {
        return locals[node].facts(state[NODES + node]).get(line);
    }

    boolean isCrashed(int[] state, int node) {
        return (state[CRASHED] >> node & 1) != 0;
    }

    boolean isAsleep(int[] state, int node) {
        return (state[ASLEEP] >> node & 1) != 0;
    }

    /** The form of a state that all share which differ from it in the nodes' names only. */
    int[] canonical(int[] state) {
        return symmetry.canonical(this, state);
    }

    /** Whether there are nodes that nothing tells apart; then what is written may not say who wrote it. */
    boolean hasSymmetry() {
        return symmetry.size() > 1;
    }

    /** The number of a node's state under a renaming. */
    int form(int[] state, int node, int renaming) {
        return locals[node].form(state[NODES + node], renaming);
    }

    Packet packet(int number) {
        return packets.get(number);
    }

    NodeId id(int node) {
        return ids.get(node);
    }

    List<NodeId> ids() {
        return ids;
    }

    int index(NodeId id) {
        return ids.indexOf(id);
    }

    MemoryCell memory(int[] state) {
        return new MemoryCell(memories.get(state[MEMORY]));
    }

    private MemoryTable.Entry entry(int[] state, int line) {
        for (MemoryTable.Entry entry : memories.get(state[MEMORY]).entries()) {
            if (entry.key().equals(Replica.KEYS.get(line))) {
                return entry;
            }
        }
        return new MemoryTable.Entry(Replica.KEYS.get(line), MemoryValue.ABSENT, 0);
    }

    /** A line's stored value. */
    MemoryValue stored(int[] state, int line) {
        return entry(state, line).value();
    }

    /** A line's fence. */
    long fence(int[] state, int line) {
        return entry(state, line).fence();
    }

    /** The newest version of a line that anybody has seen. */
    static long seen(int[] state, int line) {
        int at = line == 0 ? SEEN_EPOCH : OTHER_SEEN_EPOCH;
        return (long) state[at] << 32 | state[at + 1];
    }

    private int number(MemoryTable.Snapshot memory) {
        return memoryNumbers.computeIfAbsent(memory, m -> {
            memories.add(m);
            return memories.size() - 1;
        });
    }

    int number(Packet packet) {
        return packetNumbers.computeIfAbsent(packet, p -> {
            packets.add(p);
            return packets.size() - 1;
        });
    }

    /** One step in the making: starts as a copy of a state, is changed, and ends as the next state. */
    final class Turn {
        final int[] fixed;
        private int[] onWay;
        private int count;
        private final long[] seenBefore;
        private final long[] answered;

        Turn(int[] state) {
            this.fixed = Arrays.copyOf(state, NODES + size);
            this.count = state.length - NODES - size;
            this.onWay = Arrays.copyOfRange(state, NODES + size, state.length + 4);
            this.seenBefore = new long[] {seen(state, 0), seen(state, 1)};
            this.answered = seenBefore.clone();
        }

        Facts facts(int node) {
            return World.this.facts(fixed, node);
        }

        World world() {
            return World.this;
        }

        void take(int packet) {
            for (int i = 0; i < count; i++) {
                if (onWay[i] == packet) {
                    System.arraycopy(onWay, i + 1, onWay, i, --count - i);
                    return;
                }
            }
            throw new AssertionError("no such packet is on its way");
        }

        void put(Packet packet) {
            if (packet instanceof Letter letter && isCrashed(fixed, letter.to())) {
                return;
            }
            if (count == onWay.length) {
                onWay = Arrays.copyOf(onWay, count * 2);
            }
            onWay[count++] = number(packet);
        }

        /** Loses everything on its way to a node. */
        void loseAllTo(int node) {
            int kept = 0;
            for (int i = 0; i < count; i++) {
                Packet packet = packets.get(onWay[i]);
                boolean isLost = packet instanceof Letter letter && letter.to() == node
                        || packet instanceof Reply reply && reply.to() == node;
                if (packet instanceof Question question && question.from() == node) {
                    packet = new Question(node, true, question.operation(), question.op());
                }
                if (!isLost) {
                    onWay[kept++] = number(packet);
                }
            }
            count = kept;
        }

        /** Does an event at a node, and sets what it sends on its way. */
        Turn apply(int node, Event event) {
            LocalStates.Step step = locals[node].step(fixed[NODES + node], event);
            fixed[NODES + node] = step.next();
            for (CacheEffect effect : step.effects()) {
                if (effect instanceof CacheEffect.Send send) {
                    int to = index(send.to());
                    if (setup.bug().sent(this, node, to, send.message())) {
                        put(new Letter(node, to, send.message()));
                    }
                } else if (effect instanceof CacheEffect.Memory memory) {
                    put(new Question(node, false, memory.operation(), memory.op()));
                } else if (effect instanceof CacheEffect.Installed installed) {
                    if (installed.epoch() == fixed[VIEW] + 1) {
                        fixed[INSTALLED] |= 1 << node;
                    }
                } else if (effect instanceof CacheEffect.Complete complete) {
                    answered(node, complete);
                } else if (effect instanceof CacheEffect.AuditFinding finding) {
                    throw new Violation("audit: " + finding);
                }
            }
            return this;
        }

        /** A node's thread takes this version of the first line. */
        void takes(int node, long version) {
            fixed[READER] = 1 << node;
            fixed[READ_OLD] = version < seenBefore[0] ? 1 : 0;
        }

        /** It is over with that; returns what it took, or doesn't. */
        void ends(boolean returns) {
            if (returns && fixed[READ_OLD] != 0) {
                throw new Violation("data value: a thread returned what was old when it took it");
            }
            fixed[READER] = 0;
            fixed[READ_OLD] = 0;
        }

        private void answered(int node, CacheEffect.Complete complete) {
            if (complete.answer() instanceof CacheAnswer.Value value) {
                boolean isElapsed = (fixed[ELAPSED] >> node & 1) != 0;
                if (value.expiresAtMillis() == Setup.TTL_MILLIS && isElapsed) {
                    throw new Violation("time to live: " + id(node) + " read a value whose time is over");
                }
                read(Replica.KEYS.indexOf(value.key()), value.version());
            } else if (complete.answer() instanceof CacheAnswer.NoSuchKey absent) {
                read(Replica.KEYS.indexOf(absent.key()), absent.version());
            } else if (complete.answer() instanceof CacheAnswer.Written written) {
                int line = Replica.KEYS.indexOf(written.key());
                answered[line] = Math.max(answered[line], written.version());
            }
        }

        private void read(int line, long version) {
            if (isJudged && version < seenBefore[line]) {
                throw new Violation("data value: a read returned " + Replica.version(version) + " after "
                        + Replica.version(seenBefore[line]) + " had been seen");
            }
            answered[line] = Math.max(answered[line], version);
        }

        /** A question to main memory is answered; the answer is on its way, or there already. */
        void ask(Question question) {
            MemoryCell memory = memory(fixed);
            MemoryAnswer answer = setup.bug().execute(memory, question.op());
            fixed[MEMORY] = number(memory.snapshot());
            if (!isCrashed(fixed, question.from()) && !question.isOfCrashed()) {
                if (setup.isMemoryAtomic()) {
                    apply(question.from(), new Replica.Answered(question.operation(), answer));
                } else {
                    put(new Reply(question.from(), question.operation(), answer));
                }
            }
        }

        /** The next state, with what has been seen by anybody brought up to date. */
        int[] end() {
            for (int line = 0; line < setup.lines(); line++) {
                long seen = answered[line];
                for (int i = 0; i < size; i++) {
                    Facts facts = World.this.facts(fixed, i, line);
                    if (!isCrashed(fixed, i) && facts.isServing()) {
                        seen = Math.max(seen, facts.visible());
                    }
                }
                int at = line == 0 ? SEEN_EPOCH : OTHER_SEEN_EPOCH;
                fixed[at] = (int) (seen >> 32);
                fixed[at + 1] = (int) seen;
            }
            Arrays.sort(onWay, 0, count);
            int[] next = Arrays.copyOf(fixed, NODES + size + count);
            System.arraycopy(onWay, 0, next, NODES + size, count);
            return next;
        }

        /** What may be lost at an activation is: the newest version is now the newest that is left. */
        void forgetLost() {
            for (int line = 0; line < setup.lines(); line++) {
                long left = stored(fixed, line).version();
                for (int i = 0; i < size; i++) {
                    if (!isCrashed(fixed, i) && isMember(fixed[VIEW], i)) {
                        Facts facts = World.this.facts(fixed, i, line);
                        left = Math.max(left, Math.max(facts.value(), facts.held()));
                    }
                }
                answered[line] = Math.min(answered[line], left);
            }
        }
    }

    Turn turn(int[] state) {
        return new Turn(state);
    }
}

package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A few real nodes around a table, with every message in the tester's hand: what is sent lies on the way until it is delivered, lost or doubled. */
final class Bench {
    final List<Replica> replicas = new ArrayList<>();
    final List<Letter> way = new ArrayList<>();
    final MemoryTable memory = new MemoryTable();
    final Map<Long, Answer> answers = new HashMap<>();
    final List<NodeId> installed = new ArrayList<>();
    final List<Told> told = new ArrayList<>();
    private final Set<Replica> dead = new HashSet<>();
    private final int[] incarnations;
    private View view;
    private long nextCall = 1;

    /** Whether main memory answers at once. */
    boolean isMemoryThere = true;

    final List<Asked> asked = new ArrayList<>();

    /** A message on its way. */
    record Letter(Replica from, Replica to, CacheMessage message) {}

    /** A change that a node was told of. */
    record Told(Replica by, CacheEffect.Changed change) {}

    /** An operation that main memory hasn't done. */
    record Asked(Replica from, CacheEffect.Memory operation) {}

    /** So many nodes in view 1; the home of everything is the first. */
    Bench(int nodes) {
        for (int i = 1; i <= nodes; i++) {
            replicas.add(new Replica(NodeId.of("n" + i)));
        }
        incarnations = new int[nodes];
        Arrays.fill(incarnations, 1);
        view(1, 0, all());
    }

    private int[] all() {
        int[] all = new int[replicas.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        return all;
    }

    Replica n(int node) {
        return replicas.get(node - 1);
    }

    View viewOf(long epoch, int... members) {
        List<Member> list = new ArrayList<>();
        for (int member : members) {
            list.add(new Member(replicas.get(member).id, incarnations[member], 1, "", ""));
        }
        return new View(epoch, list);
    }

    /** Prepares and activates a view with these members (counted from 0) and this home. */
    void view(long epoch, int home, int... members) {
        prepare(epoch, members);
        activate(home);
    }

    void prepare(long epoch, int... members) {
        view = viewOf(epoch, members);
        for (int member : members) {
            turn(replicas.get(member), new Replica.Prepared(view));
        }
    }

    void activate(int home) {
        Replica.FixedPlacement placement = Replica.FixedPlacement.of(view, replicas.get(home).id);
        for (Replica replica : replicas) {
            if (view.member(replica.id).isPresent()) {
                turn(replica, new Replica.Active(view, placement));
            }
        }
    }

    void turn(Replica replica, Replica.Event event) {
        for (CacheEffect effect : replica.take(event)) {
            if (effect instanceof CacheEffect.Send send) {
                Replica to = replicas.stream()
                        .filter(r -> r.id.equals(send.to()))
                        .findFirst()
                        .orElseThrow();
                if (!dead.contains(to)) {
                    way.add(new Letter(replica, to, send.message()));
                }
            } else if (effect instanceof CacheEffect.Memory operation) {
                asked.add(new Asked(replica, operation));
            } else if (effect instanceof CacheEffect.Complete complete) {
                if (answers.put(complete.call(), complete.answer()) != null) {
                    throw new AssertionError("call " + complete.call() + " is answered twice");
                }
            } else if (effect instanceof CacheEffect.Changed change) {
                told.add(new Told(replica, change));
            } else if (effect instanceof CacheEffect.Installed) {
                installed.add(replica.id);
            }
        }
        if (isMemoryThere) {
            remember();
        }
    }

    /** Main memory does what it was asked, and answers. */
    void remember() {
        while (!asked.isEmpty()) {
            Asked next = asked.remove(0);
            MemoryAnswer answer = memory.apply(next.operation().op());
            if (!dead.contains(next.from())) {
                turn(next.from(), new Replica.Answered(next.operation().operation(), answer));
            }
        }
    }

    long get(int node) {
        return call(node, new CacheRequest.Get(Replica.KEY));
    }

    long put(int node, String value) {
        return put(node, value, -1, Durability.BACKED_UP);
    }

    long put(int node, String value, long ifVersion, Durability durability) {
        return call(
                node, new CacheRequest.Put(Replica.KEY, Bytes.utf8(value), ifVersion, 0, durability, Optional.empty()));
    }

    long delete(int node) {
        return call(node, new CacheRequest.Delete(Replica.KEY, -1, Durability.BACKED_UP, Optional.empty()));
    }

    long put(int node, Bytes key, String value) {
        return call(node, new CacheRequest.Put(key, Bytes.utf8(value), -1, 0, Durability.BACKED_UP, Optional.empty()));
    }

    long call(int node, CacheRequest request) {
        long call = nextCall++;
        turn(n(node), new Replica.Called(call, request));
        return call;
    }

    /** Delivers everything, and what comes of it, until nothing is on its way. */
    void settle() {
        while (!way.isEmpty()) {
            Letter next = way.remove(0);
            turn(next.to(), new Replica.Deliver(next.from().id, next.message()));
        }
    }

    /** As {@link #settle}, but what was sent last arrives first. */
    void settleBackwards() {
        while (!way.isEmpty()) {
            deliver(way.remove(way.size() - 1));
        }
    }

    /** Delivers the first message of a type to a node. */
    void deliver(Class<? extends CacheMessage> type, int to) {
        Letter letter = take(type, to);
        turn(letter.to(), new Replica.Deliver(letter.from().id, letter.message()));
    }

    /** Takes the first message of a type to a node off its way: it is lost, unless it is delivered later. */
    Letter take(Class<? extends CacheMessage> type, int to) {
        for (Iterator<Letter> all = way.iterator(); all.hasNext(); ) {
            Letter letter = all.next();
            if (type.isInstance(letter.message()) && letter.to() == n(to)) {
                all.remove();
                return letter;
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " is on its way to n" + to + ", but " + way);
    }

    void deliver(Letter letter) {
        turn(letter.to(), new Replica.Deliver(letter.from().id, letter.message()));
    }

    /** A node is gone: nothing from or to it arrives any more. */
    void crash(int node) {
        lose(letter -> letter.from() == n(node) || letter.to() == n(node));
    }

    /** A node is dead: it does nothing any more, and what is sent to it is lost; what it has asked of main memory may still be done. */
    void kill(int node) {
        crash(node);
        dead.add(n(node));
    }

    /** A dead node starts again, under a new number and with nothing. */
    void restart(int node) {
        dead.remove(n(node));
        incarnations[node - 1]++;
        turn(n(node), new Replica.Restarted());
    }

    void lose(Predicate<Letter> what) {
        way.removeIf(what);
    }

    /** All wait times run out. */
    void timeOut() {
        for (Replica replica : replicas) {
            if (!dead.contains(replica)) {
                turn(replica, new Replica.Timeout());
            }
        }
    }

    Answer answer(long call) {
        return answers.get(call);
    }

    /** The text that a read was answered with; null if it isn't answered. */
    String text(long call) {
        Answer answer = answers.get(call);
        return answer instanceof CacheAnswer.Value value ? value.value().asUtf8() : answer == null ? null : "" + answer;
    }

    boolean isWritten(long call) {
        return answers.get(call) instanceof CacheAnswer.Written;
    }

    ControllerState state(int node) {
        return state(node, Replica.KEY);
    }

    ControllerState state(int node, Bytes key) {
        Line line = n(node).lines.get(key);
        return line == null ? ControllerState.I : line.state;
    }

    /** What main memory has. */
    String stored() {
        List<MemoryTable.Entry> entries = memory.snapshot().entries();
        return entries.isEmpty() ? "" : entries.get(0).value().value().asUtf8();
    }

    /** Brings the line to a node in M with a value that main memory hasn't got. */
    void own(int node, String value) {
        long call = put(node, value);
        settle();
        if (!isWritten(call) || state(node) != ControllerState.M) {
            throw new AssertionError("n" + node + " has " + state(node) + ", " + answer(call));
        }
    }
}

package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The messages under way between numbered nodes, in order, and the links that are cut. */
final class TestNetwork {
    /** A message under way. */
    record Packet(int from, int to, RaftMessage message) {
        boolean isBetween(int one, int other) {
            return from == one && to == other || from == other && to == one;
        }

        boolean is(int sender, int receiver, Class<? extends RaftMessage> kind) {
            return from == sender && to == receiver && kind.isInstance(message);
        }
    }

    private record Link(int from, int to) {}

    private final List<Packet> packets = new ArrayList<>();
    private final List<Packet> sent = new ArrayList<>();
    private final Set<Link> cut = new HashSet<>();

    void send(Packet packet) {
        sent.add(packet);
        if (!isCut(packet)) {
            packets.add(packet);
        }
    }

    boolean isCut(Packet packet) {
        return cut.contains(new Link(packet.from, packet.to));
    }

    void cut(int from, int to) {
        cut.add(new Link(from, to));
    }

    void heal() {
        cut.clear();
    }

    void heal(int from, int to) {
        cut.remove(new Link(from, to));
    }

    /** How many messages that fit have been sent since the count began anew, whatever became of them. */
    long countSent(Predicate<Packet> which) {
        return sent.stream().filter(which).count();
    }

    void countAnew() {
        sent.clear();
    }

    boolean isQuiet() {
        return packets.isEmpty();
    }

    Packet peek() {
        return packets.get(0);
    }

    Packet poll() {
        return packets.remove(0);
    }

    void drop(Predicate<Packet> which) {
        packets.removeIf(which);
    }

    void reverse() {
        Collections.reverse(packets);
    }

    /** Takes the first message that fits; fails if there is none. */
    Packet take(Predicate<Packet> which, String what) {
        for (Iterator<Packet> each = packets.iterator(); each.hasNext(); ) {
            Packet packet = each.next();
            if (which.test(packet)) {
                each.remove();
                return packet;
            }
        }
        assertEquals(what, packets.toString(), "messages under way");
        throw new AssertionError();
    }

    boolean has(Predicate<Packet> which) {
        return packets.stream().anyMatch(which);
    }

    List<Packet> underWay(Predicate<Packet> which) {
        return packets.stream().filter(which).toList();
    }

    <M extends RaftMessage> List<M> underWay(int from, int to, Class<M> kind) {
        return packets.stream()
                .filter(packet -> packet.is(from, to, kind))
                .map(packet -> kind.cast(packet.message))
                .toList();
    }
}

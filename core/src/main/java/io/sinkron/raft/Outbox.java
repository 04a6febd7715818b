package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The two lists of outgoing messages: those to send now, and those that wait for the write that makes them true. Single-threaded.
 */
final class Outbox {
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private final List<Outgoing> ready = new ArrayList<>();

    private record Held(long sequence, Outgoing outgoing) {}

    void sendNow(NodeId to, RaftMessage message) {
        ready.add(new Outgoing(to, message));
    }

    /** Keeps a message until this write is durable. */
    void hold(NodeId to, RaftMessage message, long sequence) {
        // However long the disk stands still and however often the leader asks again, what a later acknowledgement says
        // as well isn't kept twice.
        for (Iterator<Held> latestFirst = held.descendingIterator(); latestFirst.hasNext(); ) {
            Held earlier = latestFirst.next();
            if (earlier.sequence < sequence) {
                break;
            }
            if (earlier.sequence > sequence || !earlier.outgoing.to().equals(to)) {
                continue;
            }
            if (isCoveredBy(message, earlier.outgoing.message())) {
                return;
            }
            if (isCoveredBy(earlier.outgoing.message(), message)) {
                latestFirst.remove();
            }
        }
        held.add(new Held(sequence, new Outgoing(to, message)));
    }

    /** Frees what waited for writes up to this one. What waits for a later write doesn't block what waits for an earlier one. */
    void release(long durableSequence) {
        for (Iterator<Held> each = held.iterator(); each.hasNext(); ) {
            Held next = each.next();
            if (next.sequence <= durableSequence) {
                ready.add(next.outgoing);
                each.remove();
            }
        }
    }

    /**
     * The term has risen: what an older term still waits to say is worth nothing to its leader, and once the new term's leader has
     * truncated the log it wouldn't even be what the disk holds.
     */
    void dropHeld() {
        held.clear();
    }

    boolean isReady() {
        return !ready.isEmpty();
    }

    List<Outgoing> take() {
        if (ready.isEmpty()) {
            return List.of();
        }
        List<Outgoing> taken = List.copyOf(ready);
        ready.clear();
        return taken;
    }

    /** Of several acknowledgements to one leader that wait for the same write, the furthest and latest says it all. */
    private static boolean isCoveredBy(RaftMessage earlier, RaftMessage later) {
        return earlier instanceof AppendAccepted a
                && later instanceof AppendAccepted b
                && a.verifiedIndex() <= b.verifiedIndex()
                && a.durableIndex() <= b.durableIndex()
                && a.round() - b.round() <= 0;
    }
}

package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.ReadDone;
import io.sinkron.raft.RaftMessage.ReadResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads at the leader (ReadIndex: Ongaro 2014, section 6.4). A read may be served at an index that was committed when it came, once a majority has
 * answered a message that was sent after it came: then nobody else led at that time, and nobody had committed more.
 *
 * <ol>
 *   <li>Nothing is answered before an entry of the leader's own term is committed: until then it doesn't know what is (etcd 7331).
 *   <li>What waits at the end of a turn shares one round, whose number is never used again; an answer to an earlier round confirms nothing
 *       (etcd 20418).
 *   <li>An answer to a later round confirms as well, so a lost message only costs time.
 * </ol>
 *
 * <p>Bounded; exists during one leadership. Single-threaded.
 */
final class LeaderReads {
    private final RaftState state;
    private final Replication replication;
    private final List<ReadDone> done;
    private final List<Asker> waiting = new ArrayList<>();
    private final ArrayDeque<Round> asked = new ArrayDeque<>();
    private int pending;

    /** Who wants to read: a follower, by its request, or this node. */
    private record Asker(Optional<NodeId> node, long start, long id) {}

    private record Round(long round, long index, List<Asker> askers) {}

    LeaderReads(RaftState state, Replication replication, List<ReadDone> done) {
        this.state = state;
        this.replication = replication;
        this.done = done;
    }

    /** This node wants to read. */
    void read(long id) {
        add(new Asker(Optional.empty(), 0, id));
    }

    /** A follower wants to read. */
    void requested(NodeId from, long start, long id) {
        add(new Asker(Optional.of(from), start, id));
    }

    private void add(Asker asker) {
        if (pending >= state.options().maxPendingReads()) {
            answer(asker, RaftEffects.REFUSED);
            return;
        }
        pending++;
        waiting.add(asker);
        replication.requestFill();
    }

    /** Before the turn's messages are formed: what waits will be confirmed by them, or at once if a lease says who leads. */
    void beginRound(long round, boolean isLeaseTrusted) {
        if (waiting.isEmpty() || state.commitIndex() < replication.firstIndex()) {
            return;
        }
        Round all = new Round(isLeaseTrusted ? Long.MIN_VALUE : round, state.commitIndex(), List.copyOf(waiting));
        waiting.clear();
        if (isLeaseTrusted) {
            finish(all);
            return;
        }
        asked.add(all);
        replication.requestAnswers();
    }

    /** After answers have come: what they confirm is answered. */
    void confirm() {
        while (!asked.isEmpty() && replication.isConfirmed(asked.getFirst().round)) {
            finish(asked.poll());
        }
    }

    private void finish(Round round) {
        pending -= round.askers.size();
        round.askers.forEach(asker -> answer(asker, round.index));
    }

    /** The leadership is over: whoever waits must ask the next leader. */
    void refuseAll() {
        for (Round round : asked) {
            round.askers.forEach(asker -> answer(asker, RaftEffects.REFUSED));
        }
        waiting.forEach(asker -> answer(asker, RaftEffects.REFUSED));
        asked.clear();
        waiting.clear();
        pending = 0;
    }

    private void answer(Asker asker, long index) {
        if (asker.node.isEmpty()) {
            done.add(new ReadDone(asker.id, index));
        } else {
            state.send(asker.node.get(), new ReadResponse(state.term(), asker.start, asker.id, index));
        }
    }
}

package io.sinkron.raft;

import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.ReadDone;
import io.sinkron.raft.RaftMessage.ReadRequest;
import io.sinkron.raft.RaftMessage.ReadResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads at a node that doesn't lead: it asks the leader for the index, one question for all reads of a turn, and serves them itself. A question
 * that stays without an answer for the longest election timeout, or whose leader is another one by now, is given up. Single-threaded.
 */
final class FollowerReads {
    private final RaftState state;
    private final long start;
    private final List<ReadDone> done;
    private final List<Long> waiting = new ArrayList<>();
    private final Map<Long, Question> open = new LinkedHashMap<>();
    private long nextQuestion = 1;
    private int pending;

    private record Question(long askedAt, List<Long> reads) {}

    /**
     * @param start which start of this node: answers to an earlier one's questions must not count
     */
    FollowerReads(RaftState state, long start, List<ReadDone> done) {
        this.state = state;
        this.start = start;
        this.done = done;
    }

    void read(long id) {
        if (state.leader().isEmpty() || pending >= state.options().maxPendingReads()) {
            done.add(new ReadDone(id, RaftEffects.REFUSED));
            return;
        }
        pending++;
        waiting.add(id);
    }

    boolean hasQuestion() {
        return !waiting.isEmpty();
    }

    /** Ends a turn: asks. */
    void ask() {
        if (waiting.isEmpty()) {
            return;
        }
        if (state.leader().isEmpty() || state.isLeader()) {
            refuseAll();
            return;
        }
        NodeId leader = state.leader().get();
        long question = nextQuestion++;
        open.put(question, new Question(state.now(), List.copyOf(waiting)));
        waiting.clear();
        state.send(leader, new ReadRequest(state.term(), start, question));
    }

    void answered(ReadResponse answer) {
        Question question = answer.asker() == start ? open.remove(answer.id()) : null;
        if (question != null) {
            finish(question.reads, answer.index());
        }
    }

    /** Gives up what has been asked too long ago. */
    void tick() {
        Iterator<Question> each = open.values().iterator();
        while (each.hasNext()) {
            Question oldest = each.next();
            if (state.now() - oldest.askedAt < state.options().electionTimeoutMaxNanos()) {
                return;
            }
            each.remove();
            finish(oldest.reads, RaftEffects.REFUSED);
        }
    }

    /** Another term, or another leader. */
    void refuseAll() {
        open.values().forEach(question -> finish(question.reads, RaftEffects.REFUSED));
        open.clear();
        finish(waiting, RaftEffects.REFUSED);
        waiting.clear();
    }

    private void finish(List<Long> reads, long index) {
        pending -= reads.size();
        reads.forEach(id -> done.add(new ReadDone(id, index)));
    }
}

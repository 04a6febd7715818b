package io.sinkron.raft.search;

import io.sinkron.raft.Configuration;
import io.sinkron.raft.Server;
import io.sinkron.spi.LogEntry;
import java.util.Arrays;
import java.util.List;

/** What holds between nodes. {@link Machine} checks what one node can break alone. */
final class Invariants {
    private Invariants() {}

    /** Checks what a step of one node may have broken; returns the history with what the step added to it. */
    static History.Record check(Setup setup, History.Record past, int node, Facts before, Facts[] facts) {
        Facts after = facts[node];
        History.Record next = past;
        if (after.isLeader() && (!before.isLeader() || before.term() != after.term())) {
            next = oneLeaderATerm(next, node, after);
        }
        if (after.log() != before.log()) {
            logsMatch(node, facts);
        }
        if (after.isLeader() && setup.change() != Setup.Change.NONE) {
            Quorums.check(after);
        }
        if (after.isLeader() && before.isLeader() && after.commit() > before.commit()) {
            commitIsOnAMajority(setup, after, facts);
        }
        if (after.commit() > 0) {
            next = oneSequenceOfCommitted(next, node, after);
        }
        if (next != past) {
            leadersAreComplete(next, facts);
        }
        return next;
    }

    private static History.Record oneLeaderATerm(History.Record past, int node, Facts leader) {
        int other = past.leader(leader.term());
        if (other >= 0) {
            throw new Violation("R1: n" + (other + 1) + " and n" + (node + 1) + " lead term " + leader.term());
        }
        return past.withLeader(leader.term(), node);
    }

    /** R3: where two logs agree on an entry's index and term, they agree on everything up to it. */
    private static void logsMatch(int node, Facts[] facts) {
        List<LogEntry> mine = facts[node].log();
        for (int other = 0; other < facts.length; other++) {
            List<LogEntry> theirs = facts[other].log();
            boolean hasMatch = false;
            for (int i = Math.min(mine.size(), theirs.size()) - 1; i >= 0; i--) {
                hasMatch |= mine.get(i).term() == theirs.get(i).term();
                if (hasMatch && !mine.get(i).equals(theirs.get(i))) {
                    throw new Violation("R3: logs " + mine + " and " + theirs);
                }
            }
        }
    }

    /** R9. */
    private static void commitIsOnAMajority(Setup setup, Facts leader, Facts[] facts) {
        long index = leader.commit();
        long term = leader.log().get((int) index - 1).term();
        if (term != leader.term()) {
            throw new Violation("R9: commits " + index + " of term " + term + " in term " + leader.term());
        }
        Configuration configuration = Quorums.inForce(leader);
        for (List<Server> half : List.of(configuration.voters(), configuration.outgoing())) {
            long holders = half.stream()
                    .filter(voter -> Arrays.stream(facts).anyMatch(each -> each.holdsDurably(voter, index, term)))
                    .count();
            // A disk that was lost after it had acknowledged counted when it did.
            if (!half.isEmpty() && (holders + setup.wipes()) * 2 <= half.size()) {
                throw new Violation("R9: commits " + index + " with " + holders + " durable copies among " + half);
            }
        }
    }

    /** R5: what is committed, and so applied, at an index is the same on all nodes and for ever. */
    private static History.Record oneSequenceOfCommitted(History.Record past, int node, Facts after) {
        History.Record next = past;
        for (int i = 0; i < after.commit(); i++) {
            LogEntry entry = after.log().get(i);
            if (i >= next.committed().size()) {
                next = next.withCommitted(entry, after.term());
            } else if (!next.committed().get(i).equals(entry)) {
                throw new Violation("R5: n" + (node + 1) + " commits " + entry + ", committed was "
                        + next.committed().get(i));
            }
        }
        return next;
    }

    /** R4, R14: a leader has all that was committed in earlier terms. */
    private static void leadersAreComplete(History.Record past, Facts[] facts) {
        for (int node = 0; node < facts.length; node++) {
            for (int i = 0; facts[node].isLeader() && i < past.committed().size(); i++) {
                boolean isEarlier = past.terms().get(i) < facts[node].term();
                if (isEarlier && !facts[node].isInLog(i + 1, past.committed().get(i))) {
                    throw new Violation("R4: leader n" + (node + 1) + " of term " + facts[node].term()
                            + " lacks committed " + past.committed().get(i));
                }
            }
        }
    }
}

package io.sinkron.transport.inmemory.sim.invariant;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A checker that never complains proves nothing: each rule is broken here once. */
class RaftInvariantsTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final NodeId C = NodeId.of("c");

    private final RaftInvariants invariants = new RaftInvariants(List.of(A, B, C), List.of(), new Marks());
    private long sequence;

    @BeforeEach
    void start() {
        for (NodeId node : List.of(A, B, C)) {
            invariants.started(node, new LogStore.Recovered(1, HardState.INITIAL, Optional.empty(), List.of()));
        }
    }

    @Test
    void twoLeadersOfOneTermAreSeen() {
        durable(A, hardState(1, A));
        durable(B, hardState(1, A));
        broken("R1", () -> sends(A, heartbeat(1))); // nobody but itself has voted for it
        invariants.sent(B, A, new RaftMessage.VoteResponse(1, true, 0));
        sends(A, heartbeat(1));
        broken("R1", () -> sends(B, heartbeat(1)));
    }

    @Test
    void aVoteForASecondCandidateIsSeen() {
        durable(C, hardState(1, A));
        invariants.sent(C, A, new RaftMessage.VoteResponse(1, true, 0));
        broken("R7", () -> invariants.sent(C, B, new RaftMessage.VoteResponse(1, true, 0)));
    }

    @Test
    void aVoteSpokenBeforeItIsDurableIsSeen() {
        long write = writes(C, hardState(1, A));
        broken("R8", () -> invariants.sent(C, A, new RaftMessage.VoteResponse(1, true, 0)));
        invariants.durable(C, write);
        assertDoesNotThrow(() -> invariants.sent(C, A, new RaftMessage.VoteResponse(1, true, 0)));
    }

    @Test
    void anEntryAcknowledgedBeforeItIsDurableIsSeen() {
        durable(B, hardState(1, A));
        writes(B, entries(entry(1, 1, "x")));
        broken("R8", () -> invariants.sent(B, A, new RaftMessage.AppendAccepted(1, 1, 1, 1, 0)));
    }

    @Test
    void anAcknowledgedEntryThatIsAnotherOneOnDiskIsSeen() {
        durable(B, hardState(2, C));
        durable(B, entries(entry(1, 1, "x")));
        writes(B, new LogBatch(Optional.empty(), 1, List.of(entry(1, 2, "y"))));
        broken("R8", () -> invariants.sent(B, A, new RaftMessage.AppendAccepted(2, 1, 1, 1, 0)));
    }

    @Test
    void logsThatAgreeOnIndexAndTermButNotOnWhatCameBeforeAreSeen() {
        writes(A, entries(entry(1, 1, "x"), entry(2, 2, "z")));
        broken("R3", () -> writes(B, entries(entry(1, 1, "y"), entry(2, 2, "z"))));
    }

    @Test
    void aDurableEntryThatIsGoneAfterARestartIsSeen() {
        durable(A, entries(entry(1, 1, "x")));
        broken("R8", () -> restart(A, HardState.INITIAL));
    }

    @Test
    void aWriteThatWasNotForcedMayBeGoneAfterARestart() {
        writes(A, entries(entry(1, 1, "x")));
        assertDoesNotThrow(() -> restart(A, HardState.INITIAL));
    }

    @Test
    void aCutThatWasNotForcedMayHaveHappened() {
        durable(A, entries(entry(1, 1, "x"), entry(2, 1, "y")));
        writes(A, new LogBatch(Optional.empty(), 2, List.of()));
        assertDoesNotThrow(() -> restart(A, HardState.INITIAL, entry(1, 1, "x")));
    }

    @Test
    void aVoteForgottenOverARestartIsSeen() {
        durable(A, hardState(3, B));
        broken("R6", () -> restart(A, new HardState(3, Optional.empty())));
    }

    @Test
    void aStampThatFallsIsSeen() {
        writes(A, entries(new LogEntry(1, 1, 100, LogEntry.Kind.NOOP, Bytes.EMPTY)));
        broken("R15", () -> writes(A, entries(new LogEntry(2, 1, 99, LogEntry.Kind.NOOP, Bytes.EMPTY))));
    }

    private static void broken(String rule, Executable step) {
        Violation violation = assertThrows(Violation.class, step);
        assertTrue(violation.invariant().startsWith(rule + " "), violation.getMessage());
    }

    private static RaftMessage heartbeat(long term) {
        return new RaftMessage.AppendEntries(term, 1, 0, 0, 0, List.of());
    }

    private static LogBatch hardState(long term, NodeId vote) {
        return new LogBatch(Optional.of(new HardState(term, Optional.of(vote))), 0, List.of());
    }

    private static LogBatch entries(LogEntry... entries) {
        return new LogBatch(Optional.empty(), 0, List.of(entries));
    }

    private static LogEntry entry(long index, long term, String payload) {
        return new LogEntry(index, term, 0, LogEntry.Kind.COMMAND, Bytes.utf8(payload));
    }

    private long writes(NodeId node, LogBatch batch) {
        invariants.writing(node, new RaftEffects.Write(++sequence, batch, Optional.empty()));
        return sequence;
    }

    private void durable(NodeId node, LogBatch batch) {
        invariants.durable(node, writes(node, batch));
    }

    private void sends(NodeId from, RaftMessage message) {
        invariants.sent(from, C, message);
    }

    private void restart(NodeId node, HardState hardState, LogEntry... entries) {
        invariants.stopped(node);
        invariants.started(node, new LogStore.Recovered(2, hardState, Optional.empty(), List.of(entries)));
    }
}

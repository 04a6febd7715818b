package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows, pages and back-pressure; the numbers are those of the scenario catalogue in {@code docs/raft.md}. */
class FlowControlTest {
    private static RaftScenario leaderWithWindow(int batch, int window, long windowBytes) {
        RaftOptions options = RaftScenario.OPTIONS.withFlow(batch, 1 << 20, window, windowBytes);
        RaftScenario s = RaftScenario.of(3, options).elect(1).run(50);
        for (int i = 0; i < 20; i++) {
            s.raft(1).propose(Bytes.utf8("c" + i), 0, s.now(1));
        }
        return s.tick(1);
    }

    private static int entriesUnderWay(RaftScenario s) {
        return s.underWay(1, 2, AppendEntries.class).stream()
                .mapToInt(append -> append.entries().size())
                .sum();
    }

    @Test
    void F01_the_window_fills_and_moves_with_each_acknowledgement() {
        RaftScenario s = leaderWithWindow(2, 6, 1 << 20);
        assertEquals(3, s.underWay(1, 2, AppendEntries.class).size());
        assertEquals(6, entriesUnderWay(s));
        s.receive(2, 1, s.take(1, 2, AppendEntries.class));
        s.receive(1, 2, s.take(2, 1, AppendAccepted.class));
        assertEquals(6, entriesUnderWay(s));
        s.stabilise().expectCommit(1, 21).expectCommit(2, 21);
    }

    @Test
    void F01_the_window_is_bounded_in_bytes_too() {
        RaftScenario s = leaderWithWindow(100, 100, 200);
        int sent = entriesUnderWay(s);
        assertTrue(sent >= 1 && sent <= 4, "sent " + sent);
        s.stabilise().expectCommit(2, 21);
    }

    @Test
    void F01_a_full_window_gets_one_empty_message_a_heartbeat() {
        RaftScenario s = leaderWithWindow(2, 4, 1 << 20).dropAll();
        for (int i = 1; i <= 5; i++) {
            s.pass(100).tick(1);
            assertEquals(i, s.underWay(1, 2, AppendEntries.class).size());
        }
        assertEquals(0, entriesUnderWay(s));
    }

    @Test
    void F02_uncommitted_bytes_are_bounded_and_the_count_returns_to_nothing() {
        RaftScenario s = RaftScenario.of(3, RaftScenario.OPTIONS.withBounds(300, 100, 1 << 20))
                .elect(1)
                .isolate(1);
        int accepted = 0;
        Proposed last = s.propose(1, "0");
        for (; last instanceof Proposed.Accepted && accepted < 100; accepted++) {
            last = s.propose(1, "12345678");
        }
        assertEquals(4, accepted);
        assertEquals(65 + 3 * 72, ((Proposed.Overloaded) last).uncommittedBytes());
        assertTrue(s.propose(1, "") instanceof Proposed.Overloaded);
        s.heal().run(300);
        for (int round = 0; round < 3; round++) {
            assertTrue(s.propose(1, "x".repeat(1000)) instanceof Proposed.Accepted, "nothing waits, so one is taken");
            assertTrue(s.propose(1, "x") instanceof Proposed.Overloaded);
            s.stabilise();
        }
    }

    @Test
    void F02_a_suffix_that_another_leader_removes_leaves_nothing_behind_in_the_count() {
        RaftScenario s = RaftScenario.of(3, RaftScenario.OPTIONS.withBounds(200, 100, 1 << 20))
                .elect(1)
                .isolate(1);
        s.propose(1, "x".repeat(500));
        s.elect(2).heal().run(300).elect(1);
        assertTrue(s.propose(1, "x".repeat(100)) instanceof Proposed.Accepted);
    }

    @Test
    void F05_a_follower_refuses_proposals_and_names_the_leader() {
        RaftScenario s = RaftScenario.of(3);
        assertEquals(new Proposed.NotLeader(Optional.empty()), s.propose(3, "x"));
        s.elect(1);
        assertEquals(new Proposed.NotLeader(Optional.of(RaftScenario.id(1))), s.propose(3, "x"));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 100", "7, 7", "100, 100"})
    void F06_every_window_leads_to_the_same_log(int batch, int window) {
        RaftScenario s = leaderWithWindow(batch, window, 1 << 20).stabilise().run(200);
        s.expectCommit(2, 21).expectCommit(3, 21);
        assertEquals(s.node(1).applied, s.node(3).applied);
        assertEquals(20, s.node(1).applied.size());
    }

    @Test
    void an_entry_larger_than_every_limit_travels_alone() {
        RaftOptions options = RaftScenario.OPTIONS.withFlow(10, 100, 10, 100).withBounds(100, 10, 100);
        RaftScenario s = RaftScenario.of(3, options).elect(1);
        s.propose(1, "x".repeat(10_000));
        s.stabilise().expectCommit(2, 2).expectCommit(3, 2);
    }

    @Test
    void options_outside_their_range_are_refused_by_name() {
        RaftOptions o = RaftOptions.DEFAULT;
        List<org.junit.jupiter.api.function.Executable> wrong = List.of(
                () -> o.withTimes(0, 10, 1),
                () -> o.withTimes(500_000_000, 500_000_000, 1),
                () -> o.withTimes(500_000_000, 600_000_000, 300_000_000),
                () -> o.withFlow(0, 1, 1, 1),
                () -> o.withFlow(1, 0, 1, 1),
                () -> o.withFlow(1, 1, 0, 1),
                () -> o.withFlow(1, 1, 1, 0),
                () -> o.withBounds(0, 1, 1),
                () -> o.withBounds(1, 0, 1),
                () -> o.withBounds(1, 1, 0),
                () -> o.withSnapshots(0, 1, 0, 0),
                () -> o.withSnapshots(1, 0, 0, 0),
                () -> o.withSnapshots(1, 1, -1, 0),
                () -> o.withSnapshots(1, 1, 0, -1));
        wrong.forEach(each -> {
            String message = assertThrows(IllegalArgumentException.class, each).getMessage();
            assertTrue(message.matches("\\w+ is -?\\d+, allowed are \\d+ to \\d+"), message);
        });
    }
}

package io.sinkron.raft;

import static io.sinkron.raft.RaftScenario.entries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.InvariantViolation;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compaction, transfer, installation; the numbers are those of the scenario catalogue in {@code docs/raft.md}. */
class SnapshotTest {
    /** Pieces of four bytes, two ahead, and no tail behind a snapshot. */
    private static final RaftOptions TINY = RaftScenario.OPTIONS.withSnapshots(4, 2, 0, 0);

    private static InstallSnapshot piece(long term, long index, long snapshotTerm, String state, int offset, int end) {
        byte[] bytes = Bytes.utf8(state).array();
        return Say.installSnapshot(
                term,
                0,
                index,
                snapshotTerm,
                7,
                Bytes.EMPTY,
                bytes.length,
                offset,
                Bytes.wrap(java.util.Arrays.copyOfRange(bytes, offset, end)));
    }

    /** Node 1 leads and has compacted ten commands that node 3 has never seen. */
    private static RaftScenario slowFollower(RaftOptions options) {
        RaftScenario s = RaftScenario.used(3, options).isolate(3).elect(1);
        for (int i = 0; i < 10; i++) {
            s.propose(1, "c" + i);
            s.stabilise();
        }
        return s.compact(1).expectCommit(1, 11);
    }

    @Test
    void S02_a_follower_behind_the_compacted_log_gets_the_snapshot_and_then_the_entries() {
        RaftScenario s = slowFollower(TINY).heal();
        s.propose(1, "after");
        s.run(600).expectCommit(3, 12);
        assertEquals(1, s.node(3).installs());
        assertEquals(s.node(1).stateHash(), s.node(3).stateHash());
        assertEquals(11, s.raft(3).snapshotIndex());
        assertEquals(1, s.raft(3).lastIndex() - s.raft(3).snapshotIndex());
    }

    @Test
    void S02_an_empty_probe_at_the_beginning_matches_nothing() {
        RaftScenario s = slowFollower(TINY).heal();
        s.receive(1, 3, Say.appendAccepted(1, s.now(1), 0, 0));
        assertTrue(s.underWay(1, 3, AppendEntries.class).isEmpty());
        s.run(600).expectCommit(3, 11);
    }

    @Test
    void S03_no_entries_are_sent_while_a_snapshot_is_under_way_and_no_snapshot_to_who_is_silent() {
        RaftScenario s = slowFollower(TINY).heal();
        for (int i = 0; i < 20; i++) {
            s.pass(100).tick(1).tick(2);
            assertTrue(s.underWay(1, 3, InstallSnapshot.class).isEmpty(), "node 3 has not answered yet");
            s.dropTo(3).stabilise();
        }
        while (s.underWay(1, 3, InstallSnapshot.class).isEmpty()) {
            if (s.isQuiet()) {
                s.pass(100).tickAll();
            }
            s.deliverNext();
        }
        s.propose(1, "meanwhile");
        assertTrue(s.underWay(1, 3, AppendEntries.class).stream()
                .allMatch(append -> append.entries().isEmpty()));
    }

    @Test
    void S04_an_acknowledgement_that_makes_the_snapshot_needless_resumes_the_stream() {
        RaftScenario s = slowFollower(TINY).heal().runUntilUnderWay(1, 3, InstallSnapshot.class);
        s.dropAll()
                .receive(
                        3,
                        1,
                        new AppendEntries(
                                2, s.now(1), 0, 0, 0, s.node(2).written.entries()));
        s.run(400).expectCommit(3, 11);
        assertEquals(0, s.node(3).installs());
    }

    @Test
    void S07_a_snapshot_that_agrees_with_the_log_keeps_all_that_follows_and_needs_no_transfer() {
        RaftScenario s = RaftScenario.withLogs("1 1 1 1", "1", "1");
        s.receive(1, 2, piece(1, 2, 1, "2:0", 0, 1)).expectLog(1, "1 1 1 1").expectCommit(1, 2);
        assertEquals(2, s.take(1, 2, AppendAccepted.class).durableIndex());
        assertTrue(s.underWay(1, 2, InstallSnapshotResponse.class).isEmpty());
        assertEquals(0, s.node(1).installs());
        s.receive(1, 2, piece(1, 1, 1, "1:0", 0, 3)).expectLog(1, "1 1 1 1").expectCommit(1, 2);
        assertEquals(1, s.take(1, 2, AppendAccepted.class).durableIndex());
    }

    @Test
    void S12_a_piece_of_an_old_term_is_refused_with_the_new_one() {
        RaftScenario s = RaftScenario.withLogs("1 @5", "1", "1").receive(1, 2, piece(4, 9, 4, "9:0", 0, 3));
        assertEquals(5, s.take(1, 2, AppendRejected.class).term());
        s.expectLog(1, "1").expectCommit(1, 0);
    }

    @Test
    void S14_a_transfer_begun_by_a_dead_leader_is_begun_again_by_the_next() {
        RaftScenario s = slowFollower(TINY).compact(2).heal().runUntilUnderWay(1, 3, InstallSnapshot.class);
        s.deliverNext().crash(1).dropAll().lapse().campaign(2).stabilise();
        s.expectRole(2, Role.LEADER).run(1000).expectCommit(3, s.raft(2).commitIndex());
        assertEquals(s.node(2).stateHash(), s.node(3).stateHash());
    }

    @Test
    void S17_a_follower_within_the_kept_tail_needs_no_snapshot() {
        RaftScenario s = slowFollower(RaftScenario.OPTIONS.withSnapshots(4, 2, 20, 1 << 20))
                .heal()
                .run(500);
        s.expectCommit(3, 11);
        assertEquals(0, s.node(3).installs());
    }

    @Test
    void S17_the_kept_tail_is_bounded_in_entries_and_in_bytes() {
        RaftScenario byEntries = slowFollower(RaftScenario.OPTIONS.withSnapshots(4, 2, 3, 1 << 20));
        assertEquals(3, byEntries.node(1).durable.entries().size());
        RaftScenario byBytes = slowFollower(RaftScenario.OPTIONS.withSnapshots(4, 2, 100, 140));
        assertEquals(2, byBytes.node(1).durable.entries().size());
        assertEquals(0, byBytes.raft(1).logBytes(), "the tail doesn't count as log since the snapshot");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void S19_lost_pieces_and_lost_answers_are_made_up_for(int every) {
        RaftScenario s = slowFollower(TINY).heal();
        int n = 0;
        for (int step = 0; step < 4000 && s.raft(3).commitIndex() < 11; step++) {
            if (s.isQuiet()) {
                s.pass(50).tickAll();
            } else if (++n % (every + 1) == 0) {
                s.dropNextBetween(1, 3);
            } else {
                s.deliverNext();
            }
        }
        s.run(400).expectCommit(3, 11);
        assertEquals(s.node(1).stateHash(), s.node(3).stateHash());
    }

    @Test
    void S19_a_transfer_goes_on_from_where_the_follower_stands_and_from_the_start_if_it_restarted() {
        RaftScenario s = slowFollower(TINY).heal().runUntilUnderWay(1, 3, InstallSnapshot.class);
        InstallSnapshot first = s.take(1, 3, InstallSnapshot.class);
        s.dropAll().receive(3, 1, first).stabilise().run(1000);
        assertTrue(s.raft(3).commitIndex() == 11, "went on");
        RaftScenario restarted = slowFollower(TINY).heal().runUntilUnderWay(1, 3, InstallSnapshot.class);
        first = restarted.take(1, 3, InstallSnapshot.class);
        restarted
                .dropAll()
                .receive(3, 1, first)
                .deliverNext()
                .dropAll()
                .crash(3)
                .restart(3)
                .run(600);
        restarted.expectCommit(3, 11);
    }

    @Test
    void S19_a_followers_word_on_the_offset_is_final_in_both_directions() {
        SnapshotTransfer transfer = new SnapshotTransfer(
                new io.sinkron.spi.StoredSnapshot(4, 1, 0, Bytes.EMPTY, Bytes.utf8("123456789")), TINY, 0, 0);
        assertEquals(0, transfer.nextChunk(TINY, 1, 1, 0).offset());
        assertEquals(4, transfer.nextChunk(TINY, 1, 2, 0).offset());
        transfer.answered(4, 1, 0);
        transfer.answered(8, 2, 0);
        transfer.answered(0, 3, 0);
        assertEquals(0, transfer.nextChunk(TINY, 1, 4, 0).offset());
        transfer.answered(8, 2, 0);
        assertEquals(4, transfer.nextChunk(TINY, 1, 5, 0).offset(), "an older answer says nothing new");
    }

    @Test
    void S20_no_more_pieces_than_the_window_are_under_way() {
        RaftScenario s = slowFollower(TINY).heal().runUntilUnderWay(1, 3, InstallSnapshot.class);
        List<InstallSnapshot> pieces = s.underWay(1, 3, InstallSnapshot.class);
        assertEquals(
                List.of(0L, 4L), pieces.stream().map(InstallSnapshot::offset).toList());
        assertTrue(pieces.stream().allMatch(each -> each.chunk().size() == 4));
    }

    @Test
    void S25_a_follower_with_a_conflict_at_the_snapshots_index_converges_at_once() {
        RaftScenario s = RaftScenario.withLogs("1 2 2 2 2", "1", "1");
        String state = "3:12345";
        s.receive(1, 2, piece(3, 3, 3, state, 0, 4)).receive(1, 2, piece(3, 3, 3, state, 4, 7));
        s.expectLog(1, "").expectCommit(1, 3);
        assertEquals(3, s.raft(1).lastIndex());
        assertEquals(3, s.take(1, 2, AppendAccepted.class).durableIndex());
        assertEquals(7, s.raft(1).lastStampMillis());
        s.receive(1, 2, new AppendEntries(3, 0, 3, 3, 4, entries(4, 3)))
                .expectLog(1, "3")
                .expectCommit(1, 4);
    }

    @Test
    void an_installed_snapshot_is_acknowledged_only_once_it_is_durable() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1").holdStorage(1).receive(1, 2, piece(1, 5, 1, "5:0", 0, 3));
        assertEquals(3, s.take(1, 2, InstallSnapshotResponse.class).offset());
        s.receive(1, 2, new AppendEntries(1, 0, 5, 1, 5, List.of()));
        assertEquals(Say.appendAccepted(1, 0, 5, 0), s.take(1, 2, AppendAccepted.class), "verified, nothing durable");
        s.crash(1).restart(1).expectCommit(1, 0).expectLog(1, "1");
    }

    @Test
    void a_late_snapshot_older_than_an_installed_one_lowers_nothing() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1").receive(1, 2, piece(2, 9, 2, "9:0", 0, 3));
        s.receive(1, 2, piece(2, 5, 1, "5:0", 0, 3)).expectCommit(1, 9);
        assertEquals(1, s.node(1).installs());
        assertEquals(9, s.raft(1).snapshotIndex());
        assertEquals(9, s.take(1, 2, AppendAccepted.class).durableIndex());
        assertEquals(5, s.take(1, 2, AppendAccepted.class).durableIndex());
    }

    @Test
    void S14_pieces_of_two_leaders_are_not_put_together_even_if_index_term_and_size_are_the_same() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1").receive(1, 2, piece(2, 9, 1, "9:77", 0, 3));
        s.lapse().campaign(1).receive(1, 3, Say.preVoteResponse(2, 3, true)).expectRole(1, Role.CANDIDATE);
        s.dropAll().receive(1, 3, piece(3, 9, 1, "9:88", 3, 4)).expectCommit(1, 0);
        assertEquals(0, s.take(1, 3, InstallSnapshotResponse.class).offset(), "from the start again");
        s.receive(1, 3, piece(3, 9, 1, "9:88", 0, 4)).expectCommit(1, 9);
        assertEquals(88, s.node(1).stateHash());
    }

    @Test
    void entries_that_come_with_the_last_piece_are_written_behind_the_snapshot() {
        RaftScenario s = RaftScenario.withLogs("1 2 2", "1", "1");
        Raft raft = s.raft(1);
        raft.receive(RaftScenario.id(2), piece(3, 5, 3, "5:0", 0, 3), s.now(1));
        raft.receive(RaftScenario.id(2), new AppendEntries(3, 0, 5, 3, 6, entries(6, 3)), s.now(1));
        s.tick(1).expectLog(1, "3").expectCommit(1, 6);
        assertEquals(6, s.node(1).durable.lastIndex());
        assertEquals(5, s.node(1).durable.snapshotIndex());
    }

    @Test
    void a_compaction_that_overtakes_a_transfer_is_followed_by_the_next_snapshot() {
        RaftScenario s = slowFollower(TINY).heal().runUntilUnderWay(1, 3, InstallSnapshot.class);
        s.propose(1, "more");
        s.compact(2).stabiliseBetween(1, 2).compact(1).run(1000).expectCommit(3, 12);
    }

    @Test
    void an_older_snapshot_of_the_node_itself_and_one_ahead_of_what_was_applied_are_not_taken() {
        RaftScenario s = slowFollower(TINY);
        s.raft(1).compact(11, Bytes.utf8("again"), s.now(1));
        s.raft(1).compact(3, Bytes.utf8("older"), s.now(1));
        assertFalse(s.raft(1).hasEffects());
        assertThrows(InvariantViolation.class, () -> s.raft(1).compact(12, Bytes.EMPTY, s.now(1)));
    }

    @Test
    void a_snapshot_larger_than_allowed_is_not_begun_and_malformed_pieces_are_passed_over() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1");
        Bytes four = Bytes.utf8("abcd");
        s.receive(1, 2, Say.installSnapshot(1, 0, 9, 1, 0, Bytes.EMPTY, Long.MAX_VALUE / 2, 0, four));
        assertTrue(s.isQuiet());
        s.receive(1, 2, Say.installSnapshot(1, 0, 9, 1, 0, Bytes.EMPTY, 2, 0, four));
        assertEquals(0, s.take(1, 2, InstallSnapshotResponse.class).offset());
        s.expectCommit(1, 0);
    }

    @Test
    void a_snapshot_carries_its_voters_and_they_count_whatever_the_founders_were() {
        RaftScenario s = slowFollower(TINY);
        List<io.sinkron.common.NodeId> voters = List.of(RaftScenario.id(1), RaftScenario.id(2), RaftScenario.id(3));
        Bytes config = s.node(1).durable.snapshot().orElseThrow().config();
        assertEquals(voters, ConfigurationFormat.decode(config).votingNodes());
        Raft other = new Raft(
                TINY,
                RaftScenario.id(1),
                Configuration.founding(voters.subList(0, 2), Map.of()),
                s.node(1).durable.recovered(1),
                new java.util.Random(1),
                0);
        assertEquals(voters, other.configuration().votingNodes());
    }

    @Test
    void an_empty_state_is_transferred_too() {
        SnapshotTransfer transfer =
                new SnapshotTransfer(new io.sinkron.spi.StoredSnapshot(4, 1, 0, Bytes.EMPTY, Bytes.EMPTY), TINY, 0, 0);
        assertTrue(transfer.canSend(TINY));
        InstallSnapshot only = transfer.nextChunk(TINY, 1, 1, 0);
        assertFalse(transfer.canSend(TINY));
        assertTrue(new SnapshotAssembly(only).isComplete());
        transfer.answered(0, 1, 0);
        assertTrue(transfer.isDelivered());
    }

    @Test
    void S13_a_snapshot_is_labelled_with_the_place_that_it_holds_though_more_is_applied_by_then() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1").elect(1);
        for (String command : List.of("a", "b", "c")) {
            s.propose(1, command);
        }
        s.stabilise().expectCommit(1, 5);
        s.raft(1).compact(1, Bytes.utf8("state at 1"), s.now(1));
        s.pass(100).tick(1).stabilise();
        var snapshot = s.node(1).durable.snapshot().orElseThrow();
        assertEquals(1, snapshot.index());
        assertEquals(1, snapshot.term());
        s.expectCommit(1, 5).expectLog(1, "1 2 2 2 2");
    }

    @Test
    void a_piece_that_was_changed_on_its_way_is_not_taken() {
        RaftScenario s = RaftScenario.withLogs("1", "1", "1");
        InstallSnapshot whole = piece(1, 9, 1, "9:77", 0, 4);
        InstallSnapshot changed = new InstallSnapshot(
                whole.term(),
                whole.round(),
                whole.index(),
                whole.snapshotTerm(),
                whole.stampMillis(),
                whole.config(),
                whole.sizeBytes(),
                whole.offset(),
                Bytes.utf8("9:79"),
                whole.checksum());
        s.receive(1, 2, changed).expectCommit(1, 0);
        assertEquals(0, s.node(1).installs());
        s.receive(1, 2, whole).expectCommit(1, 9);
        assertEquals(1, s.node(1).installs());
    }
}

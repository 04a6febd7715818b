package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.MemoryCommand;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.common.XxHash64;
import io.sinkron.lock.LockCommand;
import io.sinkron.raft.RaftOptions;
import io.sinkron.raft.Role;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots beside the turns of whole nodes: what overtakes what, and what happens while one is slow in the making. */
class NodeSnapshotTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int VALUE_BYTES = 1_000;
    private static final long SNAPSHOT_AFTER_BYTES = 20_000;
    private static final long MAX_LOG_BYTES = 60_000;
    private static final NodeId N1 = NodeId.of("n1");

    private int writes;

    private static NodeOptions small(NodeOptions options, long maxLogBytes) {
        NodeOptions.Limits base = options.limits();
        return new NodeOptions(
                options.self(),
                options.voters(),
                options.weight(),
                options.address(),
                options.http(),
                options.externalQueues(),
                options.externalMemory(),
                options.ringSeed(),
                new NodeOptions.Limits(
                        base.openCalls(),
                        base.answerWindow(),
                        base.resendNanos(),
                        base.batchCommands(),
                        base.batchBytes(),
                        10_000,
                        SNAPSHOT_AFTER_BYTES,
                        maxLogBytes),
                RaftOptions.DEFAULT.withBounds(20_000, 10, 1 << 20).withSnapshots(1 << 20, 8, 0, 0),
                options.lease(),
                options.locks(),
                options.queues(),
                options.cache());
    }

    private static NodeGroup group(int size) {
        return new NodeGroup(size, options -> small(options, MAX_LOG_BYTES));
    }

    /** Writes through the log until a node has something to do for its snapshot thread. */
    private void writeUntilWork(NodeGroup group, NodeId at, NodeId worker) {
        while (group.tasks(worker).isEmpty()) {
            write(group, at, 1);
        }
    }

    private long write(NodeGroup group, NodeId at, int count) {
        long call = 0;
        for (int i = 0; i < count; i++) {
            Bytes key = Bytes.utf8("key" + writes++ % 10);
            MemoryValue value = new MemoryValue(writes, false, Bytes.wrap(new byte[VALUE_BYTES]), 0, List.of());
            call = group.call(at, new MemoryCommand(List.of(new MemoryOp.PutIfNewer(key, 1, value))));
        }
        return call;
    }

    @Test
    void theTurnsGoOnWhileASnapshotIsBuiltAndItIsOfTheIndexAtWhichItBegan() {
        NodeGroup group = group(1);
        group.leader();
        writeUntilWork(group, N1, N1);
        long index = group.node(N1).status().appliedIndex();
        long hash = group.node(N1).stateHash();
        assertEquals(index, group.tasks(N1).get(0).index());
        write(group, N1, 5);
        assertEquals(index + 5, group.node(N1).status().appliedIndex(), "commands are applied meanwhile");
        assertTrue(group.saved(N1).isEmpty());
        group.work(N1);
        assertEquals(1, group.saved(N1).size());
        assertEquals(index, group.saved(N1).get(0).index());
        assertEquals(hash, XxHash64.hash(group.saved(N1).get(0).state().array(), 0), "the state as it was then");
    }

    @Test
    void whatIsBuiltIsToTheLastFieldWhatIsSavedSoThatItCanBeWrittenAhead() {
        NodeGroup group = group(3);
        NodeId leader = group.leader();
        for (NodeId id : List.of(leader, other(leader))) {
            for (int snapshot = 0; snapshot < 2; snapshot++) {
                writeUntilWork(group, leader, id);
                SnapshotResult.Built built = (SnapshotResult.Built) group.work(id);
                assertEquals(
                        built.snapshot(), group.saved(id).get(group.saved(id).size() - 1));
            }
        }
    }

    private static NodeId other(NodeId than) {
        return than.equals(N1) ? NodeId.of("n2") : N1;
    }

    @Test
    void oneSnapshotIsBuiltAtATimeAndTheNextBeginsWithIt() {
        NodeGroup group = group(1);
        group.leader();
        writeUntilWork(group, N1, N1);
        write(group, N1, 25);
        assertEquals(1, group.tasks(N1).size(), "enough for another has been written, but one is being built");
        group.work(N1);
        assertEquals(1, group.tasks(N1).size());
        long index = group.node(N1).status().appliedIndex();
        assertEquals(index, group.work(N1).index());
        assertEquals(
                group.node(N1).stateHash(),
                XxHash64.hash(group.saved(N1).get(1).state().array(), 0));
    }

    @Test
    void aLeaderWhoseLogIsAtItsBoundRefusesUntilTheSnapshotIsThere() {
        NodeGroup group = group(1);
        group.leader();
        long call = write(group, N1, 200);
        assertEquals(
                new Refusal.Overloaded("maxLogBytes", MAX_LOG_BYTES),
                group.answer(call).orElseThrow());
        long index = group.node(N1).status().appliedIndex();
        assertTrue(index * VALUE_BYTES <= MAX_LOG_BYTES, "applied " + index);
        group.work(N1);
        call = write(group, N1, 1);
        assertInstanceOf(MemoryCommand.Executed.class, group.answer(call).orElseThrow());
    }

    @Test
    void aFollowerThatBuildsSlowlyStopsTakingEntriesAtItsBoundAndCatchesUp() {
        NodeGroup group = new NodeGroup(
                3, options -> small(options, options.self().equals(NodeId.of("n1")) ? MAX_LOG_BYTES : 10_000_000));
        NodeId leader = leaderOtherThan(group, N1);
        long term = group.node(leader).status().term();
        write(group, leader, 300);
        group.advance(3 * SECOND);
        long stuck = group.node(N1).status().appliedIndex();
        assertTrue(stuck * VALUE_BYTES <= MAX_LOG_BYTES + 20_000, "applied " + stuck);
        assertTrue(group.node(leader).status().appliedIndex() >= 300, "the others go on");
        assertEquals(term, group.node(leader).status().term(), "it still hears its leader, and disturbs nobody");
        while (!group.tasks(N1).isEmpty()) {
            group.work(N1);
            group.advance(SECOND);
        }
        assertSameState(group, leader, N1);
    }

    @Test
    void aBuildThatAnInstalledSnapshotHasOvertakenIsDropped() {
        NodeGroup group = group(3);
        NodeId leader = leaderOtherThan(group, N1);
        writeUntilWork(group, leader, N1);
        long began = group.tasks(N1).get(0).index();
        overtake(group, leader);
        assertEquals(2, group.tasks(N1).size(), "the old build and the restore of what was installed");
        long installed = group.saved(N1).get(0).index();
        assertTrue(installed > began);
        group.work(N1);
        assertEquals(1, group.saved(N1).size(), "no older snapshot follows on the installed one");
        group.work(N1);
        catchUp(group, leader);
        assertSameState(group, leader, N1);
        writeUntilWork(group, leader, N1);
        assertTrue(group.work(N1).index() > installed, "the next one begins with the installed one");
    }

    @Test
    void whileASnapshotIsRestoredTheNodeHearsItsLeaderAndKeepsWhatIsCommitted() {
        NodeGroup group = group(3);
        NodeId leader = leaderOtherThan(group, N1);
        long term = group.node(leader).status().term();
        overtake(group, leader);
        long before = group.node(N1).status().appliedIndex();
        write(group, leader, 5);
        long read = group.call(N1, new LockCommand.ReadGraph(), 20 * SECOND);
        group.advance(3 * SECOND);
        assertTrue(group.answer(read).isEmpty(), "nothing is read from the old state");
        assertEquals(before, group.node(N1).status().appliedIndex(), "nothing is applied to the old state");
        assertTrue(group.node(N1).status().commitIndex() > before);
        assertEquals(term, group.node(leader).status().term(), "it still hears its leader");
        SnapshotResult restored = group.work(N1);
        assertInstanceOf(SnapshotResult.Restored.class, restored);
        catchUp(group, leader);
        assertTrue(group.node(N1).status().appliedIndex() > restored.index());
        assertTrue(group.answer(read).isPresent());
        assertSameState(group, leader, N1);
    }

    @Test
    void aRestoreThatANewerInstallHasOvertakenIsDropped() {
        NodeGroup group = group(3);
        NodeId leader = leaderOtherThan(group, N1);
        overtake(group, leader);
        long first = group.tasks(N1).get(0).index();
        overtake(group, leader);
        assertEquals(1, group.tasks(N1).size(), "one restore at a time");
        assertEquals(first, group.work(N1).index());
        assertTrue(group.node(N1).status().appliedIndex() < first, "the older state isn't taken");
        assertTrue(group.work(N1).index() > first);
        catchUp(group, leader);
        assertSameState(group, leader, N1);
    }

    @Test
    void whoIsElectedWhileItRestoresBeginsItsDutiesWithTheRestoredState() {
        NodeGroup group = group(3);
        NodeId leader = leaderOtherThan(group, N1);
        NodeId third = NodeId.of(leader.equals(NodeId.of("n2")) ? "n3" : "n2");
        overtake(group, leader);
        group.cut(third);
        write(group, leader, 1);
        group.cut(leader);
        group.heal(third);
        group.advance(20 * SECOND);
        assertEquals(Role.LEADER, group.node(N1).status().role(), "only its log has all");
        assertFalse(group.node(third).status().isLeaseValid(group.now()), "who can't know the view grants no lease");
        group.work(N1);
        group.advance(20 * SECOND);
        assertTrue(group.node(third).status().isLeaseValid(group.now()));
        assertNotEquals(0, group.node(N1).status().appliedIndex());
        assertSameState(group, N1, third);
    }

    @Test
    void aBoundOfTheLogThatASnapshotCouldNotBeDueBelowIsRefused() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> new NodeGroup(1, options -> small(options, SNAPSHOT_AFTER_BYTES + 20_000 + 10_000)));
        assertTrue(refused.getMessage().contains("maxLogBytes"), refused.getMessage());
    }

    /** A leader that isn't this node; a node that leads is cut off until another does. */
    private static NodeId leaderOtherThan(NodeGroup group, NodeId other) {
        NodeId leader = group.leader();
        if (leader.equals(other)) {
            group.cut(other);
            group.advance(10 * SECOND);
            leader = group.leader();
            group.heal(other);
            group.advance(10 * SECOND);
        }
        return leader;
    }

    /** Node n1 misses so much that the leader has only a snapshot for it, and gets it. */
    private void overtake(NodeGroup group, NodeId leader) {
        int installed = group.saved(N1).size();
        group.cut(N1);
        group.advance(5 * SECOND); // so long silent that the leader holds no log for it
        while (!group.tasks(leader).isEmpty()) {
            group.work(leader);
        }
        writeUntilWork(group, leader, leader);
        write(group, leader, 1);
        group.work(leader);
        group.heal(N1);
        group.advance(2 * SECOND);
        assertEquals(installed + 1, group.saved(N1).size(), "the leader's snapshot is installed");
    }

    private static void catchUp(NodeGroup group, NodeId leader) {
        group.advance(2 * SECOND);
        assertEquals(
                group.node(leader).status().appliedIndex(),
                group.node(N1).status().appliedIndex());
    }

    private static void assertSameState(NodeGroup group, NodeId a, NodeId b) {
        assertEquals(
                group.node(a).status().appliedIndex(), group.node(b).status().appliedIndex());
        assertEquals(group.node(a).stateHash(), group.node(b).stateHash());
    }
}

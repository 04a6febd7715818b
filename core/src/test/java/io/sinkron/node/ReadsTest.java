package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueReply;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueOp;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Look-ups of the replicated state by index instead of by an entry of the log. */
class ReadsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final LockCommand READ = new LockCommand.ReadLock("l");

    private final NodeGroup group = new NodeGroup(3, options -> options);
    private final NodeId leader = group.leader();
    private final NodeId follower = other(leader);

    private static NodeId other(NodeId than) {
        return NodeId.of(than.equals(NodeId.of("n1")) ? "n2" : "n1");
    }

    private void take(NodeId at, String owner) {
        group.call(at, new LockCommand.OpenSession("s", 600_000, "", at));
        long call = group.call(
                at,
                new LockCommand.Acquire(
                        new LockOwner("s", owner),
                        "l",
                        LockMode.EXCLUSIVE,
                        0,
                        "",
                        DeadlockPolicy.REJECT,
                        Optional.empty()));
        assertInstanceOf(LockAnswer.Granted.class, group.answer(call).orElseThrow());
    }

    private String read(long call) {
        Answer answer = group.answer(call).orElseThrow();
        assertTrue(!(answer instanceof Refusal), answer::toString);
        return answer.toString();
    }

    @Test
    void aReadAtAnyNodeSeesWhatWasDoneBeforeAndLeavesNoEntry() {
        take(leader, "me");
        long index = group.node(leader).status().commitIndex();
        for (NodeId at : List.of(leader, follower)) {
            String seen = read(group.call(at, READ));
            assertTrue(seen.contains("me"), seen);
        }
        assertEquals(index, group.node(leader).status().commitIndex());
    }

    @Test
    void theQueuesAreListedByIndexToo() {
        group.call(leader, new QueueCommand.Execute("q", 1, List.of(new QueueOp.Claim())));
        group.call(
                leader,
                new QueueCommand.Execute(
                        "q",
                        1,
                        List.of(new QueueOp.Enqueue(
                                List.of(NewMessage.of(Bytes.utf8("m"))),
                                Optional.empty(),
                                Bytes.utf8("nonce-of-16-byte")))));
        long index = group.node(leader).status().commitIndex();
        long call = group.listQueues(follower);
        assertEquals(new QueueReply.QueueNames(List.of("q")), group.answer(call).orElseThrow());
        assertEquals(index, group.node(leader).status().commitIndex());
    }

    @Test
    void aLeaderThatWasReplacedWithoutKnowingAnswersNothing() {
        group.cut(leader);
        long call = group.call(leader, READ, SECOND / 2);
        group.advance(SECOND / 4);
        assertTrue(group.answer(call).isEmpty(), "it can't be sure that it still leads");
        group.advance(SECOND);
        assertInstanceOf(Refusal.Unavailable.class, group.answer(call).orElseThrow(), "nothing of a read is unknown");
    }

    @Test
    void aReadThatTheChangeOfLeaderRefusedIsAskedOfTheNextOne() {
        take(leader, "me");
        group.cut(leader);
        long call = group.call(follower, READ, 20 * SECOND);
        group.advance(15 * SECOND);
        assertTrue(read(call).contains("me"));
    }

    @Test
    void aReadWaitsUntilItsNodeHasAppliedWhatItMustSee() {
        group.cut(follower);
        take(leader, "me");
        long call = group.call(follower, READ, 20 * SECOND);
        assertTrue(group.answer(call).isEmpty());
        group.heal(follower);
        group.advance(10 * SECOND);
        assertTrue(read(call).contains("me"));
    }

    @Test
    void moreThanTheBoundOfReadsAreRefused() {
        group.cut(follower);
        int bound = NodeOptions.Limits.DEFAULT.openCalls();
        for (int i = 0; i < bound; i++) {
            group.node(follower).call(new Call.Replicate(1_000_000 + i, group.now() + SECOND, READ, 0), group.now());
        }
        long call = group.call(follower, READ);
        assertEquals(
                new Refusal.Overloaded("openCalls", bound), group.answer(call).orElseThrow());
        group.advance(2 * SECOND);
        call = group.call(follower, READ);
        assertTrue(group.answer(call).isEmpty(), "those whose time is over have made room");
    }
}

package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueReply;
import io.sinkron.queue.QueueRequest;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Looks into queues of the replicated store: by index where they change nothing, else through the log. */
class ReplicatedQueuesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final QueueRequest PEEK = new QueueRequest.Operate(new QueueOp.Peek(MessageState.READY, 10));
    private static final Bytes NONCE = Bytes.utf8("nonce-of-16-byte");

    private final NodeGroup group = new NodeGroup(3, options -> options);
    private final NodeId leader = group.leader();
    private final String queue = "jobs";

    @BeforeEach
    void everyNodeIsInTheView() {
        for (int i = 0;
                i < 1_000 && group.node(leader).status().active().members().size() < 3;
                i++) {
            group.advance(SECOND / 100);
        }
        assertEquals(3, group.node(leader).status().active().members().size());
        group.advance(SECOND);
    }

    private void enqueue(String body, long delayMillis) {
        NewMessage message =
                new NewMessage(Bytes.utf8(body), Map.of(), 4, delayMillis, 0, Optional.empty(), Optional.empty());
        QueueOp enqueue = new QueueOp.Enqueue(List.of(message), Optional.empty(), NONCE);
        assertInstanceOf(QueueAnswer.Enqueued.class, ask(leader, new QueueRequest.Operate(enqueue)));
    }

    private Answer ask(NodeId at, QueueRequest request) {
        return group.answer(group.queue(at, queue, request, SECOND)).orElseThrow();
    }

    private int peeked(NodeId at) {
        return assertInstanceOf(QueueAnswer.Peeked.class, ask(at, PEEK))
                .messages()
                .size();
    }

    private long index() {
        return group.node(leader).status().commitIndex();
    }

    private NodeId owner() {
        return assertInstanceOf(QueueReply.Description.class, ask(leader, new QueueRequest.Describe()))
                .owner();
    }

    @Test
    void looksSeeWhatWasDoneBeforeAndLeaveNoEntry() {
        for (int i = 1; i <= 3; i++) {
            enqueue("m" + i, 0);
            long before = index();
            for (String at : List.of("n1", "n2", "n3")) {
                assertEquals(i, peeked(NodeId.of(at)));
                QueueAnswer.Counted counted = assertInstanceOf(
                                QueueReply.Description.class, ask(NodeId.of(at), new QueueRequest.Describe()))
                        .counted();
                assertEquals(i, counted.ready());
            }
            assertEquals(before, index());
        }
    }

    @Test
    void aQueueThatDoesNotExistIsLookedForWithoutAnEntryOnceItIsClaimed() {
        assertInstanceOf(QueueAnswer.NoSuchQueue.class, ask(leader, PEEK));
        long claimed = index();
        assertInstanceOf(QueueAnswer.NoSuchQueue.class, ask(leader, PEEK));
        assertEquals(claimed, index());
    }

    @Test
    void whatHasBecomeDueIsSweptThroughTheLogAndSeen() {
        enqueue("later", 1_000);
        assertEquals(0, peeked(leader));
        group.advance(3 * SECOND / 2);
        assertEquals(1, peeked(leader));
        long before = index();
        assertEquals(1, peeked(leader));
        assertEquals(before, index());
    }

    @Test
    void anOwnerWhoseClaimWasReplacedAsksThroughTheLogAndHearsOfIt() {
        enqueue("m", 0);
        // As if a newer owner had claimed and taken the message: the old one must not show it as its own any more.
        long newer = group.node(leader).status().active().epoch() + 1;
        List<QueueOp> takeOver = List.of(new QueueOp.Claim(), new QueueOp.Purge());
        group.call(leader, new QueueCommand.Execute(queue, newer, takeOver));
        long before = index();
        long call = group.queue(leader, queue, PEEK, SECOND);
        assertTrue(group.answer(call).isEmpty(), "it waits for a view with the newer owner");
        assertEquals(before + 1, index());
        group.advance(2 * SECOND);
        assertInstanceOf(Refusal.Unavailable.class, group.answer(call).orElseThrow());
    }

    @Test
    void withoutAQuorumNothingIsShownAndAfterwardsAllIsSeen() {
        enqueue("m", 0);
        NodeId owner = owner();
        group.cut(owner);
        long call = group.queue(owner, queue, PEEK, SECOND / 2);
        assertTrue(group.answer(call).isEmpty());
        group.advance(SECOND);
        assertInstanceOf(Refusal.Unavailable.class, group.answer(call).orElseThrow(), "a look has no effect");
        group.heal(owner);
        group.advance(20 * SECOND);
        enqueue("n", 0);
        assertEquals(2, peeked(owner));
    }
}

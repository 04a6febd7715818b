package io.sinkron.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InStreamsTest {
    private static final NodeId SELF = NodeId.of("n1");
    private static final NodeId PEER = NodeId.of("n2");
    private static final long STREAM = 77;
    private static final QueueAnswer DONE = new QueueAnswer.Done();

    private final InStreams streams = new InStreams(QueueBrokerOptions.DEFAULT, SELF, 1);
    private long epoch;

    @BeforeEach
    void begin() {
        view(1);
    }

    private List<Work> view(long incarnation, NodeId... others) {
        List<Member> members = new ArrayList<>();
        members.add(new Member(SELF, incarnation, 1, "", ""));
        Arrays.stream(others).forEach(other -> members.add(new Member(other, 1, 1, "", "")));
        return streams.viewActive(new View(++epoch, members), 0);
    }

    private InStreams.Intake take(
            long stream, long target, List<Long> cancelled, List<Long> settled, long... sequences) {
        List<QueueMessage.Request> requests = LongStream.of(sequences)
                .mapToObj(s -> new QueueMessage.Request(s, 1_000, "q", new QueueRequest.Operate(new QueueOp.Purge())))
                .toList();
        return streams.accept(PEER, new QueueMessage.Requests(stream, target, 1, requests, cancelled, settled), 0);
    }

    private List<Long> fresh(long stream, long... sequences) {
        return take(stream, 1, List.of(), List.of(), sequences).fresh().stream()
                .map(work -> work.sequence)
                .toList();
    }

    private void end(Work work) {
        work.answer = DONE;
        assertTrue(streams.ended(work, 0));
    }

    private List<QueueMessage.Reply> replies() {
        List<QueueEffect> effects = new ArrayList<>();
        streams.flush(effects);
        return effects.stream()
                .map(effect -> (QueueMessage.Replies) ((QueueEffect.Send) effect).message())
                .flatMap(message -> message.replies().stream())
                .toList();
    }

    @Test
    void eachSequenceGetsThroughOnceInWhateverOrder() {
        assertEquals(List.of(3L, 1L), fresh(STREAM, 3, 1, 3));
        assertEquals(List.of(2L), fresh(STREAM, 1, 2, 3));
        assertEquals(List.of(4L), fresh(STREAM, 4, 2));
    }

    @Test
    void aRepetitionGetsTheSameReplyUntilItIsConfirmed() {
        Work work = take(STREAM, 1, List.of(), List.of(), 1).fresh().get(0);
        fresh(STREAM, 1);
        assertEquals(List.of(), replies(), "it is still being done");
        end(work);
        assertEquals(List.of(new QueueMessage.Answered(1, DONE)), replies());
        fresh(STREAM, 1);
        assertEquals(List.of(new QueueMessage.Answered(1, DONE)), replies());
        take(STREAM, 1, List.of(), List.of(1L));
        assertEquals(List.of(), fresh(STREAM, 1));
        assertEquals(List.of(), replies(), "it was confirmed, and is still not done again");
    }

    @Test
    void aReplyThatNobodyConfirmsIsForgottenInTime() {
        end(take(STREAM, 1, List.of(), List.of(), 1).fresh().get(0));
        replies();
        streams.tick(QueueBrokerOptions.DEFAULT.rememberNanos());
        assertEquals(List.of(), fresh(STREAM, 1));
        assertEquals(List.of(), replies());
    }

    @Test
    void aGapThatIsTooOldCloses() {
        assertEquals(List.of(70_000L), fresh(STREAM, 70_000));
        assertEquals(List.of(), fresh(STREAM, 4_000));
        assertEquals(List.of(69_999L), fresh(STREAM, 69_999));
    }

    @Test
    void anotherStreamOfTheSenderEndsTheOldOneForGood() {
        Work old = take(STREAM, 1, List.of(), List.of(), 1).fresh().get(0);
        InStreams.Intake next = take(STREAM + 1, 1, List.of(), List.of(), 1);
        assertEquals(List.of(old), next.gone());
        assertEquals(1, next.fresh().size());
        assertEquals(List.of(), fresh(STREAM, 2), "late messages of the old stream are left alone");
        assertEquals(List.of(2L), fresh(STREAM + 1, 2));
        old.answer = DONE;
        assertFalse(streams.ended(old, 0));
    }

    @Test
    void aMessageOfAnEarlierStreamThatComesAfterThoseOfALaterOneIsLeftAlone() {
        assertEquals(List.of(1L), fresh(STREAM + 1, 1));
        assertEquals(List.of(), fresh(STREAM, 1), "its sender has left that stream");
        assertEquals(List.of(2L), fresh(STREAM + 1, 2), "and is still served in the other one");
    }

    @Test
    void whatIsMeantForAnotherStartOfThisNodeIsLeftAloneWhateverViewItSeesWhileItCatchesUp() {
        InStreams restarted = new InStreams(QueueBrokerOptions.DEFAULT, SELF, 2);
        restarted.viewActive(new View(1, List.of(new Member(SELF, 1, 1, "", ""))), 0);
        assertEquals(List.of(), accept(restarted, 1), "its predecessor may have done it");
        assertEquals(List.of(), accept(restarted, 2), "no view has it yet");
        restarted.viewActive(new View(2, List.of(new Member(SELF, 2, 1, "", ""))), 0);
        assertEquals(List.of(), accept(restarted, 1));
        assertEquals(1, accept(restarted, 2).size());
    }

    private static List<Work> accept(InStreams streams, long target) {
        QueueMessage.Request request =
                new QueueMessage.Request(1, 1_000, "q", new QueueRequest.Operate(new QueueOp.Purge()));
        return streams.accept(
                        PEER, new QueueMessage.Requests(STREAM, target, 1, List.of(request), List.of(), List.of()), 0)
                .fresh();
    }

    @Test
    void aCancelledRequestIsRepliedToWhetherOrNotItHasArrived() {
        Work work = take(STREAM, 1, List.of(), List.of(), 1).fresh().get(0);
        InStreams.Intake intake = take(STREAM, 1, List.of(1L, 2L), List.of());
        assertEquals(List.of(work), intake.gone());
        assertEquals(
                List.of(
                        new QueueMessage.Answered(1, new Refusal.Cancelled()),
                        new QueueMessage.Answered(2, new Refusal.Cancelled())),
                replies());
        assertEquals(List.of(), fresh(STREAM, 2), "the request comes after its cancellation");
    }

    @Test
    void consumersOfANodeThatLeftWaitNoLongerAndOtherRequestsGoOn() {
        QueueMessage.Request waiting = new QueueMessage.Request(1, 1_000, "q", new QueueRequest.Dequeue(1, 900, 0, ""));
        QueueMessage.Request change =
                new QueueMessage.Request(2, 1_000, "q", new QueueRequest.Operate(new QueueOp.Purge()));
        List<Work> works = streams.accept(
                        PEER,
                        new QueueMessage.Requests(STREAM, 1, 1, List.of(waiting, change), List.of(), List.of()),
                        0)
                .fresh();
        assertEquals(List.of(), view(1, PEER));
        assertEquals(works.subList(0, 1), view(1));
        assertEquals(List.of(new QueueMessage.NotOwner(1, epoch, true)), replies());
        end(works.get(1));
    }
}

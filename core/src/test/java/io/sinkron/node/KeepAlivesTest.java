package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockMessage;
import org.junit.jupiter.api.Test;

/** Keepalives are asked of the leader and answered once. */
class KeepAlivesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Call.KeepAlive CALL = new Call.KeepAlive(7, 5 * SECOND, "s");

    @Test
    void anAnswerEndsItsCallOnce() {
        KeepAlives keepAlives = new KeepAlives(500, 0);
        LockMessage.KeepAlive asked = keepAlives.ask(CALL, 0);
        var ended = keepAlives.answered(asked.request(), 2_000).orElseThrow();
        assertEquals(7, ended.call());
        assertEquals(new LockAnswer.SessionOpened("s", 2_000), ended.answer());
        assertFalse(keepAlives.answered(asked.request(), 2_000).isPresent());
    }

    @Test
    void aLateAnswerToAnEarlierStartOfTheNodeConfirmsNothing() {
        LockMessage.KeepAlive before = new KeepAlives(500, 0).ask(CALL, 0);
        KeepAlives restarted = new KeepAlives(90_000, SECOND);
        restarted.ask(CALL, SECOND);
        assertFalse(restarted.answered(before.request(), 2_000).isPresent());
    }
}

package io.sinkron.wire;

import io.sinkron.cache.MemoryCommand;
import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer;
import io.sinkron.queue.QueueReply;
import io.sinkron.spi.MalformedMessageException;

/**
 * Answers as the replicated table of remembered answers keeps them in snapshots. The ranges of the type byte: common refusals 1 to 15, lock 16 to
 * 63, queue 64 to 95, cache 96 to 127. Thread-safe.
 */
public final class AnswerWire {
    private static final int FIRST_QUEUE = 64;
    private static final int FIRST_CACHE = 96;

    private AnswerWire() {}

    /** Writes an answer that a replicated table gave, or a common refusal. */
    public static void write(WireWriter out, Answer answer) {
        if (answer instanceof LockAnswer lock) {
            LockWire.writeAnswer(out, lock);
        } else if (answer instanceof QueueReply queue) {
            QueueWire.writeAnswer(out, queue);
        } else if (answer instanceof MemoryCommand.Executed memory) {
            CacheWire.writeAnswer(out, memory);
        } else if (answer instanceof Refusal refusal) {
            RefusalWire.write(out, refusal);
        } else {
            throw new IllegalArgumentException(
                    "no codec for the answer " + answer.getClass().getName());
        }
    }

    /** Reads what {@link #write} wrote. */
    public static Answer read(WireReader in) throws MalformedMessageException {
        int type = in.u8();
        if (type < RefusalWire.FIRST_OTHER) {
            return RefusalWire.read(type, in);
        }
        if (type < FIRST_QUEUE) {
            return LockWire.readAnswer(type, in);
        }
        return type < FIRST_CACHE ? QueueWire.readAnswer(type, in) : CacheWire.readAnswer(type, in);
    }
}

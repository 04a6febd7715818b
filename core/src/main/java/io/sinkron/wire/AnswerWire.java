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
    private static final int UNAVAILABLE = 1;
    private static final int UNKNOWN = 2;
    private static final int BAD_REQUEST = 3;
    private static final int OVERLOADED = 4;
    private static final int CANCELLED = 5;
    private static final int FIRST_LOCK = 16;
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
            writeRefusal(out, refusal);
        } else {
            throw new IllegalArgumentException(
                    "no codec for the answer " + answer.getClass().getName());
        }
    }

    /** Writes a refusal that any service may give. */
    public static void writeRefusal(WireWriter out, Refusal refusal) {
        if (refusal instanceof Refusal.Unavailable unavailable) {
            out.u8(UNAVAILABLE).text(unavailable.reason()).varint(unavailable.retryAfterMillis());
        } else if (refusal instanceof Refusal.OutcomeUnknown unknown) {
            out.u8(UNKNOWN).text(unknown.detail());
        } else if (refusal instanceof Refusal.BadRequest bad) {
            out.u8(BAD_REQUEST).text(bad.field()).text(bad.detail());
        } else if (refusal instanceof Refusal.Overloaded overloaded) {
            out.u8(OVERLOADED).text(overloaded.limit()).varint(overloaded.maximum());
        } else if (refusal instanceof Refusal.Cancelled) {
            out.u8(CANCELLED);
        } else {
            throw new IllegalArgumentException(
                    "no codec for the refusal " + refusal.getClass().getName());
        }
    }

    /** Reads what {@link #write} wrote. */
    public static Answer read(WireReader in) throws MalformedMessageException {
        int type = in.u8();
        if (type < FIRST_LOCK) {
            return readRefusal(type, in);
        }
        if (type < FIRST_QUEUE) {
            return LockWire.readAnswer(type, in);
        }
        return type < FIRST_CACHE ? QueueWire.readAnswer(type, in) : CacheWire.readAnswer(type, in);
    }

    /** Reads what {@link #writeRefusal} wrote, whose type byte has been read. */
    public static Refusal readRefusal(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case UNAVAILABLE -> new Refusal.Unavailable(in.text(), in.varint("retryAfterMillis", 0, Long.MAX_VALUE));
            case UNKNOWN -> new Refusal.OutcomeUnknown(in.text());
            case BAD_REQUEST -> new Refusal.BadRequest(in.text(), in.text());
            case OVERLOADED -> new Refusal.Overloaded(in.text(), in.varint("maximum", 0, Long.MAX_VALUE));
            case CANCELLED -> new Refusal.Cancelled();
            default -> throw in.malformed("unknown refusal type " + type);
        };
    }
}

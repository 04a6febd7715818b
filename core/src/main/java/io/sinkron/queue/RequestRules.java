package io.sinkron.queue;

import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a request must be like, whether doing it twice does harm, and how long it is. Pure. */
final class RequestRules {
    static final int MAX_NAME_BYTES = 512;
    static final int MAX_MESSAGES = 1_000;
    static final int MAX_RECEIPTS = 10_000;
    static final long MAX_WAIT_MILLIS = 30_000;
    static final int MAX_HEADERS = 32;
    static final int MAX_HEADER_NAME_BYTES = 128;
    static final int MAX_HEADER_VALUE_BYTES = 1_024;
    static final int MAX_ID_BYTES = 128;
    /** So that an enqueue fits into a frame and into a command of the log: 6 MiB. */
    static final int MAX_ENQUEUE_BYTES = 6 << 20;

    private static final int OVERHEAD_BYTES = 64;

    private RequestRules() {}

    /** Null for a request that may go on, otherwise what is wrong with it. */
    static Refusal check(String queue, QueueRequest request) {
        int nameBytes = utf8Length(queue);
        if (nameBytes < 1 || nameBytes > MAX_NAME_BYTES) {
            return bad("queue", "has " + nameBytes + " bytes, allowed are 1 to " + MAX_NAME_BYTES);
        }
        if (queue.indexOf('{') >= 0 || queue.indexOf('}') >= 0) {
            return bad("queue", "'" + queue + "' has a brace");
        }
        if (request instanceof QueueRequest.Dequeue dequeue) {
            Refusal refusal = range("max", dequeue.max(), 1, MAX_MESSAGES);
            refusal = refusal != null ? refusal : range("wait_ms", dequeue.waitMillis(), 0, MAX_WAIT_MILLIS);
            return refusal != null || dequeue.visibilityMillis() == 0
                    ? refusal
                    : visibility(dequeue.visibilityMillis());
        }
        return request instanceof QueueRequest.Operate operate ? check(operate.operation()) : null;
    }

    private static Refusal check(QueueOp op) {
        if (op instanceof QueueOp.Enqueue enqueue) {
            return check(enqueue);
        } else if (op instanceof QueueOp.Ack ack) {
            return receipts(ack.receipts());
        } else if (op instanceof QueueOp.Nack nack) {
            Refusal refusal = receipts(nack.receipts());
            return refusal != null
                    ? refusal
                    : range("delay_ms", nack.delayMillis(), QueueTable.UNDELIVERED, QueueSettings.MAX_DELAY_MILLIS);
        } else if (op instanceof QueueOp.Extend extend) {
            Refusal refusal = receipts(extend.receipts());
            return refusal != null ? refusal : visibility(extend.visibilityMillis());
        } else if (op instanceof QueueOp.Peek peek) {
            return range("limit", peek.limit(), 1, MAX_MESSAGES);
        } else if (op instanceof QueueOp.Redrive redrive) {
            return range("max", redrive.max(), 0, Integer.MAX_VALUE);
        } else if (op instanceof QueueOp.Configure
                || op instanceof QueueOp.ReturnConsumer
                || op instanceof QueueOp.Stats
                || op instanceof QueueOp.Purge
                || op instanceof QueueOp.Drop
                || op instanceof QueueOp.Pause) {
            return null;
        }
        return bad("operation", op.getClass().getSimpleName() + " is not for clients");
    }

    private static Refusal check(QueueOp.Enqueue enqueue) {
        Refusal refusal = range("messages", enqueue.messages().size(), 1, MAX_MESSAGES);
        long bytes = enqueue.messages().stream()
                .mapToLong(message -> message.body().size())
                .sum();
        if (bytes > MAX_ENQUEUE_BYTES) {
            return bad("messages", "have " + bytes + " bytes together, allowed are 0 to " + MAX_ENQUEUE_BYTES);
        }
        for (int i = 0; refusal == null && i < enqueue.messages().size(); i++) {
            refusal = check("messages[" + i + "]", enqueue.messages().get(i));
        }
        return refusal;
    }

    private static Refusal check(String path, NewMessage message) {
        Refusal refusal = null;
        if (message.dedupId().isPresent()) {
            refusal = range(path + ".dedup_id", utf8Length(message.dedupId().get()), 1, MAX_ID_BYTES);
        }
        if (refusal == null && message.group().isPresent()) {
            refusal = range(path + ".group", utf8Length(message.group().get()), 1, MAX_ID_BYTES);
        }
        if (refusal == null && !message.headers().isEmpty()) {
            refusal = range(path + ".headers", message.headers().size(), 0, MAX_HEADERS);
            for (Map.Entry<String, String> header : message.headers().entrySet()) {
                if (refusal == null) {
                    refusal = range(path + ".headers", utf8Length(header.getKey()), 0, MAX_HEADER_NAME_BYTES);
                }
                if (refusal == null) {
                    refusal = range(path + ".headers", utf8Length(header.getValue()), 0, MAX_HEADER_VALUE_BYTES);
                }
            }
        }
        return refusal;
    }

    private static Refusal receipts(List<String> receipts) {
        return range("receipts", receipts.size(), 0, MAX_RECEIPTS);
    }

    private static Refusal visibility(long millis) {
        return range(
                "visibility_timeout_ms",
                millis,
                QueueSettings.MIN_VISIBILITY_MILLIS,
                QueueSettings.MAX_VISIBILITY_MILLIS);
    }

    private static Refusal range(String field, long value, long min, long max) {
        return value >= min && value <= max ? null : bad(field, "is " + value + ", allowed are " + min + " to " + max);
    }

    private static Refusal bad(String field, String detail) {
        return new Refusal.BadRequest(field, field + " " + detail);
    }

    private static int utf8Length(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) >= 128) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return length;
    }

    /**
     * Whether a request whose effect is unknown may be made again. Deliveries, acks and the like do no harm twice: at worst a message stays
     * hidden until its visibility timeout, or a receipt is called stale. An enqueue must name itself, by a key or by dedup ids.
     */
    static boolean isRepeatable(QueueRequest request) {
        if (!(request instanceof QueueRequest.Operate operate)) {
            return true;
        }
        if (operate.operation() instanceof QueueOp.Enqueue enqueue) {
            return enqueue.remember().isPresent()
                    || enqueue.messages().stream()
                            .allMatch(message -> message.dedupId().isPresent());
        }
        return !(operate.operation() instanceof QueueOp.Redrive redrive) || redrive.max() == 0;
    }

    /** Whether a request changes nothing, or nothing that its caller would have to know of if the answer got lost. */
    static boolean isHarmless(QueueRequest request) {
        return !(request instanceof QueueRequest.Operate operate)
                || operate.operation() instanceof QueueOp.Peek
                || operate.operation() instanceof QueueOp.Stats;
    }

    /**
     * The answer for the caller, where an earlier try may have been done: a queue that is gone was dropped by it, and a refusal to try again
     * says nothing about it.
     */
    static Answer answerOf(QueueRequest request, boolean maybeDone, Answer answer) {
        if (!maybeDone || isHarmless(request)) {
            return answer;
        }
        if (answer instanceof Refusal.Unavailable || answer instanceof Refusal.Overloaded) {
            return new Refusal.OutcomeUnknown("an earlier owner's or store call's answer");
        }
        boolean isDropped = answer instanceof QueueAnswer.NoSuchQueue
                && request instanceof QueueRequest.Operate operate
                && operate.operation() instanceof QueueOp.Drop;
        return isDropped ? new QueueAnswer.Done() : answer;
    }

    /** About how many bytes a request takes. */
    static int sizeBytes(QueueRequest request) {
        if (!(request instanceof QueueRequest.Operate operate)) {
            return OVERHEAD_BYTES;
        } else if (operate.operation() instanceof QueueOp.Enqueue enqueue) {
            int size = OVERHEAD_BYTES;
            for (NewMessage message : enqueue.messages()) {
                size += sizeBytes(message);
            }
            return size;
        } else if (operate.operation() instanceof QueueOp.Ack ack) {
            return OVERHEAD_BYTES * (1 + ack.receipts().size());
        } else if (operate.operation() instanceof QueueOp.Nack nack) {
            return OVERHEAD_BYTES * (1 + nack.receipts().size());
        } else if (operate.operation() instanceof QueueOp.Extend extend) {
            return OVERHEAD_BYTES * (1 + extend.receipts().size());
        }
        return OVERHEAD_BYTES;
    }

    /** About how many bytes a delivery takes. */
    static int sizeBytes(QueueAnswer.Delivery delivery) {
        int size = 3 * OVERHEAD_BYTES + delivery.body().size();
        for (Map.Entry<String, String> header : delivery.headers().entrySet()) {
            size += header.getKey().length() + header.getValue().length();
        }
        return size;
    }

    /** The first deliveries that take no more than so many bytes together, at least one. */
    static List<QueueAnswer.Delivery> fitting(List<QueueAnswer.Delivery> deliveries, long maxBytes) {
        long bytes = 0;
        for (int i = 0; i < deliveries.size(); i++) {
            bytes += sizeBytes(deliveries.get(i));
            if (i > 0 && bytes > maxBytes) {
                return deliveries.subList(0, i);
            }
        }
        return deliveries;
    }

    /** About how many bytes a message takes. */
    static int sizeBytes(NewMessage message) {
        int size = OVERHEAD_BYTES + message.body().size();
        for (Map.Entry<String, String> header : message.headers().entrySet()) {
            size += header.getKey().length() + header.getValue().length();
        }
        return size;
    }
}

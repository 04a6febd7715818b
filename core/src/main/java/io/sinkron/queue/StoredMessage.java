package io.sinkron.queue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp.MessageState;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * A message of one queue. What was enqueued never changes; where the message stands is changed by {@link QueueContents} only, because the
 * indexes there are ordered by these fields.
 */
final class StoredMessage {
    /** The place of a message among the others, which it never loses: the higher priority, then the earlier enqueue. */
    static final Comparator<StoredMessage> BY_PLACE =
            (a, b) -> a.priority != b.priority ? b.priority - a.priority : Long.compare(a.sequence, b.sequence);

    /** What becomes due first. */
    static final Comparator<StoredMessage> BY_DUE = (a, b) ->
            a.dueMillis != b.dueMillis ? Long.compare(a.dueMillis, b.dueMillis) : Long.compare(a.sequence, b.sequence);

    /** What expires first. */
    static final Comparator<StoredMessage> BY_EXPIRY = (a, b) -> a.expiresMillis != b.expiresMillis
            ? Long.compare(a.expiresMillis, b.expiresMillis)
            : Long.compare(a.sequence, b.sequence);

    /** What was enqueued first. */
    static final Comparator<StoredMessage> BY_SEQUENCE = Comparator.comparingLong(m -> m.sequence);

    /** The time of what never expires. */
    static final long NEVER = Long.MAX_VALUE;

    final String id;
    final long sequence;
    final Bytes body;
    final Map<String, String> headers;
    final int priority;
    final Optional<String> group;
    final long enqueuedMillis;
    final long expiresMillis;

    MessageState state = MessageState.READY;

    /** When a delay or a delivery ends; 0 while ready. */
    long dueMillis;

    /** How often it was delivered. */
    int deliveries;

    /** Of the delivery that is open, or timed out and was not followed by another one yet; empty for none. */
    String receipt = "";

    /** Whose end returns the delivery; empty for nobody. */
    String consumer = "";

    StoredMessage(
            String id,
            long sequence,
            Bytes body,
            Map<String, String> headers,
            int priority,
            Optional<String> group,
            long enqueuedMillis,
            long expiresMillis) {
        this.id = id;
        this.sequence = sequence;
        this.body = body;
        this.headers = headers;
        this.priority = priority;
        this.group = group;
        this.enqueuedMillis = enqueuedMillis;
        this.expiresMillis = expiresMillis;
    }

    boolean isExpired(long now) {
        return now >= expiresMillis;
    }

    /** As a consumer or an onlooker sees it, with this receipt. */
    Delivery seenWith(String shownReceipt) {
        return new Delivery(id, shownReceipt, body, headers, priority, group, deliveries, enqueuedMillis, dueMillis);
    }

    QueueSnapshot.Message snapshot() {
        return new QueueSnapshot.Message(
                id,
                sequence,
                body,
                headers,
                priority,
                group,
                enqueuedMillis,
                expiresMillis == NEVER ? 0 : expiresMillis,
                state,
                dueMillis,
                deliveries,
                receipt,
                consumer);
    }

    static StoredMessage restore(QueueSnapshot.Message m) {
        long expires = m.expiresMillis() == 0 ? NEVER : m.expiresMillis();
        StoredMessage message = new StoredMessage(
                m.id(), m.sequence(), m.body(), m.headers(), m.priority(), m.group(), m.enqueuedMillis(), expires);
        message.state = m.state();
        message.dueMillis = m.dueMillis();
        message.deliveries = m.deliveries();
        message.receipt = m.receipt();
        message.consumer = m.consumer();
        return message;
    }
}

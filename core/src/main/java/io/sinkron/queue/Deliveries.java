package io.sinkron.queue;

import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the messages of one queue are delivered and how deliveries end: receipts, timeouts, failures, death and departure. The rules stand at
 * {@link QueueTable}.
 */
final class Deliveries {
    static final int RECEIVE_SWEEP_LIMIT = 256;
    static final long UNDELIVERED = -1;
    static final String DEAD_REASON = "sinkron-dead-reason";
    static final String DEAD_QUEUE = "sinkron-dead-queue";
    static final String MOVE_DEDUP_PREFIX = "move:";
    private static final String MAX_DELIVERIES = "max-deliveries";
    private static final String REJECTED = "rejected";

    private final String queue;
    private final QueueContents contents;
    private final LinkedHashMap<String, QueueAnswer.Moves.Move> moves = new LinkedHashMap<>();
    private QueueSettings settings = QueueSettings.DEFAULT;
    private boolean paused;
    private long dead;

    Deliveries(String queue, QueueContents contents) {
        this.queue = queue;
        this.contents = contents;
    }

    QueueSettings settings() {
        return settings;
    }

    void configure(QueueSettings newSettings) {
        settings = newSettings;
    }

    boolean isPaused() {
        return paused;
    }

    void pause(boolean nowPaused) {
        paused = nowPaused;
    }

    /** How many died since the queue was made. */
    long dead() {
        return dead;
    }

    /** Those on their way, in the order in which they left. */
    Collection<QueueAnswer.Moves.Move> moves() {
        return moves.values();
    }

    void forgetMoves(List<String> ids) {
        ids.forEach(moves::remove);
    }

    /** Goes back to a queue that was never made; the contents are the caller's. */
    void reset() {
        settings = QueueSettings.DEFAULT;
        paused = false;
        dead = 0;
        moves.clear();
    }

    void restore(QueueSnapshot.Contents snapshot) {
        settings = snapshot.settings();
        paused = snapshot.paused();
        dead = snapshot.dead();
        snapshot.moves().forEach(move -> moves.put(move.id(), move));
    }

    QueueAnswer sweep(long now, int limit) {
        touch(now, limit);
        return swept(now);
    }

    /** What a sweep answers that has nothing to touch, or nothing any more. */
    QueueAnswer swept(long now) {
        return new QueueAnswer.Swept(paused ? 0 : contents.offeredCount(), nextDue(now), !moves.isEmpty());
    }

    QueueAnswer returnConsumer(String consumer, long now) {
        List<StoredMessage> deliveries = contents.ofConsumer(consumer);
        deliveries.forEach(message -> fail(message, now, 0, false, "", ""));
        return new QueueAnswer.Returned(deliveries.size(), List.of(), !moves.isEmpty());
    }

    QueueAnswer receive(QueueOp.Receive op, long now) {
        touch(now, RECEIVE_SWEEP_LIMIT);
        List<Delivery> deliveries = new ArrayList<>(Math.max(0, Math.min(op.max(), contents.offeredCount())));
        String suffix = "." + HexFormat.of().formatHex(op.nonce().array());
        long until = now + (op.visibilityMillis() > 0 ? op.visibilityMillis() : settings.visibilityTimeoutMillis());
        while (!paused && deliveries.size() < op.max()) {
            StoredMessage next = contents.firstOffered();
            if (next == null || next.isExpired(now)) {
                break;
            }
            next.deliveries++;
            contents.toInFlight(next, until, next.id + suffix, op.consumer());
            deliveries.add(next.seenWith(next.receipt));
        }
        return new QueueAnswer.Received(deliveries, nextDue(now), !moves.isEmpty());
    }

    /** Whether a sweep would touch a message. */
    boolean isDue(long now) {
        StoredMessage expiring = contents.firstExpiring();
        StoredMessage delivered = contents.firstInFlight();
        StoredMessage delayed = contents.firstDelayed();
        return expiring != null && expiring.isExpired(now)
                || delivered != null && delivered.dueMillis <= now
                || delayed != null && delayed.dueMillis <= now;
    }

    private void touch(long now, int limit) {
        int touched = 0;
        StoredMessage next;
        while (touched < limit && (next = contents.firstExpiring()) != null && next.isExpired(now)) {
            contents.remove(next);
            touched++;
        }
        while (touched < limit && (next = contents.firstInFlight()) != null && next.dueMillis <= now) {
            fail(next, now, 0, false, "", next.receipt);
            touched++;
        }
        while (touched < limit && (next = contents.firstDelayed()) != null && next.dueMillis <= now) {
            contents.toReady(next, "");
            touched++;
        }
    }

    private long nextDue(long now) {
        long due = StoredMessage.NEVER;
        StoredMessage first = contents.firstInFlight();
        due = first == null ? due : Math.min(due, first.dueMillis);
        first = contents.firstDelayed();
        due = first == null ? due : Math.min(due, first.dueMillis);
        first = contents.firstExpiring();
        due = first == null ? due : Math.min(due, first.expiresMillis);
        return due == StoredMessage.NEVER ? -1 : Math.max(0, due - now);
    }

    QueueAnswer ack(QueueOp.Ack op) {
        List<String> stale = new ArrayList<>(0);
        int acked = 0;
        for (String receipt : op.receipts()) {
            StoredMessage message = delivered(receipt);
            if (message == null) {
                stale.add(receipt);
            } else {
                contents.remove(message);
                acked++;
            }
        }
        return new QueueAnswer.Acked(acked, stale);
    }

    QueueAnswer nack(QueueOp.Nack op, long now) {
        List<String> stale = new ArrayList<>(0);
        int returned = 0;
        for (String receipt : op.receipts()) {
            StoredMessage message = open(receipt, now);
            if (message == null) {
                stale.add(receipt);
                continue;
            }
            returned++;
            if (op.delayMillis() == UNDELIVERED) {
                message.deliveries--;
                giveBack(message, now, 0, "");
            } else {
                fail(message, now, op.delayMillis(), op.deadLetter(), op.reason(), "");
            }
        }
        return new QueueAnswer.Returned(returned, stale, !moves.isEmpty());
    }

    QueueAnswer extend(QueueOp.Extend op, long now) {
        List<String> stale = new ArrayList<>(0);
        int extended = 0;
        for (String receipt : op.receipts()) {
            StoredMessage message = open(receipt, now);
            if (message == null) {
                stale.add(receipt);
            } else {
                contents.toInFlight(message, now + op.visibilityMillis(), receipt, message.consumer);
                extended++;
            }
        }
        return new QueueAnswer.Extended(extended, stale);
    }

    QueueAnswer redrive(QueueOp.Redrive op) {
        int max = op.max() == 0 ? Integer.MAX_VALUE : op.max();
        List<StoredMessage> leaving = contents.list(MessageState.READY, max);
        for (StoredMessage message : leaving) {
            contents.remove(message);
            leave(message, op.to(), message.headers);
        }
        return new QueueAnswer.Redriven(leaving.size());
    }

    /** The message whose last delivery has this receipt, also if it timed out; null if there is none. */
    private StoredMessage delivered(String receipt) {
        int dot = receipt.indexOf('.');
        StoredMessage message = dot < 0 ? null : contents.get(receipt.substring(0, dot));
        return message != null && message.receipt.equals(receipt) ? message : null;
    }

    private StoredMessage open(String receipt, long now) {
        StoredMessage message = delivered(receipt);
        return message != null && message.state == MessageState.IN_FLIGHT && now < message.dueMillis ? message : null;
    }

    private void fail(
            StoredMessage message, long now, long delayMillis, boolean deadLetter, String reason, String keptReceipt) {
        if (deadLetter || settings.maxDeliveries() > 0 && message.deliveries >= settings.maxDeliveries()) {
            die(message, !reason.isEmpty() ? reason : deadLetter ? REJECTED : MAX_DELIVERIES);
        } else {
            giveBack(message, now, delayMillis, keptReceipt);
        }
    }

    private void giveBack(StoredMessage message, long now, long delayMillis, String keptReceipt) {
        if (message.isExpired(now)) {
            contents.remove(message);
        } else if (delayMillis > 0) {
            contents.toDelayed(message, now + delayMillis);
        } else {
            contents.toReady(message, keptReceipt);
        }
    }

    private void die(StoredMessage message, String reason) {
        dead++;
        contents.remove(message);
        if (settings.deadLetter().isPresent()) {
            Map<String, String> headers = new TreeMap<>(message.headers);
            headers.put(DEAD_REASON, reason);
            headers.put(DEAD_QUEUE, queue);
            leave(message, settings.deadLetter().get(), headers);
        }
    }

    private void leave(StoredMessage message, String to, Map<String, String> headers) {
        NewMessage moved = new NewMessage(
                message.body,
                headers,
                message.priority,
                0,
                0,
                Optional.of(MOVE_DEDUP_PREFIX + message.id),
                message.group);
        moves.put(message.id, new QueueAnswer.Moves.Move(message.id, to, moved));
    }
}

package io.sinkron.redis;

import io.sinkron.common.Bytes;
import io.sinkron.queue.QueueTable;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns the replies of {@link Script#QUEUE} into answers. Whatever Redis says, it throws {@link MalformedMessageException} only.
 */
final class QueueReplies {
    private final String queue;
    private final long epoch;

    QueueReplies(String queue, long epoch) {
        this.queue = queue;
        this.epoch = epoch;
    }

    /** The answer to one operation. */
    QueueAnswer read(QueueOp op, Object reply) throws MalformedMessageException {
        try {
            return read(op, (List<?>) reply);
        } catch (ClassCastException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new MalformedMessageException("Redis answered an operation with something else: " + e);
        }
    }

    private QueueAnswer read(QueueOp op, List<?> reply) throws MalformedMessageException {
        char code = (char) bytes(reply, 0)[0];
        return switch (code) {
            case 'E' -> new QueueAnswer.Enqueued(items(bytes(reply, 1)));
            case 'R' -> received((QueueOp.Receive) op, reply);
            case 'A' -> acked(op, bytes(reply, 1));
            case 'N' -> returned(op, bytes(reply, 1), isTrue(reply, 2));
            case 'W' -> new QueueAnswer.Swept(number(reply, 1), number(reply, 2), isTrue(reply, 3));
            case 'P' -> new QueueAnswer.Peeked(peeked((List<?>) reply.get(1)));
            case 'T' -> counted(reply);
            case 'M' -> new QueueAnswer.Moves(moves((List<?>) reply.get(1)));
            case 'U' ->
                op instanceof QueueOp.Purge
                        ? new QueueAnswer.Purged(number(reply, 1))
                        : new QueueAnswer.Redriven(number(reply, 1));
            case 'c' -> new QueueAnswer.Claimed(epoch);
            case 's' -> new QueueAnswer.Configured(((QueueOp.Configure) op).settings());
            case 'd' -> new QueueAnswer.Done();
            default -> refusal(code, op, reply);
        };
    }

    private QueueAnswer refusal(char code, QueueOp op, List<?> reply) throws MalformedMessageException {
        return switch (code) {
            case 'e' -> new QueueAnswer.StaleEpoch(Long.parseLong(text(reply, 1)));
            case 'u' -> new QueueAnswer.NoSuchQueue(queue);
            case 'f' -> new QueueAnswer.QueueFull(number(reply, 1));
            case 'o' -> new QueueAnswer.QueueFull(number(reply, 1));
            case 'i' ->
                new QueueAnswer.IdempotencyMismatch(
                        ((QueueOp.Enqueue) op).remember().orElseThrow().key());
            default -> throw new MalformedMessageException("Redis answered an operation with '" + code + "'");
        };
    }

    /** Whether an operation was refused because Redis has no memory left. */
    static boolean isOutOfMemory(Object reply) {
        return reply instanceof List<?> list && list.get(0) instanceof byte[] code && code[0] == 'o';
    }

    private static List<QueueAnswer.Enqueued.Item> items(byte[] packed) {
        List<QueueAnswer.Enqueued.Item> items = new ArrayList<>();
        for (int at = 0; at < packed.length; ) {
            boolean isKnown = packed[at] == '1';
            String key = new String(packed, at + 1, MessageNames.KEY_DIGITS, StandardCharsets.US_ASCII);
            at += 1 + MessageNames.KEY_DIGITS;
            byte[] tag = new byte[packed[at] & 0xFF];
            System.arraycopy(packed, at + 1, tag, 0, tag.length);
            at += 1 + tag.length;
            items.add(new QueueAnswer.Enqueued.Item(MessageNames.id(key, tag), isKnown));
        }
        return items;
    }

    private static QueueAnswer received(QueueOp.Receive op, List<?> reply) throws MalformedMessageException {
        long until = number(reply, 3);
        List<?> shown = (List<?>) reply.get(4);
        List<Delivery> deliveries = new ArrayList<>(shown.size() / 3);
        String suffix =
                shown.isEmpty() ? "" : "." + HexFormat.of().formatHex(op.nonce().array());
        for (int i = 0; i < shown.size(); i += 3) {
            deliveries.add(delivery(text(shown, i), suffix, bytes(shown, i + 1), number(shown, i + 2), until));
        }
        return new QueueAnswer.Received(deliveries, number(reply, 1), isTrue(reply, 2));
    }

    private static List<Delivery> peeked(List<?> shown) throws MalformedMessageException {
        List<Delivery> messages = new ArrayList<>(shown.size() / 4);
        for (int i = 0; i < shown.size(); i += 4) {
            messages.add(delivery(text(shown, i), "", bytes(shown, i + 1), number(shown, i + 2), number(shown, i + 3)));
        }
        return messages;
    }

    /** With an empty receipt suffix the receipt is empty. */
    private static Delivery delivery(String key, String receiptSuffix, byte[] stored, long deliveries, long until)
            throws MalformedMessageException {
        StoredMessage message = StoredMessage.read(ByteBuffer.wrap(stored));
        String id = MessageNames.id(key, message.tag());
        return new Delivery(
                id,
                receiptSuffix.isEmpty() ? "" : id + receiptSuffix,
                message.body(),
                message.headers(),
                message.priority(),
                message.group(),
                (int) deliveries,
                message.enqueuedAtMillis(),
                until);
    }

    private static QueueAnswer acked(QueueOp op, byte[] mask) throws MalformedMessageException {
        if (op instanceof QueueOp.Extend extend) {
            List<String> stale = stale(extend.receipts(), mask);
            return new QueueAnswer.Extended(extend.receipts().size() - stale.size(), stale);
        }
        List<String> receipts = ((QueueOp.Ack) op).receipts();
        List<String> stale = stale(receipts, mask);
        return new QueueAnswer.Acked(receipts.size() - stale.size(), stale);
    }

    private static QueueAnswer returned(QueueOp op, byte[] mask, boolean movesPending)
            throws MalformedMessageException {
        if (op instanceof QueueOp.Nack nack) {
            List<String> stale = stale(nack.receipts(), mask);
            return new QueueAnswer.Returned(nack.receipts().size() - stale.size(), stale, movesPending);
        }
        return new QueueAnswer.Returned(mask.length, List.of(), movesPending);
    }

    /** The script has seen only those that can be receipts. */
    private static List<String> stale(List<String> receipts, byte[] mask) throws MalformedMessageException {
        List<String> stale = new ArrayList<>(0);
        int at = 0;
        for (String receipt : receipts) {
            if (MessageNames.parseReceipt(receipt) == null || mask[at++] == '0') {
                stale.add(receipt);
            }
        }
        if (at != mask.length) {
            throw new MalformedMessageException("Redis answered for " + mask.length + " of " + at + " receipts");
        }
        return stale;
    }

    private static QueueAnswer counted(List<?> reply) {
        return new QueueAnswer.Counted(
                number(reply, 1),
                number(reply, 2),
                number(reply, 3),
                number(reply, 4),
                number(reply, 5),
                number(reply, 6) == 1,
                new QueueSettings(
                        number(reply, 7),
                        (int) number(reply, 8),
                        optional(bytes(reply, 11)),
                        number(reply, 9),
                        number(reply, 10)));
    }

    private List<QueueAnswer.Moves.Move> moves(List<?> shown) throws MalformedMessageException {
        List<QueueAnswer.Moves.Move> moves = new ArrayList<>(shown.size() / 2);
        for (int i = 0; i < shown.size(); i += 2) {
            ByteBuffer in = ByteBuffer.wrap(bytes(shown, i + 1));
            if (in.remaining() < 5) {
                throw new MalformedMessageException("a move has only " + in.remaining() + " bytes");
            }
            boolean isDead = in.get() == 1;
            String to = new String(StoredMessage.take(in, in.getInt()), StandardCharsets.UTF_8);
            String reason = new String(StoredMessage.take(in, in.getInt()), StandardCharsets.UTF_8);
            StoredMessage message = StoredMessage.read(in);
            String id = MessageNames.id(text(shown, i), message.tag());
            Map<String, String> headers = message.headers();
            if (isDead) {
                headers = new TreeMap<>(headers);
                headers.put(QueueTable.DEAD_REASON, reason);
                headers.put(QueueTable.DEAD_QUEUE, queue);
            }
            NewMessage moved = new NewMessage(
                    message.body(),
                    headers,
                    message.priority(),
                    0,
                    0,
                    Optional.of(QueueTable.MOVE_DEDUP_PREFIX + id),
                    message.group());
            moves.add(new QueueAnswer.Moves.Move(id, to, moved));
        }
        return moves;
    }

    private static Optional<String> optional(byte[] value) {
        return value.length == 0
                ? Optional.empty()
                : Optional.of(Bytes.wrap(value).asUtf8().substring(1));
    }

    private static byte[] bytes(List<?> reply, int index) {
        return (byte[]) reply.get(index);
    }

    private static String text(List<?> reply, int index) {
        return new String(bytes(reply, index), StandardCharsets.UTF_8);
    }

    private static long number(List<?> reply, int index) {
        return (Long) reply.get(index);
    }

    private static boolean isTrue(List<?> reply, int index) {
        return bytes(reply, index)[0] == '1';
    }
}

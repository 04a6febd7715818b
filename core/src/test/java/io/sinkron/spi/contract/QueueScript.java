package io.sinkron.spi.contract;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes operations on one queue out of plain numbers, so that generators can produce and shrink them. Receipts, dedup ids, keys, groups and ids of
 * moves are drawn from small sets or from what earlier operations were answered, so that they meet. Not thread-safe.
 */
public final class QueueScript {
    private static final int KINDS = 100;

    private final List<String> receipts = new ArrayList<>();
    private final List<String> moves = new ArrayList<>();
    private int nonces;

    /**
     * The operation that these numbers stand for.
     *
     * @param kind what to do; any number
     * @param a first argument; any number
     * @param b second argument; any number
     */
    public QueueOp next(int kind, int a, int b) {
        int dice = Math.floorMod(kind, KINDS);
        int x = Math.floorMod(a, 1_000);
        int y = Math.floorMod(b, 1_000);
        if (dice < 30) {
            return new QueueOp.Enqueue(messages(x, y), remember(x, y), nonce());
        } else if (dice < 52) {
            return new QueueOp.Receive(
                    1 + x % 4, y % 3 == 0 ? 0 : 100 + y % 900, y % 4 == 0 ? "c" + x % 2 : "", nonce());
        } else if (dice < 62) {
            return new QueueOp.Ack(receipts(x, y));
        } else if (dice < 74) {
            return new QueueOp.Nack(
                    receipts(x, y), x % 3 == 0 ? 50 + y : x % 7 == 1 ? -1 : 0, x % 5 == 0, y % 2 == 0 ? "" : "why");
        } else if (dice < 79) {
            return new QueueOp.Extend(receipts(x, y), 100 + x);
        } else if (dice < 86) {
            return new QueueOp.Sweep(1 + x % 5);
        }
        return rare(dice, x, y);
    }

    private QueueOp rare(int dice, int x, int y) {
        return switch (dice) {
            case 86 -> new QueueOp.ReturnConsumer("c" + x % 2);
            case 87, 88 -> new QueueOp.Configure(settings(x, y));
            case 89 -> new QueueOp.Purge();
            case 90 -> x % 4 == 0 ? new QueueOp.Drop() : new QueueOp.Stats();
            case 91, 92 -> new QueueOp.Pause(x % 3 == 0);
            case 93 -> new QueueOp.Redrive("other", x % 4);
            case 94 -> new QueueOp.TakeMoves(1 + x % 3);
            case 95 ->
                new QueueOp.ForgetMoves(moves.isEmpty() ? List.of("none") : List.of(moves.get(x % moves.size())));
            case 96 -> new QueueOp.Peek(QueueOp.MessageState.READY, 1 + y % 8);
            case 97 -> new QueueOp.Peek(QueueOp.MessageState.DELAYED, 1 + y % 8);
            case 98 -> new QueueOp.Peek(QueueOp.MessageState.IN_FLIGHT, 1 + y % 8);
            default -> new QueueOp.Stats();
        };
    }

    /** Remembers what later operations may refer to. */
    public void answered(QueueAnswer answer) {
        if (answer instanceof QueueAnswer.Received received) {
            received.deliveries().forEach(delivery -> receipts.add(delivery.receipt()));
        } else if (answer instanceof QueueAnswer.Moves shown) {
            shown.moves().forEach(move -> moves.add(move.id()));
        }
    }

    private List<NewMessage> messages(int x, int y) {
        List<NewMessage> messages = new ArrayList<>();
        for (int i = 0; i <= x % 3; i++) {
            int z = x + 31 * i + y;
            messages.add(new NewMessage(
                    Bytes.utf8("body " + nonces + "/" + i),
                    z % 4 == 0 ? Map.of("h" + z % 3, "v" + z) : Map.of(),
                    z % 5 == 0 ? z % 10 : 4,
                    z % 6 == 0 ? 50 + y : 0,
                    z % 7 == 0 ? 1 + y : 0,
                    z % 4 == 1 ? Optional.of("d" + z % 5) : Optional.empty(),
                    z % 3 == 0 ? Optional.of("g" + z % 2) : Optional.empty()));
        }
        return messages;
    }

    private static Optional<QueueOp.Remember> remember(int x, int y) {
        return y % 4 == 0 ? Optional.of(new QueueOp.Remember("k" + x % 6, y % 8)) : Optional.empty();
    }

    private static QueueSettings settings(int x, int y) {
        return new QueueSettings(
                1_000 + x,
                x % 3,
                y % 3 == 0 ? Optional.empty() : Optional.of("dead" + y % 2),
                y % 4 == 0 ? 3 + x % 5 : 0,
                x % 4 == 0 ? 200 + y : 0);
    }

    private List<String> receipts(int x, int y) {
        if (receipts.isEmpty() || x % 20 == 19) {
            return List.of("no-such.receipt");
        }
        // Mostly recent ones: old ones are stale.
        int at = receipts.size() - 1 - y % Math.min(receipts.size(), 6);
        List<String> chosen = new ArrayList<>(List.of(receipts.get(at)));
        if (x % 3 == 0) {
            chosen.add(receipts.get(x % receipts.size()));
        }
        return chosen;
    }

    private Bytes nonce() {
        nonces++;
        return Bytes.wrap(ByteBuffer.allocate(16)
                .putLong(nonces * 0x9E3779B97F4A7C15L)
                .putLong(nonces)
                .array());
    }
}

package io.sinkron.redis;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Operations drawn from numbers, so that a failing run shrinks by leaving numbers out. Few names, so that they meet each other; receipts and
 * ids are taken from earlier answers, also from long ago.
 */
final class RandomOperations {
    private static final List<String> CONSUMERS = List.of("", "c1", "c2");
    private static final long DAY = 86_400_000;

    private final List<String> receipts = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private int nonces;

    /** How long passes before the operation of this number. */
    static long pause(int number) {
        SplittableRandom random = new SplittableRandom(~number);
        return switch (random.nextInt(12)) {
            case 0, 1 -> random.nextLong(50);
            case 2 -> 1_000;
            case 3 -> random.nextLong(4_000);
            case 4 -> random.nextInt(8) == 0 ? DAY : 2_000;
            case 5 -> -random.nextLong(500); // the clock was set back
            default -> 0;
        };
    }

    QueueOp operation(int number) {
        SplittableRandom random = new SplittableRandom(number);
        int kind = random.nextInt(100);
        if (kind < 30) {
            return enqueue(random);
        } else if (kind < 55) {
            return new QueueOp.Receive(1 + random.nextInt(4), visibility(random), pick(random, CONSUMERS), nonce());
        } else if (kind < 65) {
            return new QueueOp.Ack(someOf(random, receipts));
        } else if (kind < 75) {
            return nack(random);
        } else if (kind < 79) {
            return new QueueOp.Extend(someOf(random, receipts), random.nextLong(3_000));
        } else if (kind < 83) {
            return new QueueOp.Sweep(1 + random.nextInt(3));
        } else if (kind < 85) {
            return new QueueOp.ReturnConsumer(pick(random, CONSUMERS));
        }
        return rare(random, kind);
    }

    private QueueOp rare(SplittableRandom random, int kind) {
        return switch (kind) {
            case 85, 86 -> new QueueOp.Peek(pick(random, List.of(MessageState.values())), random.nextInt(6));
            case 87, 88, 89 -> new QueueOp.Stats();
            case 90, 91, 92 -> configure(random);
            case 93 -> new QueueOp.Redrive("elsewhere", random.nextInt(3));
            case 94, 95 -> new QueueOp.TakeMoves(random.nextInt(5));
            case 96 -> new QueueOp.ForgetMoves(someOf(random, ids));
            case 97 -> new QueueOp.Pause(random.nextInt(3) == 0);
            case 98 -> new QueueOp.Claim();
            default -> random.nextInt(3) == 0 ? new QueueOp.Drop() : new QueueOp.Purge();
        };
    }

    /** Learns receipts and ids. */
    void learn(QueueAnswer answer) {
        if (answer instanceof QueueAnswer.Received received) {
            received.deliveries().forEach(d -> receipts.add(d.receipt()));
        } else if (answer instanceof QueueAnswer.Enqueued enqueued) {
            enqueued.items().forEach(i -> ids.add(i.id()));
        }
    }

    private QueueOp configure(SplittableRandom random) {
        return new QueueOp.Configure(new QueueSettings(
                1_000 + random.nextLong(3_000),
                random.nextInt(4),
                random.nextBoolean() ? Optional.of("graveyard") : Optional.empty(),
                random.nextBoolean() ? 0 : 3 + random.nextInt(6),
                random.nextInt(3) == 0 ? 1 + random.nextLong(5_000) : 0));
    }

    private QueueOp enqueue(SplittableRandom random) {
        List<NewMessage> messages = new ArrayList<>();
        for (int i = 1 + random.nextInt(random.nextInt(4) == 0 ? 5 : 1); i > 0; i--) {
            messages.add(message(random));
        }
        Optional<QueueOp.Remember> remember = random.nextInt(5) > 0
                ? Optional.empty()
                : Optional.of(new QueueOp.Remember("key" + random.nextInt(3), random.nextInt(2) - 1));
        return new QueueOp.Enqueue(messages, remember, nonce());
    }

    private NewMessage message(SplittableRandom random) {
        byte[] body = new byte[random.nextInt(12)];
        random.nextBytes(body);
        return new NewMessage(
                Bytes.wrap(body),
                random.nextInt(4) == 0 ? Map.of("ä", "\0☃", "b", "") : Map.of(),
                random.nextInt(3) == 0 ? random.nextInt(10) : 4,
                random.nextInt(4) == 0 ? random.nextLong(3_000) : 0,
                random.nextInt(4) == 0 ? 1 + random.nextLong(4_000) : 0,
                random.nextInt(4) == 0 ? Optional.of(List.of("", "d", "e").get(random.nextInt(3))) : Optional.empty(),
                random.nextInt(3) == 0 ? Optional.of(List.of("", "g", "g1").get(random.nextInt(3))) : Optional.empty());
    }

    private QueueOp nack(SplittableRandom random) {
        long delay = List.of(0L, 0L, -1L, 700L, 2_500L).get(random.nextInt(5));
        String reason = random.nextBoolean() ? "" : "because";
        return new QueueOp.Nack(someOf(random, receipts), delay, random.nextInt(6) == 0, reason);
    }

    private static long visibility(SplittableRandom random) {
        return List.of(0L, 500L, 1_500L, 60_000L).get(random.nextInt(4));
    }

    /** Mostly late ones, with repetitions, sometimes what is none. */
    private static List<String> someOf(SplittableRandom random, List<String> known) {
        List<String> some = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int back = Math.min(random.nextInt(6), random.nextInt(1_000));
            if (back < known.size()) {
                some.add(known.get(known.size() - 1 - back));
            } else {
                some.add(
                        pick(random, List.of("nonsense", "", "1-1-.", "1-1-00.00", "7-zz-0011223344556677.00", "a.b")));
            }
        }
        return some;
    }

    private static <T> T pick(SplittableRandom random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private Bytes nonce() {
        byte[] bytes = new byte[16];
        new SplittableRandom(++nonces).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }
}

package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.common.Bytes;
import io.sinkron.node.Call;
import io.sinkron.queue.QueueReply;
import io.sinkron.queue.QueueRequest;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Producers that send unique messages, repeat a request elsewhere if its outcome is unknown, and consumers that acknowledge, give back, extend, or
 * die with what they hold. In the end all queues must be empty and every acknowledged message must have reached somebody.
 */
public final class QueueWorkload implements Workload {
    private static final String DEAD_LETTERS = "dead-letters";
    private static final long MILLI = 1_000_000;
    private static final long CALL_TIMEOUT_NANOS = 3_000 * MILLI;
    private static final int TRIES = 4;
    private static final long MAX_VISIBILITY_MILLIS = 2_500;

    private final int producerCount;
    private final int consumerCount;
    private final int queueCount;
    private final boolean deadLetters;
    private final Pace pace;
    private final List<String> empty = new ArrayList<>();
    private Environment environment;
    private SeededRandom random;
    private QueueLedger ledger;
    private final Map<String, List<String>> sentTo = new TreeMap<>();
    private List<String> queues = List.of();
    private boolean draining;
    private boolean counting;
    private int openSends;
    private int configured;
    private long sent;

    /**
     * @param producers how many producers
     * @param consumers how many consumers
     * @param queues how many queues they share
     * @param deadLetters whether messages that fail three times move to another queue, which is consumed as well
     */
    public QueueWorkload(int producers, int consumers, int queues, boolean deadLetters) {
        this(producers, consumers, queues, deadLetters, Pace.steady(1));
    }

    /** @param pace how long clients wait between two calls */
    public QueueWorkload(int producers, int consumers, int queues, boolean deadLetters, Pace pace) {
        this.producerCount = producers;
        this.consumerCount = consumers;
        this.queueCount = queues;
        this.deadLetters = deadLetters;
        this.pace = pace;
    }

    @Override
    public String name() {
        return "queues";
    }

    @Override
    public void start(Environment newEnvironment) {
        environment = newEnvironment;
        random = environment.random();
        ledger = new QueueLedger(environment);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < queueCount; i++) {
            names.add("q" + i);
        }
        if (deadLetters) {
            names.add(DEAD_LETTERS);
        }
        queues = List.copyOf(names);
        queues.forEach(this::configure);
    }

    /** Nothing is sent before the settings are there: with other ones a message may be dropped as dead. */
    private void configure(String queue) {
        boolean source = deadLetters && !queue.equals(DEAD_LETTERS);
        var settings =
                new QueueSettings(1_000, source ? 3 : 0, source ? Optional.of(DEAD_LETTERS) : Optional.empty(), 0, 0);
        attempt(queue, new QueueRequest.Operate(new QueueOp.Configure(settings)), 1, outcome -> {
            if (!(outcome.answer() instanceof QueueAnswer.Configured)) {
                environment.after(200 * MILLI, () -> configure(queue));
            } else if (++configured == queues.size()) {
                begin();
            }
        });
    }

    private void begin() {
        for (int i = 0; i < producerCount; i++) {
            environment.after(random.nextLong(500 * MILLI), this::produce);
        }
        if (!deadLetters) {
            environment.after(random.nextLong(500 * MILLI), this::look);
        }
        for (int i = 0; i < consumerCount; i++) {
            environment.after(random.nextLong(500 * MILLI), this::consume);
        }
    }

    private void produce() {
        if (draining) {
            return;
        }
        List<NewMessage> batch = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            batch.add(newMessage());
        }
        batch.forEach(ledger::sending);
        String queue = queues.get(random.nextInt(queueCount));
        batch.forEach(message -> sentTo.computeIfAbsent(queue, name -> new ArrayList<>())
                .add(message.body().asUtf8()));
        openSends++;
        var remember = Optional.of(new QueueOp.Remember("send-" + sent, sent));
        var enqueue = new QueueOp.Enqueue(batch, remember, nonce());
        attempt(queue, new QueueRequest.Operate(enqueue), TRIES, outcome -> {
            openSends--;
            if (outcome.answer() instanceof QueueAnswer.Enqueued) {
                batch.forEach(ledger::stored);
            } else {
                batch.forEach(message -> ledger.notStored(message, outcome.surelyNothing()));
            }
            think(random.exponentialNanos(150 * MILLI), this::produce);
        });
    }

    private void think(long nanos, Runnable then) {
        environment.after(draining ? nanos : pace.thinking(environment.nowNanos(), nanos), then);
    }

    private NewMessage newMessage() {
        long number = sent++;
        return new NewMessage(
                Bytes.utf8("m" + number),
                Map.of("number", Long.toString(number)),
                random.nextInt(10),
                random.chance(0.2) ? random.nextLong(1_000) : 0,
                0,
                Optional.empty(),
                Optional.empty());
    }

    private Bytes nonce() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private void consume() {
        if (isEmpty()) {
            return;
        }
        String queue = queues.get(random.nextInt(queues.size()));
        long visibility = random.nextLong(QueueSettings.MIN_VISIBILITY_MILLIS, MAX_VISIBILITY_MILLIS);
        long wait = draining || random.nextBoolean() ? 0 : random.nextLong(1_500);
        var request = new QueueRequest.Dequeue(draining ? 50 : random.nextInt(1, 5), wait, visibility, "");
        attempt(queue, request, 1, outcome -> {
            long pause = 20;
            if (outcome.answer() instanceof QueueAnswer.Received received) {
                for (QueueAnswer.Delivery delivery : received.deliveries()) {
                    QueueLedger.Lent lent = ledger.delivered(queue, delivery, visibility);
                    environment.after(random.nextLong(400 * MILLI), () -> process(lent));
                }
                // What is left to be drained comes back when its time is over: no need to ask for it all the while.
                pause = draining && received.deliveries().isEmpty() ? 500 : pause;
            } else {
                pause = 200;
            }
            think(random.nextLong(pause * MILLI + 1), this::consume);
        });
    }

    /** R12: a look at a queue sees whatever was stored before it began, unless somebody has begun to take that away. */
    private void look() {
        if (draining) {
            return;
        }
        String queue = queues.get(random.nextInt(queueCount));
        Set<String> there = ledger.surelyThere(sentTo.getOrDefault(queue, List.of()));
        attempt(queue, new QueueRequest.Describe(), 1, outcome -> {
            if (outcome.answer() instanceof QueueReply.Description described) {
                QueueAnswer.Counted counted = described.counted();
                ledger.counted(there, counted.ready() + counted.delayed() + counted.inFlight());
            }
            think(random.nextLong(100 * MILLI), this::look);
        });
    }

    private void process(QueueLedger.Lent lent) {
        double choice = draining ? 0 : random.nextDouble();
        if (choice < 0.65) {
            ack(lent);
        } else if (choice < 0.75) {
            lent.mayEndAnyTime();
            var nack = new QueueOp.Nack(List.of(lent.receipt()), random.nextLong(500), false, "no reason");
            attempt(lent.queue(), new QueueRequest.Operate(nack), 2, outcome -> environment.mark("message given back"));
        } else if (choice < 0.85) {
            // Longer or shorter than before: until when it stays away is not followed any further.
            lent.mayEndAnyTime();
            var extend = new QueueOp.Extend(List.of(lent.receipt()), 1_000);
            attempt(lent.queue(), new QueueRequest.Operate(extend), 1, outcome -> ack(lent));
        } else {
            environment.mark("consumer died holding a delivery");
        }
    }

    private void ack(QueueLedger.Lent lent) {
        ledger.acking(lent);
        attempt(lent.queue(), new QueueRequest.Operate(new QueueOp.Ack(List.of(lent.receipt()))), 3, outcome -> {
            if (outcome.answer() instanceof QueueAnswer.Acked acked) {
                if (acked.count() == 1) {
                    ledger.acked(lent);
                } else {
                    environment.mark("ack of a delivery that was over");
                }
            }
        });
    }

    private void attempt(
            String queue, QueueRequest request, int tries, java.util.function.Consumer<Attempts.Outcome> then) {
        Attempts.begin(
                environment,
                Attempts.anyNode(environment),
                CALL_TIMEOUT_NANOS,
                tries,
                (id, now, deadline) -> new Call.Queue(id, deadline, queue, request),
                then);
    }

    @Override
    public void drain() {
        draining = true;
    }

    @Override
    public boolean isDone() {
        if (empty.size() < queues.size() && openSends == 0 && !counting) {
            counting = true;
            count(queues.get(empty.size()));
        }
        return isEmpty();
    }

    /** Queues are counted in order, the dead letters last, because they come from the others. */
    private void count(String queue) {
        attempt(queue, new QueueRequest.Describe(), 3, outcome -> {
            if (outcome.answer() instanceof QueueReply.Description described
                    && described.counted().ready() == 0
                    && described.counted().delayed() == 0
                    && described.counted().inFlight() == 0) {
                empty.add(queue);
            }
            environment.after(200 * MILLI, () -> counting = false);
        });
    }

    @Override
    public void check() {
        ledger.nothingIsLost();
    }

    /** For reports. */
    @Override
    public String toString() {
        return name()
                + (isEmpty()
                        ? " done"
                        : " not done: empty are " + empty + " of " + queues + ", open sends " + openSends);
    }

    private boolean isEmpty() {
        return empty.size() == queues.size();
    }
}

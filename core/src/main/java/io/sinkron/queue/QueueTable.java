package io.sinkron.queue;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One queue: the reference of what each {@link QueueOp} means, and the replicated store's own implementation. Every other
 * {@link io.sinkron.spi.QueueStore} answers the same to the same operations at the same times.
 *
 * <p><b>Fence.</b> {@code Claim} with an epoch at or above the stored one stores it and answers {@code Claimed(epoch)}, below it
 * {@code StaleEpoch(stored)}. Every other operation, reads included, is done only if its epoch equals the stored one (0 before the first
 * claim), otherwise {@code StaleEpoch(stored)}. The epoch outlives {@code Drop}. A claim creates no queue.
 *
 * <p><b>Time</b> is milliseconds of the store's clock. It never falls for a queue: each operation happens at the later of the clock and the
 * queue's mark, and raises the mark to it; only reads ({@code Peek}, {@code Stats}, {@code TakeMoves}), claims and refusals leave it. A delay, a delivery or a life that ends at {@code t} is over when
 * {@code now >= t}.
 *
 * <p><b>Existence.</b> {@code Enqueue} and {@code Configure} create the queue (settings {@link QueueSettings#DEFAULT}). On an unknown queue
 * {@code Receive} answers {@code Received([], -1, false)} and the rest {@code NoSuchQueue}. {@code Drop} forgets everything but the epoch:
 * settings, messages, moves, dedup ids, idempotency keys, the dead counter, the sequence, the time mark.
 *
 * <p><b>Ids.</b> A message's id is {@code <epoch>-<sequence>-<nonce>}: the enqueue's epoch and the queue's next sequence (from 1, one a
 * stored message) in base 36, lower case; the first 8 bytes of the enqueue's nonce as 16 hex digits. The receipt of a delivery is the id,
 * a dot, and the whole nonce of the receive in hex.
 *
 * <p><b>Place.</b> Ready messages come by priority, 9 first, then by sequence. A message keeps its place for life: returned, redelivered or
 * delayed, it comes back to it. {@code Peek} shows READY in this order (those that a group holds back included), DELAYED by due time, then
 * sequence, IN_FLIGHT by the end of the delivery, then sequence; it makes nothing ready.
 *
 * <p><b>Groups.</b> The first message of a group by place, in whatever state, holds back the others: only it may be delivered, if it is
 * ready and none of the group is in flight. So a delayed head delays its group. Held-back messages count as ready in {@code Counted}, not
 * in {@code Swept}.
 *
 * <p><b>Sweep</b> touches at most {@code limit} messages, in this order: (1) ready and delayed messages that expired, the earliest expiry
 * first (ties by sequence): removed; (2) deliveries that timed out, the earliest first (ties by sequence): they <em>fail</em>, see below;
 * (3) delays that are over, the earliest first (ties by sequence): ready. {@code Receive} first sweeps with
 * {@link #RECEIVE_SWEEP_LIMIT}, also for a paused queue; then, unless the queue is paused, it delivers by place until it has {@code max},
 * nothing may be delivered, or the next one has expired (left over by the bounded sweep). {@code nextDueMillis} is measured after the
 * operation: the time until the first of all delays, deliveries' ends and (ready and delayed messages') expiries, 0 if that is past, -1 if
 * there is none. {@code Swept.ready} is how many a {@code Receive} could deliver now, one for each free group; 0 for a paused queue.
 *
 * <p><b>A delivery fails</b> by {@code Nack}, by {@code ReturnConsumer} (of the consumer's deliveries in order of their sequence) or by its
 * timeout. The first of these holds: (1) {@code deadLetter} was asked, or {@code maxDeliveries} isn't 0 and the message was delivered so
 * often: it is dead; (2) it has expired: it is removed; (3) it becomes ready, after a {@code Nack} with a delay delayed until now + delay.
 *
 * <p><b>Dead</b> messages leave; {@code dead} grows by one. With a dead-letter queue set at that moment the message becomes a pending move,
 * else it is dropped. The move keeps body, headers, priority and group; its headers gain {@value #DEAD_QUEUE} (this queue's name) and
 * {@value #DEAD_REASON}: the nack's reason if it isn't empty, else {@code rejected} where {@code deadLetter} was asked and
 * {@code max-deliveries} where it wasn't (a timeout's and a {@code ReturnConsumer}'s as well); no delay, no ttl; dedup id {@code move:<id>}.
 *
 * <p><b>Undelivered.</b> A {@code Nack} whose delay is {@link #UNDELIVERED} (-1) says that the delivery never reached a consumer: it lowers the
 * delivery count by one and never makes dead; the message becomes ready, or is removed if it has expired.
 *
 * <p><b>Receipts.</b> {@code Nack} and {@code Extend} need a delivery that is open: in flight under exactly this receipt, and not timed out
 * by now (even if no sweep has seen that). {@code Ack} also counts after the timeout, until the message is delivered again or is gone:
 * timed out and unswept, or made ready by the sweep, it still has its last receipt. A failed delivery of the other two kinds takes its
 * receipt away. What doesn't count is listed in {@code stale}, in order; a receipt given twice counts once.
 *
 * <p><b>Expiry.</b> A message lives from its enqueue for the smaller of its {@code ttlMillis} and the queue's retention at that time (0: no
 * bound); later settings don't change it. A delivery isn't interrupted by it. The expired just vanish; they count as stored until swept.
 *
 * <p><b>Enqueue</b>, in this order: (1) an idempotency key remembered for less than 24 h: the first answer again, or
 * {@code IdempotencyMismatch} for another fingerprint; (2) a message whose dedup id was stored for less than 24 h (by this or an earlier
 * enqueue, whatever became of the message) isn't stored: its item names the first message, deduplicated; (3) if there are others, and with
 * them ready + delayed + in flight would exceed a {@code maxLength} other than 0: {@code QueueFull}, nothing happens; (4) they are stored.
 * Only a stored answer is remembered.
 *
 * <p><b>Redrive</b> takes up to {@code max} ready messages (0: all) by place, held-back ones included, and makes each a move to {@code to}
 * with its headers as they are, no delay, no ttl, dedup id {@code move:<id>}; {@code dead} isn't changed. {@code TakeMoves} shows moves in
 * the order in which they left. {@code Purge} leaves moves, dedup ids, keys and counters. {@code Configure} keeps everything but the
 * settings. {@code Pause} stops deliveries only.
 *
 * <p>Pure and deterministic; never throws for what an operation asks. Not thread-safe. Operations cost O(log n) for each message touched.
 */
public final class QueueTable {
    /** How many messages a receive makes ready, fails or removes at most before it delivers. */
    public static final int RECEIVE_SWEEP_LIMIT = Deliveries.RECEIVE_SWEEP_LIMIT;

    /** The delay of a {@link QueueOp.Nack} for deliveries that never reached a consumer. */
    public static final long UNDELIVERED = Deliveries.UNDELIVERED;

    /** The header that tells why a dead letter died. */
    public static final String DEAD_REASON = Deliveries.DEAD_REASON;

    /** The header that tells in which queue a dead letter died. */
    public static final String DEAD_QUEUE = Deliveries.DEAD_QUEUE;

    /** Begins the dedup id of a moved message; the rest is its id in the queue that it left. */
    public static final String MOVE_DEDUP_PREFIX = Deliveries.MOVE_DEDUP_PREFIX;

    private record FirstAnswer(long fingerprint, QueueAnswer.Enqueued answer) {}

    private final String name;
    private final QueueContents contents = new QueueContents();
    private final DayMemory<String> dedups = new DayMemory<>();
    private final DayMemory<FirstAnswer> requests = new DayMemory<>();
    private final Deliveries deliveries;
    private long epoch;
    private boolean exists;
    private long mark;
    private long sequence;

    /** A queue that doesn't exist yet and was never claimed. */
    public QueueTable(String name) {
        this.name = name;
        this.deliveries = new Deliveries(name, contents);
    }

    /** The queue's name. */
    public String name() {
        return name;
    }

    /** The epoch of the last claim, 0 for none. */
    public long epoch() {
        return epoch;
    }

    /** Whether it was created, and not dropped since. */
    public boolean exists() {
        return exists;
    }

    /** Does one operation at a time of the store's clock. */
    public QueueAnswer apply(long callerEpoch, QueueOp op, long nowMillis) {
        if (op instanceof QueueOp.Claim) {
            if (callerEpoch < epoch) {
                return new QueueAnswer.StaleEpoch(epoch);
            }
            epoch = callerEpoch;
            return new QueueAnswer.Claimed(epoch);
        }
        if (callerEpoch != epoch) {
            return new QueueAnswer.StaleEpoch(epoch);
        }
        long now = timeAt(nowMillis);
        if (op instanceof QueueOp.Enqueue enqueue) {
            return enqueue(enqueue, now);
        }
        if (op instanceof QueueOp.Configure configure) {
            create(now);
            deliveries.configure(configure.settings());
            return new QueueAnswer.Configured(configure.settings());
        }
        if (!exists) {
            return op instanceof QueueOp.Receive
                    ? new QueueAnswer.Received(List.of(), -1, false)
                    : new QueueAnswer.NoSuchQueue(name);
        }
        return isLook(op) ? look(op, now) : write(op, now);
    }

    private long timeAt(long nowMillis) {
        return exists ? Math.max(mark, nowMillis) : nowMillis;
    }

    private static boolean isLook(QueueOp op) {
        return op instanceof QueueOp.Peek || op instanceof QueueOp.Stats || op instanceof QueueOp.TakeMoves;
    }

    /**
     * Whether {@link #read} answers these operations at this time: the epoch is the stored one, and each operation is a {@code Peek}, {@code Stats}
     * or {@code TakeMoves}, or a {@code Sweep} while there is nothing to sweep. O(1) for each.
     */
    public boolean canRead(long callerEpoch, List<QueueOp> ops, long nowMillis) {
        if (callerEpoch != epoch) {
            return false;
        }
        long now = timeAt(nowMillis);
        boolean isSwept = !exists || !deliveries.isDue(now) && !dedups.hasOver(now) && !requests.hasOver(now);
        for (QueueOp op : ops) {
            if (!isLook(op) && !(isSwept && op instanceof QueueOp.Sweep)) {
                return false;
            }
        }
        return true;
    }

    /**
     * What {@link #apply} would answer to operations that change nothing; changes nothing itself, the time mark included.
     *
     * @param ops operations that {@link #canRead} allows at this time
     * @return one answer for each operation
     */
    public List<QueueAnswer> read(List<QueueOp> ops, long nowMillis) {
        long now = timeAt(nowMillis);
        List<QueueAnswer> answers = new ArrayList<>(ops.size());
        for (QueueOp op : ops) {
            if (!exists) {
                answers.add(new QueueAnswer.NoSuchQueue(name));
            } else {
                answers.add(op instanceof QueueOp.Sweep ? deliveries.swept(now) : look(op, now));
            }
        }
        return answers;
    }

    private QueueAnswer look(QueueOp op, long now) {
        if (op instanceof QueueOp.Peek peek) {
            List<QueueAnswer.Delivery> seen = new ArrayList<>();
            contents.list(peek.state(), peek.limit()).forEach(message -> seen.add(message.seenWith("")));
            return new QueueAnswer.Peeked(seen);
        }
        if (op instanceof QueueOp.TakeMoves take) {
            return new QueueAnswer.Moves(
                    deliveries.moves().stream().limit(Math.max(0, take.limit())).toList());
        }
        StoredMessage oldest = contents.oldest();
        return new QueueAnswer.Counted(
                contents.readyCount(),
                contents.delayedCount(),
                contents.inFlightCount(),
                deliveries.dead(),
                oldest == null ? 0 : now - oldest.enqueuedMillis,
                deliveries.isPaused(),
                deliveries.settings());
    }

    private QueueAnswer write(QueueOp op, long now) {
        mark = now;
        if (op instanceof QueueOp.Receive receive) {
            return deliveries.receive(receive, now);
        } else if (op instanceof QueueOp.Ack ack) {
            return deliveries.ack(ack);
        } else if (op instanceof QueueOp.Nack nack) {
            return deliveries.nack(nack, now);
        } else if (op instanceof QueueOp.Extend extend) {
            return deliveries.extend(extend, now);
        } else if (op instanceof QueueOp.Sweep sweep) {
            dedups.prune(now, sweep.limit());
            requests.prune(now, sweep.limit());
            return deliveries.sweep(now, sweep.limit());
        } else if (op instanceof QueueOp.ReturnConsumer end) {
            return deliveries.returnConsumer(end.consumer(), now);
        } else if (op instanceof QueueOp.Redrive redrive) {
            return deliveries.redrive(redrive);
        }
        return administer(op);
    }

    private QueueAnswer administer(QueueOp op) {
        if (op instanceof QueueOp.Purge) {
            int purged = contents.size();
            contents.clear();
            return new QueueAnswer.Purged(purged);
        } else if (op instanceof QueueOp.ForgetMoves forget) {
            deliveries.forgetMoves(forget.ids());
        } else if (op instanceof QueueOp.Pause pause) {
            deliveries.pause(pause.paused());
        } else if (op instanceof QueueOp.Drop) {
            drop();
        }
        return new QueueAnswer.Done();
    }

    private void create(long now) {
        exists = true;
        mark = now;
    }

    private void drop() {
        contents.clear();
        deliveries.reset();
        dedups.clear();
        requests.clear();
        exists = false;
        mark = 0;
        sequence = 0;
    }

    private QueueAnswer enqueue(QueueOp.Enqueue op, long now) {
        String key = op.remember().map(QueueOp.Remember::key).orElse("");
        FirstAnswer first = op.remember().isPresent() ? requests.get(key, now) : null;
        if (first != null) {
            return first.fingerprint == op.remember().get().fingerprint()
                    ? first.answer
                    : new QueueAnswer.IdempotencyMismatch(key);
        }
        if (deliveries.settings().maxLength() > 0) {
            int fresh = countFresh(op.messages(), now);
            if (fresh > 0
                    && contents.size() + (long) fresh > deliveries.settings().maxLength()) {
                return new QueueAnswer.QueueFull(deliveries.settings().maxLength());
            }
        }
        create(now);
        dedups.prune(now, RECEIVE_SWEEP_LIMIT);
        requests.prune(now, RECEIVE_SWEEP_LIMIT);
        String suffix = "-" + hex(op.nonce(), 8);
        List<QueueAnswer.Enqueued.Item> items = new ArrayList<>(op.messages().size());
        for (NewMessage message : op.messages()) {
            items.add(store(message, suffix, now));
        }
        QueueAnswer.Enqueued answer = new QueueAnswer.Enqueued(items);
        op.remember().ifPresent(r -> requests.put(r.key(), new FirstAnswer(r.fingerprint(), answer), now));
        return answer;
    }

    private int countFresh(List<NewMessage> messages, long now) {
        Set<String> within = new HashSet<>();
        int fresh = 0;
        for (NewMessage message : messages) {
            if (message.dedupId().isEmpty()) {
                fresh++;
            } else {
                String dedupId = message.dedupId().get();
                fresh += dedups.get(dedupId, now) == null && within.add(dedupId) ? 1 : 0;
            }
        }
        return fresh;
    }

    private QueueAnswer.Enqueued.Item store(NewMessage message, String idSuffix, long now) {
        if (message.dedupId().isPresent()) {
            String known = dedups.get(message.dedupId().get(), now);
            if (known != null) {
                return new QueueAnswer.Enqueued.Item(known, true);
            }
        }
        sequence++;
        String id = Long.toString(epoch, 36) + "-" + Long.toString(sequence, 36) + idSuffix;
        StoredMessage stored = new StoredMessage(
                id,
                sequence,
                message.body(),
                message.headers(),
                message.priority(),
                message.group(),
                now,
                expiry(now, message.ttlMillis(), deliveries.settings().retentionMillis()));
        if (message.delayMillis() > 0) {
            stored.state = MessageState.DELAYED;
            stored.dueMillis = now + message.delayMillis();
        }
        contents.add(stored);
        message.dedupId().ifPresent(dedupId -> dedups.put(dedupId, id, now));
        return new QueueAnswer.Enqueued.Item(id, false);
    }

    private static long expiry(long now, long ttlMillis, long retentionMillis) {
        long life = ttlMillis == 0 || retentionMillis != 0 && retentionMillis < ttlMillis ? retentionMillis : ttlMillis;
        return life == 0 ? StoredMessage.NEVER : now + life;
    }

    private static String hex(Bytes nonce, int bytes) {
        return HexFormat.of().formatHex(nonce.array(), 0, Math.min(bytes, nonce.size()));
    }

    /** All there is to know about the queue. */
    public QueueSnapshot snapshot() {
        return new QueueSnapshot(name, epoch, exists ? Optional.of(contentsSnapshot()) : Optional.empty());
    }

    private QueueSnapshot.Contents contentsSnapshot() {
        List<QueueSnapshot.Message> messages = new ArrayList<>(contents.size());
        contents.all().forEach(m -> messages.add(m.snapshot()));
        List<QueueSnapshot.Dedup> dedupEntries = new ArrayList<>();
        dedups.all()
                .forEach(e -> dedupEntries.add(new QueueSnapshot.Dedup(
                        e.getKey(), e.getValue().value(), e.getValue().sinceMillis())));
        List<QueueSnapshot.Request> requestEntries = new ArrayList<>();
        requests.all()
                .forEach(e -> requestEntries.add(new QueueSnapshot.Request(
                        e.getKey(),
                        e.getValue().value().fingerprint,
                        e.getValue().value().answer,
                        e.getValue().sinceMillis())));
        return new QueueSnapshot.Contents(
                deliveries.settings(),
                deliveries.isPaused(),
                mark,
                sequence,
                deliveries.dead(),
                messages,
                dedupEntries,
                requestEntries,
                List.copyOf(deliveries.moves()));
    }

    /** A queue that goes on exactly where the snapshot was taken. */
    public static QueueTable restore(QueueSnapshot snapshot) {
        QueueTable table = new QueueTable(snapshot.name());
        table.epoch = snapshot.epoch();
        snapshot.contents().ifPresent(c -> {
            table.exists = true;
            table.mark = c.timeMillis();
            table.sequence = c.sequence();
            table.deliveries.restore(c);
            c.messages().forEach(m -> table.contents.add(StoredMessage.restore(m)));
            c.dedups().forEach(d -> table.dedups.put(d.dedupId(), d.messageId(), d.sinceMillis()));
            c.requests()
                    .forEach(r ->
                            table.requests.put(r.key(), new FirstAnswer(r.fingerprint(), r.answer()), r.sinceMillis()));
        });
        return table;
    }
}

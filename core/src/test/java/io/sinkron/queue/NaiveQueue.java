package io.sinkron.queue;

import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A queue as one plain list that is searched and sorted anew for each question: slow, and short enough to be seen to follow the rules of
 * {@link QueueTable}. Claims aside.
 */
final class NaiveQueue {
    static final class Entry {
        String id;
        long sequence;
        NewMessage message;
        long enqueued;
        long expires;
        MessageState state = MessageState.READY;
        long due;
        int deliveries;
        String receipt = "";
        String consumer = "";
    }

    private record Remembered(Object value, long since) {}

    static final Comparator<Entry> PLACE =
            Comparator.<Entry>comparingInt(e -> -e.message.priority()).thenComparingLong(e -> e.sequence);
    private static final Comparator<Entry> DUE =
            Comparator.<Entry>comparingLong(e -> e.due).thenComparingLong(e -> e.sequence);
    private static final long DAY = 86_400_000;

    final String name;
    final long epoch;
    List<Entry> entries = new ArrayList<>();
    boolean exists;
    QueueSettings settings = QueueSettings.DEFAULT;
    boolean paused;
    long sequence;
    long dead;
    long mark;
    Map<String, Remembered> dedups = new LinkedHashMap<>();
    Map<String, Remembered> requests = new LinkedHashMap<>();
    List<QueueAnswer.Moves.Move> moves = new ArrayList<>();

    NaiveQueue(String name, long epoch) {
        this.name = name;
        this.epoch = epoch;
    }

    QueueAnswer apply(QueueOp op, long clock) {
        boolean reads = op instanceof QueueOp.Peek || op instanceof QueueOp.Stats || op instanceof QueueOp.TakeMoves;
        long now = exists ? Math.max(clock, mark) : clock;
        if (!exists && op instanceof QueueOp.Receive) {
            return new QueueAnswer.Received(List.of(), -1, false);
        }
        if (!exists && !(op instanceof QueueOp.Enqueue) && !(op instanceof QueueOp.Configure)) {
            return new QueueAnswer.NoSuchQueue(name);
        }
        QueueAnswer answer = done(op, now);
        if (exists && !reads && !(op instanceof QueueOp.Enqueue)) {
            mark = now;
        }
        return answer;
    }

    private QueueAnswer done(QueueOp op, long now) {
        if (op instanceof QueueOp.Enqueue o) {
            return enqueue(o, now);
        } else if (op instanceof QueueOp.Receive o) {
            return receive(o, now);
        } else if (op instanceof QueueOp.Ack o) {
            List<String> stale = new ArrayList<>();
            for (String receipt : o.receipts()) {
                if (!entries.removeIf(e -> e.receipt.equals(receipt))) {
                    stale.add(receipt);
                }
            }
            return new QueueAnswer.Acked(o.receipts().size() - stale.size(), stale);
        } else if (op instanceof QueueOp.Nack o) {
            return nack(o, now);
        } else if (op instanceof QueueOp.Extend o) {
            List<String> stale = new ArrayList<>();
            for (String receipt : o.receipts()) {
                Optional<Entry> open = open(receipt, now);
                open.ifPresent(e -> e.due = now + o.visibilityMillis());
                open.ifPresentOrElse(e -> {}, () -> stale.add(receipt));
            }
            return new QueueAnswer.Extended(o.receipts().size() - stale.size(), stale);
        } else if (op instanceof QueueOp.Sweep o) {
            sweep(o.limit(), now);
            long ready = paused ? 0 : deliverable().size();
            return new QueueAnswer.Swept(ready, nextDue(now), !moves.isEmpty());
        } else if (op instanceof QueueOp.ReturnConsumer o) {
            List<Entry> theirs = entries.stream()
                    .filter(e -> e.state == MessageState.IN_FLIGHT && e.consumer.equals(o.consumer()))
                    .toList();
            theirs.forEach(e -> fail(e, 0, false, "", "", now));
            return new QueueAnswer.Returned(theirs.size(), List.of(), !moves.isEmpty());
        }
        return upkeep(op, now);
    }

    private QueueAnswer upkeep(QueueOp op, long now) {
        if (op instanceof QueueOp.Configure o) {
            exists = true;
            settings = o.settings();
            return new QueueAnswer.Configured(settings);
        } else if (op instanceof QueueOp.Pause o) {
            paused = o.paused();
        } else if (op instanceof QueueOp.Purge) {
            int count = entries.size();
            entries.clear();
            return new QueueAnswer.Purged(count);
        } else if (op instanceof QueueOp.Redrive o) {
            List<Entry> leaving = in(MessageState.READY, PLACE);
            leaving = o.max() == 0 ? leaving : leaving.stream().limit(o.max()).toList();
            leaving.forEach(e -> leave(e, o.to(), e.message.headers()));
            return new QueueAnswer.Redriven(leaving.size());
        } else if (op instanceof QueueOp.TakeMoves o) {
            return new QueueAnswer.Moves(moves.stream().limit(o.limit()).toList());
        } else if (op instanceof QueueOp.ForgetMoves o) {
            moves.removeIf(move -> o.ids().contains(move.id()));
        } else if (op instanceof QueueOp.Peek o) {
            return new QueueAnswer.Peeked(in(o.state(), o.state() == MessageState.READY ? PLACE : DUE).stream()
                    .limit(o.limit())
                    .map(e -> shown(e, ""))
                    .toList());
        } else if (op instanceof QueueOp.Stats) {
            long age = entries.stream().mapToLong(e -> now - e.enqueued).max().orElse(0);
            return new QueueAnswer.Counted(
                    count(MessageState.READY),
                    count(MessageState.DELAYED),
                    count(MessageState.IN_FLIGHT),
                    dead,
                    age,
                    paused,
                    settings);
        } else if (op instanceof QueueOp.Drop) {
            entries.clear();
            dedups.clear();
            requests.clear();
            moves.clear();
            settings = QueueSettings.DEFAULT;
            paused = false;
            exists = false;
            sequence = 0;
            dead = 0;
            mark = 0;
        }
        return new QueueAnswer.Done();
    }

    private static Object lookUp(Map<String, Remembered> memory, String name, long now) {
        Remembered found = memory.get(name);
        return found == null || now - found.since >= DAY ? null : found.value;
    }

    private QueueAnswer enqueue(QueueOp.Enqueue op, long now) {
        if (op.remember().isPresent()) {
            Object[] first = (Object[]) lookUp(requests, op.remember().get().key(), now);
            if (first != null) {
                boolean same = first[0].equals(op.remember().get().fingerprint());
                return same
                        ? (QueueAnswer) first[1]
                        : new QueueAnswer.IdempotencyMismatch(
                                op.remember().get().key());
            }
        }
        long duplicates = 0;
        List<String> within = new ArrayList<>();
        for (NewMessage message : op.messages()) {
            String id = message.dedupId().orElse(null);
            duplicates += id != null && (within.contains(id) || lookUp(dedups, id, now) != null) ? 1 : 0;
            within.add(id);
        }
        long fresh = op.messages().size() - duplicates;
        if (fresh > 0 && settings.maxLength() > 0 && entries.size() + fresh > settings.maxLength()) {
            return new QueueAnswer.QueueFull(settings.maxLength());
        }
        exists = true;
        mark = now;
        List<QueueAnswer.Enqueued.Item> items = new ArrayList<>();
        for (NewMessage message : op.messages()) {
            Object known = message.dedupId().isEmpty()
                    ? null
                    : lookUp(dedups, message.dedupId().get(), now);
            items.add(new QueueAnswer.Enqueued.Item(
                    known != null ? (String) known : store(message, op, now), known != null));
        }
        QueueAnswer answer = new QueueAnswer.Enqueued(items);
        op.remember()
                .ifPresent(r -> requests.put(r.key(), new Remembered(new Object[] {r.fingerprint(), answer}, now)));
        return answer;
    }

    private String store(NewMessage message, QueueOp.Enqueue op, long now) {
        Entry entry = new Entry();
        entry.sequence = ++sequence;
        entry.id = Long.toString(epoch, 36) + "-" + Long.toString(sequence, 36) + "-"
                + HexFormat.of().formatHex(op.nonce().array()).substring(0, 16);
        entry.message = message;
        entry.enqueued = now;
        long ttl = message.ttlMillis() == 0 ? Long.MAX_VALUE : message.ttlMillis();
        long retention = settings.retentionMillis() == 0 ? Long.MAX_VALUE : settings.retentionMillis();
        long life = Math.min(ttl, retention);
        entry.expires = life == Long.MAX_VALUE ? Long.MAX_VALUE : now + life;
        if (message.delayMillis() > 0) {
            entry.state = MessageState.DELAYED;
            entry.due = now + message.delayMillis();
        }
        entries.add(entry);
        message.dedupId().ifPresent(d -> dedups.put(d, new Remembered(entry.id, now)));
        return entry.id;
    }

    private QueueAnswer receive(QueueOp.Receive op, long now) {
        sweep(256, now);
        List<Delivery> deliveries = new ArrayList<>();
        while (!paused && deliveries.size() < op.max() && !deliverable().isEmpty()) {
            Entry next = deliverable().get(0);
            if (next.expires <= now) {
                break;
            }
            next.state = MessageState.IN_FLIGHT;
            next.due = now + (op.visibilityMillis() == 0 ? settings.visibilityTimeoutMillis() : op.visibilityMillis());
            next.receipt = next.id + "." + HexFormat.of().formatHex(op.nonce().array());
            next.consumer = op.consumer();
            next.deliveries++;
            deliveries.add(shown(next, next.receipt));
        }
        return new QueueAnswer.Received(deliveries, nextDue(now), !moves.isEmpty());
    }

    /** Ready, and neither behind another of its group nor beside one in flight. */
    private List<Entry> deliverable() {
        return in(MessageState.READY, PLACE).stream()
                .filter(e -> e.message.group().isEmpty()
                        || entries.stream()
                                .filter(o -> o != e && o.message.group().equals(e.message.group()))
                                .noneMatch(o -> o.state == MessageState.IN_FLIGHT || PLACE.compare(o, e) < 0))
                .toList();
    }

    private void sweep(int limit, long now) {
        int touched = 0;
        List<Entry> expired = entries.stream()
                .filter(e -> e.state != MessageState.IN_FLIGHT && e.expires <= now)
                .sorted(Comparator.<Entry>comparingLong(e -> e.expires).thenComparingLong(e -> e.sequence))
                .toList();
        for (int i = 0; i < expired.size() && touched < limit; i++, touched++) {
            entries.remove(expired.get(i));
        }
        for (Entry e : in(MessageState.IN_FLIGHT, DUE)) {
            if (e.due <= now && touched < limit) {
                fail(e, 0, false, "", e.receipt, now);
                touched++;
            }
        }
        for (Entry e : in(MessageState.DELAYED, DUE)) {
            if (e.due <= now && touched < limit) {
                ready(e, "");
                touched++;
            }
        }
    }

    private QueueAnswer nack(QueueOp.Nack op, long now) {
        List<String> stale = new ArrayList<>();
        for (String receipt : op.receipts()) {
            Optional<Entry> open = open(receipt, now);
            if (open.isEmpty()) {
                stale.add(receipt);
            } else if (op.delayMillis() == QueueTable.UNDELIVERED) {
                open.get().deliveries--;
                giveBack(open.get(), 0, "", now);
            } else {
                fail(open.get(), op.delayMillis(), op.deadLetter(), op.reason(), "", now);
            }
        }
        return new QueueAnswer.Returned(op.receipts().size() - stale.size(), stale, !moves.isEmpty());
    }

    private void fail(Entry e, long delay, boolean asked, String reason, String receipt, long now) {
        if (asked || settings.maxDeliveries() > 0 && e.deliveries >= settings.maxDeliveries()) {
            dead++;
            if (settings.deadLetter().isPresent()) {
                Map<String, String> headers = new TreeMap<>(e.message.headers());
                headers.put("sinkron-dead-reason", !reason.isEmpty() ? reason : asked ? "rejected" : "max-deliveries");
                headers.put("sinkron-dead-queue", name);
                leave(e, settings.deadLetter().get(), headers);
            }
            entries.remove(e);
        } else {
            giveBack(e, delay, receipt, now);
        }
    }

    private void giveBack(Entry e, long delay, String receipt, long now) {
        if (e.expires <= now) {
            entries.remove(e);
        } else if (delay > 0) {
            ready(e, "");
            e.state = MessageState.DELAYED;
            e.due = now + delay;
        } else {
            ready(e, receipt);
        }
    }

    private static void ready(Entry e, String receipt) {
        e.state = MessageState.READY;
        e.due = 0;
        e.receipt = receipt;
        e.consumer = "";
    }

    private void leave(Entry e, String to, Map<String, String> headers) {
        NewMessage moved = new NewMessage(
                e.message.body(), headers, e.message.priority(), 0, 0, Optional.of("move:" + e.id), e.message.group());
        moves.add(new QueueAnswer.Moves.Move(e.id, to, moved));
        entries.remove(e);
    }

    private Optional<Entry> open(String receipt, long now) {
        return entries.stream()
                .filter(e -> e.state == MessageState.IN_FLIGHT && e.receipt.equals(receipt) && now < e.due)
                .findFirst();
    }

    private long nextDue(long now) {
        return entries.stream()
                .mapToLong(e -> {
                    long due = e.state == MessageState.READY ? Long.MAX_VALUE : e.due;
                    return e.state == MessageState.IN_FLIGHT ? due : Math.min(due, e.expires);
                })
                .filter(due -> due != Long.MAX_VALUE)
                .map(due -> Math.max(0, due - now))
                .min()
                .orElse(-1);
    }

    private List<Entry> in(MessageState state, Comparator<Entry> order) {
        return entries.stream().filter(e -> e.state == state).sorted(order).toList();
    }

    private long count(MessageState state) {
        return entries.stream().filter(e -> e.state == state).count();
    }

    private static Delivery shown(Entry e, String receipt) {
        return new Delivery(
                e.id,
                receipt,
                e.message.body(),
                e.message.headers(),
                e.message.priority(),
                e.message.group(),
                e.deliveries,
                e.enqueued,
                e.due);
    }
}

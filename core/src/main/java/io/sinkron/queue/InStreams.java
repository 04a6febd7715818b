package io.sinkron.queue;

import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.QueueAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The receiving half of handing calls to owners: lets each request of another node through once, remembers its reply until the sender has confirmed
 * it, and gives the same reply to a repetition. So a lost reply doesn't enqueue twice.
 */
final class InStreams {
    /** A request with a sequence so far below the greatest counts as seen. */
    private static final int WINDOW = 65_536;

    private static final int OVERHEAD_BYTES = 64;

    /** A reply and when it was given. */
    private record Remembered(QueueMessage.Reply reply, long atNanos) {}

    private static final class InStream {
        final long number;

        /** Every sequence up to this one was seen, or will never be let through. */
        long floor;

        final Set<Long> seenAbove = new HashSet<>();
        final Map<Long, Work> open = new HashMap<>();
        final LinkedHashMap<Long, Remembered> replied = new LinkedHashMap<>();
        final List<QueueMessage.Reply> toSend = new ArrayList<>();

        InStream(long number) {
            this.number = number;
        }

        boolean isNew(long sequence) {
            if (sequence <= floor || !seenAbove.add(sequence)) {
                return false;
            }
            if (sequence - floor > WINDOW) {
                floor = sequence - WINDOW;
                seenAbove.removeIf(seen -> seen <= floor);
            }
            while (seenAbove.remove(floor + 1)) {
                floor++;
            }
            return true;
        }
    }

    /**
     * What a message asks for.
     *
     * @param fresh requests that were never seen before
     * @param gone requests whose callers are gone
     */
    record Intake(List<Work> fresh, List<Work> gone) {}

    private final QueueBrokerOptions options;
    private final NodeId self;
    private final TreeMap<NodeId, InStream> streams = new TreeMap<>();

    private final long incarnation;
    private boolean isKnown;

    /** Below zero, so that no request of this node has the same. */
    private long nextSerial = -1;

    InStreams(QueueBrokerOptions options, NodeId self, long incarnation) {
        this.incarnation = incarnation;
        this.options = options;
        this.self = self;
    }

    /** Takes a message in. */
    Intake accept(NodeId from, QueueMessage.Requests message, long now) {
        Intake intake = new Intake(new ArrayList<>(), new ArrayList<>());
        if (!isKnown || message.target() != incarnation) {
            return intake;
        }
        InStream stream = stream(from, message.stream(), intake);
        if (stream == null) {
            return intake;
        }
        message.settled().forEach(stream.replied::remove);
        for (QueueMessage.Request request : message.requests()) {
            if (stream.isNew(request.sequence())) {
                Work work = new Work(nextSerial--, from, stream.number, request, now);
                stream.open.put(request.sequence(), work);
                intake.fresh.add(work);
            } else {
                repeatReply(stream, request.sequence());
            }
        }
        for (long sequence : message.cancelled()) {
            cancel(stream, sequence, intake, now);
        }
        return intake;
    }

    private InStream stream(NodeId from, long number, Intake intake) {
        InStream stream = streams.get(from);
        if (stream != null && stream.number == number) {
            return stream;
        }
        if (stream != null && number - stream.number < 0) {
            return null; // a late message of a stream that its sender has left
        }
        if (stream != null) {
            intake.gone.addAll(stream.open.values());
        }
        stream = new InStream(number);
        streams.put(from, stream);
        return stream;
    }

    private void cancel(InStream stream, long sequence, Intake intake, long now) {
        Work work = stream.open.remove(sequence);
        if (work != null) {
            intake.gone.add(work);
        }
        if (work != null || stream.isNew(sequence)) {
            remember(stream, new QueueMessage.Answered(sequence, new Refusal.Cancelled()), now);
        } else {
            repeatReply(stream, sequence);
        }
    }

    private static void repeatReply(InStream stream, long sequence) {
        Remembered known = stream.replied.get(sequence);
        if (known != null) {
            stream.toSend.add(known.reply);
        }
    }

    private void remember(InStream stream, QueueMessage.Reply reply, long now) {
        stream.replied.put(reply.sequence(), new Remembered(reply, now));
        stream.toSend.add(reply);
        forgetOld(stream, now);
    }

    private void forgetOld(InStream stream, long now) {
        Iterator<Remembered> oldest = stream.replied.values().iterator();
        while (oldest.hasNext()) {
            boolean isOld = now - oldest.next().atNanos >= options.rememberNanos();
            if (!isOld && stream.replied.size() <= options.maxRemembered()) {
                return;
            }
            oldest.remove();
        }
    }

    /** A request has ended: its reply goes out with the next flush. False if its sender can't be told any more. */
    boolean ended(Work work, long now) {
        InStream stream = streams.get(work.sender);
        if (stream == null || stream.number != work.stream || stream.open.remove(work.sequence) == null) {
            return false;
        }
        remember(
                stream,
                work.answer != null
                        ? new QueueMessage.Answered(work.sequence, work.answer)
                        : new QueueMessage.NotOwner(work.sequence, work.movedEpoch, work.maybeDone),
                now);
        return true;
    }

    /**
     * A new view: consumers at nodes that left wait no longer. What is remembered stays, because such a node may be alive and ask again. Requests
     * are taken once a view has this very start of this node: a view that it sees while it catches up may have an earlier one, which could have
     * carried out what is asked for again.
     */
    List<Work> viewActive(View view, long now) {
        List<Work> gone = new ArrayList<>();
        isKnown |= view.has(self, incarnation);
        streams.forEach((sender, stream) -> {
            if (view.member(sender).isEmpty()) {
                stream.open.values().stream()
                        .filter(work -> work.request instanceof QueueRequest.Dequeue)
                        .sorted((a, b) -> Long.compare(a.sequence, b.sequence))
                        .forEach(work -> {
                            gone.add(work);
                            remember(stream, new QueueMessage.NotOwner(work.sequence, view.epoch(), true), now);
                        });
                gone.forEach(work -> stream.open.remove(work.sequence, work));
            }
        });
        return gone;
    }

    /** Forgets replies that nobody has confirmed in time. */
    void tick(long now) {
        streams.values().forEach(stream -> forgetOld(stream, now));
    }

    void flush(List<QueueEffect> effects) {
        streams.forEach((sender, stream) -> {
            if (!stream.toSend.isEmpty()) {
                flush(sender, stream, effects);
            }
        });
    }

    private void flush(NodeId sender, InStream stream, List<QueueEffect> effects) {
        List<QueueMessage.Reply> replies = new ArrayList<>();
        long bytes = 0;
        for (QueueMessage.Reply reply : stream.toSend) {
            long size = sizeBytes(reply);
            if (!replies.isEmpty()
                    && (replies.size() >= options.maxBatchOperations() || bytes + size > options.maxBatchBytes())) {
                effects.add(new QueueEffect.Send(sender, new QueueMessage.Replies(stream.number, replies)));
                replies = new ArrayList<>();
                bytes = 0;
            }
            replies.add(reply);
            bytes += size;
        }
        stream.toSend.clear();
        effects.add(new QueueEffect.Send(sender, new QueueMessage.Replies(stream.number, replies)));
    }

    private static long sizeBytes(QueueMessage.Reply reply) {
        List<QueueAnswer.Delivery> deliveries = List.of();
        if (reply instanceof QueueMessage.Answered answered) {
            if (answered.answer() instanceof QueueAnswer.Received received) {
                deliveries = received.deliveries();
            } else if (answered.answer() instanceof QueueAnswer.Peeked peeked) {
                deliveries = peeked.messages();
            }
        }
        long size = OVERHEAD_BYTES;
        for (QueueAnswer.Delivery delivery : deliveries) {
            size += RequestRules.sizeBytes(delivery);
        }
        return size;
    }

    /** The earlier of this time and the time at which a reply is to be forgotten. */
    long earliest(long other) {
        long first = other;
        for (InStream stream : streams.values()) {
            if (!stream.replied.isEmpty()) {
                long at = stream.replied.values().iterator().next().atNanos + options.rememberNanos();
                first = at - first < 0 ? at : first;
            }
        }
        return first;
    }
}

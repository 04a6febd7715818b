package io.sinkron.queue;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The sending half of handing calls to owners: numbers them, sends them again until they are replied to, and confirms replies so that the
 * owner may forget them. Each call is sent to one owner at a time, so that its effect is never asked for twice unless that owner is gone.
 */
final class OutStreams {
    private static final int SETTLE_NOW = 128;
    private static final long SETTLE_NANOS = 100_000_000;
    private static final int MAX_DOUBLINGS = 3;
    private static final long MARGIN_NANOS = 20_000_000;

    /** A start of a node begins a stream for each change of the view at most. */
    private static final int STREAM_BITS = 20;

    private final QueueBrokerOptions options;
    private final TreeMap<NodeId, OutStream> streams = new TreeMap<>();
    private long nextNumber;

    /** @param incarnation which start of this node: the numbers of its streams are greater than those of earlier starts */
    OutStreams(QueueBrokerOptions options, long incarnation) {
        this.options = options;
        this.nextNumber = incarnation << STREAM_BITS;
    }

    /** Sends a call to its owner with the next flush. */
    void send(OpenCall call, Member owner, long now) {
        OutStream stream = streams.get(owner.id());
        if (stream == null) {
            stream = new OutStream(owner.id(), owner.incarnation(), nextNumber++);
            streams.put(owner.id(), stream);
        }
        call.stage = OpenCall.Stage.SENT;
        call.owner = owner.id();
        call.stream = stream.number;
        call.sequence = stream.nextSequence++;
        call.resends = 0;
        stream.open.put(call.sequence, call);
        again(call, now);
    }

    /** Sends it once more with the next flush, or its cancellation if its consumer is gone. */
    void again(OpenCall call, long now) {
        OutStream stream = streams.get(call.owner);
        if (call.stage == OpenCall.Stage.ABANDONED) {
            stream.toCancel.add(call.sequence);
        } else {
            stream.toSend.add(call);
        }
        call.resendAt = now + (options.resendNanos() << Math.min(call.resends, MAX_DOUBLINGS));
        call.resends++;
    }

    /** A reply came. The call it ends, null if it is none of ours any more; the reply will be confirmed in either case. */
    OpenCall replied(NodeId from, long number, long sequence, long now) {
        OutStream stream = streams.get(from);
        if (stream == null || stream.number != number) {
            return null;
        }
        if (stream.settled.isEmpty()) {
            stream.settleAt = now + SETTLE_NANOS;
        }
        stream.settled.add(sequence);
        return stream.open.remove(sequence);
    }

    /** No longer waits for a reply. */
    void forget(OpenCall call) {
        streams.get(call.owner).open.remove(call.sequence);
    }

    /** Ends the streams to nodes that aren't in the view as they were; their calls, in the order of the streams and of their sending. */
    List<OpenCall> viewActive(View view) {
        List<OpenCall> orphans = new ArrayList<>();
        streams.values().removeIf(stream -> {
            boolean isGone = !view.has(stream.to, stream.target);
            if (isGone) {
                stream.open.values().stream()
                        .sorted((a, b) -> Long.compare(a.sequence, b.sequence))
                        .forEach(orphans::add);
            }
            return isGone;
        });
        return orphans;
    }

    /** Whether replies are to be confirmed by now although nothing else is sent. */
    private static boolean mustSettle(OutStream stream, long now) {
        return stream.settled.size() >= SETTLE_NOW || !stream.settled.isEmpty() && stream.settleAt - now <= 0;
    }

    void flush(List<QueueEffect> effects, long epoch, long now) {
        for (OutStream stream : streams.values()) {
            if (!stream.toSend.isEmpty() || !stream.toCancel.isEmpty() || mustSettle(stream, now)) {
                flush(stream, effects, epoch, now);
            }
        }
    }

    private void flush(OutStream stream, List<QueueEffect> effects, long epoch, long now) {
        List<QueueMessage.Request> requests = new ArrayList<>();
        long bytes = 0;
        for (OpenCall call : stream.toSend) {
            if (call.stage != OpenCall.Stage.SENT || call.stream != stream.number) {
                continue;
            }
            int size = RequestRules.sizeBytes(call.request);
            if (!requests.isEmpty()
                    && (requests.size() >= options.maxBatchOperations() || bytes + size > options.maxBatchBytes())) {
                effects.add(message(stream, epoch, requests));
                requests = new ArrayList<>();
                bytes = 0;
            }
            requests.add(new QueueMessage.Request(
                    call.sequence, remainingMillis(call, now), call.queue, call.remaining(now)));
            bytes += size;
        }
        stream.toSend.clear();
        effects.add(message(stream, epoch, requests));
    }

    /** A little less than the caller has, so that the owner's word on the outcome comes before the deadline here. */
    private static long remainingMillis(OpenCall call, long now) {
        long remaining = Math.max(0, call.deadline - now);
        return Math.max(1, (remaining - Math.min(MARGIN_NANOS, remaining / 8)) / 1_000_000);
    }

    private static QueueEffect message(OutStream stream, long epoch, List<QueueMessage.Request> requests) {
        QueueMessage message = new QueueMessage.Requests(
                stream.number, stream.target, epoch, requests, stream.toCancel, stream.settled);
        stream.toCancel.clear();
        stream.settled.clear();
        return new QueueEffect.Send(stream.to, message);
    }

    /** The earlier of this time and the time at which replies are to be confirmed. */
    long earliest(long other) {
        long first = other;
        for (OutStream stream : streams.values()) {
            if (!stream.settled.isEmpty() && stream.settleAt - first < 0) {
                first = stream.settleAt;
            }
        }
        return first;
    }
}

package io.sinkron.node;

import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The keepalives that clients of this node ask for. They are not replicated: the question goes to whoever leads, is asked again while the
 * deadline allows, and is answered by a leader that is sure of itself. Pure.
 */
final class KeepAlives {
    private static final long RETRY_NANOS = 200_000_000;
    private static final long NEVER = Long.MAX_VALUE / 4;

    private final TreeMap<Long, Asked> open = new TreeMap<>();
    private final long start;
    private long nextRequest;

    /**
     * @param firstRequest the number of the first question, drawn for this start of the node: a late answer to an earlier start must not be taken for one
     *     to this, as it confirms what was asked long before
     */
    KeepAlives(long firstRequest, long now) {
        this.nextRequest = firstRequest;
        this.start = now;
    }

    /** A question to ask now. */
    LockMessage.KeepAlive ask(Call.KeepAlive call, long now) {
        long request = nextRequest++;
        open.put(request, new Asked(call, now + RETRY_NANOS));
        return new LockMessage.KeepAlive(request, call.session());
    }

    /** The leader's word: how the call ends, if it is still open. */
    Optional<Ended> answered(long request, long ttlMillis) {
        Asked asked = open.remove(request);
        if (asked == null) {
            return Optional.empty();
        }
        String session = asked.call.session();
        Answer answer = ttlMillis > 0
                ? new LockAnswer.SessionOpened(session, ttlMillis)
                : new LockAnswer.SessionExpired(session);
        return Optional.of(new Ended(asked.call.id(), answer));
    }

    /** Ends what is past its deadline and tells what to ask again. */
    Due due(long now) {
        List<Ended> ended = new ArrayList<>();
        List<LockMessage.KeepAlive> again = new ArrayList<>();
        var items = open.entrySet().iterator();
        while (items.hasNext()) {
            var item = items.next();
            Asked asked = item.getValue();
            if (now - asked.call.deadlineNanos() >= 0) {
                items.remove();
                ended.add(new Ended(asked.call.id(), new Refusal.Unavailable("no leader that is sure of itself", 500)));
            } else if (now - asked.retryAt >= 0) {
                asked.retryAt = now + RETRY_NANOS;
                again.add(new LockMessage.KeepAlive(item.getKey(), asked.call.session()));
            }
        }
        return new Due(ended, again);
    }

    /** When {@link #due} has something. */
    long deadline() {
        long first = start + NEVER;
        for (Asked asked : open.values()) {
            long next = asked.retryAt - asked.call.deadlineNanos() < 0 ? asked.retryAt : asked.call.deadlineNanos();
            first = next - first < 0 ? next : first;
        }
        return first;
    }

    /** A call that has its answer. */
    record Ended(long call, Answer answer) {}

    /** What {@link KeepAlives#due} found. */
    record Due(List<Ended> ended, List<LockMessage.KeepAlive> again) {
        boolean isEmpty() {
            return ended.isEmpty() && again.isEmpty();
        }
    }

    private static final class Asked {
        final Call.KeepAlive call;
        long retryAt;

        Asked(Call.KeepAlive call, long retryAt) {
            this.call = call;
            this.retryAt = retryAt;
        }
    }
}

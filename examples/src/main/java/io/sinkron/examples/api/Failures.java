package io.sinkron.examples.api;

import io.sinkron.SinkronException;
import io.sinkron.cache.CacheAnswer.VersionMismatch;
import io.sinkron.common.Refusal;
import io.sinkron.examples.http.Problem;
import io.sinkron.examples.http.Problem.Outcome;
import io.sinkron.examples.http.ProblemException;
import io.sinkron.examples.json.JsonException;
import io.sinkron.lock.LockAnswer.Deadlock;
import io.sinkron.lock.LockAnswer.LockTimeout;
import io.sinkron.lock.LockAnswer.TooMany;
import io.sinkron.spi.QueueAnswer.StaleEpoch;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What went wrong, as an answer: the table of the contract. Stateless. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** The problem of a failed request. */
    static Problem problem(Throwable failure) {
        if (failure instanceof ProblemException known) {
            return known.problem();
        }
        if (failure instanceof JsonException json) {
            return Problem.badRequest(json.field(), json.getMessage());
        }
        if (failure instanceof SinkronException refused && refused.refusal() != null) {
            return problem(refused.refusal());
        }
        if (failure instanceof CancellationException) {
            return Problem.unavailable("stopping", "The node stops; what waited was cancelled", 1);
        }
        LOG.error("A request failed for a reason that it should not", failure);
        return Problem.internal();
    }

    private static Problem problem(Refusal refusal) {
        Problem problem = switch (refusal.code()) {
            case "bad-request" -> badRequest(refusal);
            case "no-such-key" -> Problem.of(404, refusal.code(), "There is no such key", refusal.detail());
            case "no-such-member" -> Problem.of(404, refusal.code(), "There is no such member", refusal.detail());
            case "change-in-progress" ->
                Problem.of(409, refusal.code(), "Another change of the members is not finished", refusal.detail());
            case "no-such-queue" -> Problem.of(404, refusal.code(), "There is no such queue", refusal.detail());
            case "lock-timeout" -> lockTimeout(refusal);
            case "deadlock" -> deadlock(refusal);
            case "not-holder" -> Problem.of(409, refusal.code(), "The lock is not held so", refusal.detail());
            case "session-expired" -> Problem.of(410, refusal.code(), "The session is over", refusal.detail());
            case "version-mismatch" -> versionMismatch(refusal);
            case "idempotency-mismatch" ->
                Problem.of(422, refusal.code(), "The idempotency key was used for another request", refusal.detail());
            case "queue-full" ->
                Problem.of(429, refusal.code(), "The queue is full", refusal.detail())
                        .header("Retry-After", "1");
            case "unavailable", "cancelled" -> unavailable(refusal);
            case "outcome-unknown" ->
                Problem.of(
                        504,
                        refusal.code(),
                        "It is not known whether this happened; retry with the same idempotency key",
                        refusal.detail());
            default -> Problem.of(500, refusal.code(), "The request was refused", refusal.detail());
        };
        Problem judged = problem.outcome(outcome(refusal.effect()));
        return refusal.isRetryable() ? judged.canRetry() : judged;
    }

    private static Outcome outcome(Refusal.Effect effect) {
        return switch (effect) {
            case NOT_APPLIED -> Outcome.NOT_APPLIED;
            case APPLIED -> Outcome.APPLIED;
            case UNKNOWN -> Outcome.UNKNOWN;
        };
    }

    private static Problem badRequest(Refusal refusal) {
        String field = refusal instanceof Refusal.BadRequest bad ? bad.field() : "";
        return Problem.badRequest(field, refusal.detail());
    }

    private static Problem lockTimeout(Refusal refusal) {
        Problem problem = Problem.of(409, refusal.code(), "The lock stayed busy", refusal.detail());
        return refusal instanceof LockTimeout timeout
                ? problem.with(w -> w.objects("holders", timeout.holders(), LockJson::holder)
                        .integer("waited_ms", timeout.waitedMillis()))
                : problem;
    }

    private static Problem deadlock(Refusal refusal) {
        Problem problem = Problem.of(409, refusal.code(), "Waiting would be a deadlock", refusal.detail());
        return refusal instanceof Deadlock deadlock
                ? problem.with(w -> w.objects("cycle", deadlock.cycle(), LockJson::cycleStep))
                : problem;
    }

    private static Problem versionMismatch(Refusal refusal) {
        Problem problem = Problem.of(412, refusal.code(), "The key has another version", refusal.detail());
        return refusal instanceof VersionMismatch mismatch
                ? problem.with(w -> w.integer("version", mismatch.version()))
                : problem;
    }

    private static Problem unavailable(Refusal refusal) {
        if (refusal instanceof Refusal.Unavailable unavailable) {
            long seconds = TimeUnit.MILLISECONDS.toSeconds(unavailable.retryAfterMillis() + 999);
            return Problem.unavailable(unavailable.reason(), refusal.detail(), Math.max(1, seconds));
        }
        return Problem.unavailable(reason(refusal), refusal.detail(), 1);
    }

    private static String reason(Refusal refusal) {
        if (refusal instanceof StaleEpoch) {
            return "owner moving";
        }
        if (refusal instanceof TooMany || refusal instanceof Refusal.Overloaded) {
            return "overloaded";
        }
        return refusal.code();
    }
}

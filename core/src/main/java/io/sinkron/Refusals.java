package io.sinkron;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.cluster.ClusterAnswer;
import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockAnswer;
import io.sinkron.spi.QueueAnswer;

/** Turns answers into values, and refusals into the exception that says what to do. */
final class Refusals {
    private Refusals() {}

    /** The answer as what was asked for; throws the exception of a refusal. */
    static <T> T expect(Answer answer, Class<T> type) {
        if (type.isInstance(answer) && !(answer instanceof Refusal)) {
            return type.cast(answer);
        }
        if (answer instanceof Refusal refusal) {
            throw exception(refusal);
        }
        throw new IllegalStateException("asked for " + type.getSimpleName() + ", answered with " + answer);
    }

    /** The exception of a refusal. */
    static SinkronException exception(Refusal refusal) {
        if (refusal instanceof LockAnswer.Deadlock deadlock) {
            return new DeadlockException(deadlock);
        }
        if (refusal instanceof LockAnswer.LockTimeout) {
            return new LockTimeoutException(refusal);
        }
        if (refusal instanceof LockAnswer.NotHolder) {
            return new NotHolderException(refusal);
        }
        if (refusal instanceof LockAnswer.SessionExpired) {
            return new SessionExpiredException(refusal);
        }
        if (refusal instanceof QueueAnswer.NoSuchQueue) {
            return new NoSuchQueueException(refusal);
        }
        if (refusal instanceof QueueAnswer.QueueFull) {
            return new QueueFullException(refusal);
        }
        if (refusal instanceof CacheAnswer.VersionMismatch) {
            return new VersionMismatchException(refusal);
        }
        if (refusal instanceof CacheAnswer.ComputeFailed failed) {
            return failed.cause() instanceof SinkronException known
                    ? known
                    : new ComputeFailedException(refusal, failed.cause());
        }
        if (refusal instanceof ClusterAnswer.ChangeInProgress) {
            return new ChangeInProgressException(refusal);
        }
        if (refusal instanceof ClusterAnswer.NoSuchMember) {
            return new NoSuchMemberException(refusal);
        }
        if (refusal instanceof Refusal.BadRequest) {
            return new BadRequestException(refusal);
        }
        return byCode(refusal);
    }

    private static SinkronException byCode(Refusal refusal) {
        return switch (refusal.code()) {
            case "idempotency-mismatch" -> new IdempotencyMismatchException(refusal);
            case "outcome-unknown" -> new IndeterminateException(refusal);
            case "cancelled" -> new CancelledException(refusal);
            case "unavailable" -> new UnavailableException(refusal);
            default -> new SinkronException(refusal);
        };
    }
}

package io.sinkron.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.sinkron.spi.StoreException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * What a failed command means for the caller: nothing was done, or nobody knows.
 *
 * <p>Sure are only: what was never written to the connection; errors that Redis gives before it does anything (the table); and errors of our
 * scripts, which say it themselves ({@code SINKRON 0} nothing, {@code SINKRON 1} something).
 */
final class StoreErrors {
    /** Error codes that Redis answers with before it has done anything. */
    private static final Set<String> NOT_DONE = Set.of(
            "LOADING",
            "READONLY",
            "MISCONF",
            "MASTERDOWN",
            "NOREPLICAS",
            "OOM",
            "BUSY",
            "NOAUTH",
            "NOPERM",
            "NOSCRIPT",
            "MOVED",
            "ASK",
            "TRYAGAIN",
            "CLUSTERDOWN",
            "CROSSSLOT",
            "WRONGPASS");

    private static final String OURS = "SINKRON ";

    private StoreErrors() {}

    /** The script isn't in Redis' cache (any more): to be sent in full, nothing was done. */
    static boolean isNoScript(Throwable error) {
        Throwable cause = unwrap(error);
        return cause instanceof RedisCommandExecutionException && message(cause).startsWith("NOSCRIPT");
    }

    static StoreException of(Throwable error) {
        Throwable cause = unwrap(error);
        if (cause instanceof StoreException known) {
            return known;
        } else if (cause instanceof RedisCommandTimeoutException) {
            return new StoreException("Redis hasn't answered in time", true);
        } else if (cause instanceof CancellationException) {
            return new StoreException("the connection to Redis was lost before the answer", true);
        } else if (cause instanceof RedisCommandExecutionException) {
            return answered(message(cause));
        } else if (cause instanceof RedisException && isRejected(message(cause))) {
            return new StoreException("Redis is away: " + message(cause), false);
        }
        return new StoreException("Redis failed: " + cause, true);
    }

    /** The same for a call of which an earlier part is done. */
    static StoreException afterPart(StoreException error) {
        return new StoreException(error.getMessage(), true);
    }

    private static StoreException answered(String message) {
        int ours = message.indexOf(OURS);
        if (ours >= 0 && message.length() > ours + OURS.length() + 1) {
            boolean isDirty = message.charAt(ours + OURS.length()) == '1';
            return new StoreException("Redis says: " + message.substring(ours + OURS.length() + 2), isDirty);
        }
        int space = message.indexOf(' ');
        String code = space < 0 ? message : message.substring(0, space);
        // an error of a command inside a script: its code stands behind a dash
        boolean isInner =
                message.contains(": -OOM ") || message.contains(": -READONLY ") || message.contains(": -MISCONF ");
        return new StoreException("Redis says: " + message, !NOT_DONE.contains(code) && !isInner);
    }

    /** Lettuce has no exception type for what it refuses to write. */
    private static boolean isRejected(String message) {
        return message.contains("Commands are rejected")
                || message.contains("not accepted")
                || message.contains("Connection is closed")
                || message.contains("stack size exceeded");
    }

    private static String message(Throwable cause) {
        return cause.getMessage() == null ? "" : cause.getMessage();
    }

    private static Throwable unwrap(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}

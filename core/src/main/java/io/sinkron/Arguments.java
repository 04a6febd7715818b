package io.sinkron;

import io.sinkron.common.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Checks what callers pass, before anything is sent: each check names the argument, the value and the limit. */
final class Arguments {
    private static final int MAX_NAME_BYTES = 512;
    private static final int MAX_OWNER_BYTES = 128;
    private static final int MAX_IDEMPOTENCY_CHARACTERS = 128;

    private Arguments() {}

    /** Runs what makes a call; a bad argument fails the stage instead of throwing. */
    static <T> CompletionStage<T> checked(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (SinkronException refused) {
            return CompletableFuture.failedFuture(refused);
        } catch (IllegalArgumentException bad) {
            return CompletableFuture.failedFuture(bad("", bad.getMessage()));
        }
    }

    static BadRequestException bad(String field, String detail) {
        return new BadRequestException(new Refusal.BadRequest(field, detail));
    }

    /** A name of a lock, queue or key. */
    static void name(String field, String value) {
        bytes(field, value, 1, MAX_NAME_BYTES);
    }

    /** A queue's name: without braces, because its Redis keys carry it in a hash tag. */
    static void queueName(String field, String value) {
        name(field, value);
        if (value.indexOf('{') >= 0 || value.indexOf('}') >= 0) {
            throw bad(field, field + " '" + value + "' may not have '{' or '}'");
        }
    }

    static void owner(String field, String value) {
        bytes(field, value, 1, MAX_OWNER_BYTES);
    }

    static void label(String field, String value) {
        bytes(field, value, 0, MAX_OWNER_BYTES);
    }

    static void bytes(String field, String value, int min, int max) {
        int size = value.getBytes(StandardCharsets.UTF_8).length;
        if (size < min || size > max) {
            throw bad(field, field + " has " + size + " bytes, allowed are " + min + " to " + max);
        }
    }

    static void range(String field, long value, long min, long max) {
        if (value < min || value > max) {
            throw bad(field, field + " is " + value + ", allowed are " + min + " to " + max);
        }
    }

    /** A duration in whole milliseconds, in a range. */
    static long millis(String field, Duration value, long min, long max) {
        long millis;
        try {
            millis = value.toMillis();
        } catch (ArithmeticException e) {
            throw bad(field, field + " is " + value + ", allowed are " + min + " to " + max + " ms");
        }
        range(field, millis, min, max);
        return millis;
    }

    static CallOptions options(CallOptions options) {
        millis("timeout_ms", options.timeout(), 1, 660_000);
        options.idempotencyKey()
                .ifPresent(key -> range("Idempotency-Key", key.length(), 1, MAX_IDEMPOTENCY_CHARACTERS));
        return options;
    }
}

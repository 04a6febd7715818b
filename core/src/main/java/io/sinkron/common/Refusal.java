package io.sinkron.common;

/**
 * Why a call did not do what it was asked for. Every call ends in exactly one of: its result, a refusal that had no effect, or
 * a refusal whose effect is unknown. Immutable.
 */
public interface Refusal extends Answer {
    /** A stable, machine-readable name in kebab-case, such as {@code lock-timeout}. */
    String code();

    /** One sentence for a person that names the offending value and its limit. */
    String detail();

    /** What is known about the effect. */
    default Effect effect() {
        return Effect.NOT_APPLIED;
    }

    /** Whether the same call may succeed later without a change of its arguments. */
    default boolean isRetryable() {
        return false;
    }

    /** What is known about the effect of a refused call. */
    enum Effect {
        /** It had none. */
        NOT_APPLIED,
        /** It had its effect, only the answer is an error. */
        APPLIED,
        /** It may or may not have it, or get it later; a retry with the same idempotency key finds out. */
        UNKNOWN
    }

    /**
     * The service cannot be had at present: no leader, no quorum, the store away, or the owner moving. Nothing happened.
     *
     * @param reason which of these, in a word or two
     * @param retryAfterMillis a sensible pause before the next try
     */
    record Unavailable(String reason, long retryAfterMillis) implements Refusal {
        @Override
        public String code() {
            return "unavailable";
        }

        @Override
        public String detail() {
            return "Unavailable: " + reason;
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /**
     * The request was handed on and its answer did not come in time.
     *
     * @param detail what was waited for
     */
    record OutcomeUnknown(String detail) implements Refusal {
        @Override
        public String code() {
            return "outcome-unknown";
        }

        @Override
        public Effect effect() {
            return Effect.UNKNOWN;
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /**
     * An argument is missing, malformed or out of its range.
     *
     * @param field which one
     * @param detail what is wrong with it, naming the value and the limit
     */
    record BadRequest(String field, String detail) implements Refusal {
        @Override
        public String code() {
            return "bad-request";
        }
    }

    /**
     * A bounded queue or table is full: nothing was done.
     *
     * @param limit the name of the limit
     * @param maximum its value
     */
    record Overloaded(String limit, long maximum) implements Refusal {
        @Override
        public String code() {
            return "unavailable";
        }

        @Override
        public String detail() {
            return "Overloaded: the limit " + limit + " of " + maximum + " is reached";
        }

        @Override
        public boolean isRetryable() {
            return true;
        }
    }

    /** The caller gave up; the call had no effect, or what it had was undone. */
    record Cancelled() implements Refusal {
        @Override
        public String code() {
            return "cancelled";
        }

        @Override
        public String detail() {
            return "The caller cancelled the call";
        }
    }
}

package io.sinkron.spi;

import io.sinkron.common.Bytes;
import java.util.Objects;

/**
 * One entry of the replicated log.
 *
 * @param index its place, from 1
 * @param term the term of the leader that appended it
 * @param stampMillis the leader's cluster time when it appended it, in milliseconds; never falls along the log
 * @param kind what the payload is
 * @param payload the command, opaque to Raft; empty for {@link Kind#NOOP}
 */
public record LogEntry(long index, long term, long stampMillis, Kind kind, Bytes payload) {
    /** Rejects missing parts and numbers below one. */
    public LogEntry {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(payload, "payload");
        if (index < 1 || term < 1) {
            throw new IllegalArgumentException("entry index " + index + " and term " + term + " start at 1");
        }
    }

    /** What an entry carries. The codes are part of the wire and disk formats. */
    public enum Kind {
        /** Nothing: the first entry of a leader's term. */
        NOOP(0),
        /** A command of the replicated state. */
        COMMAND(1),
        /** A membership of the group. */
        CONFIG(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        /** The stable code. */
        public int code() {
            return code;
        }

        /**
         * The kind of a code.
         *
         * @throws IllegalArgumentException for a code that is not one
         */
        public static Kind ofCode(int code) {
            return switch (code) {
                case 0 -> NOOP;
                case 1 -> COMMAND;
                case 2 -> CONFIG;
                default -> throw new IllegalArgumentException("unknown log entry kind " + code + ", known are 0 to 2");
            };
        }
    }
}

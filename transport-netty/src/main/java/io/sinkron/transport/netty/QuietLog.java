package io.sinkron.transport.netty;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warnings that others can cause at will: of each subject one every ten seconds, with the number of those left out. Text from outside is
 * made harmless first. Thread-safe.
 */
final class QuietLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sinkron.transport.netty");
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_QUOTED = 200;

    private final Map<Subject, Last> last = new EnumMap<>(Subject.class);
    private final String self;

    QuietLog(String self) {
        this.self = self;
    }

    enum Subject {
        REFUSED,
        REFUSED_BY_PEER,
        BAD_INPUT,
        HALF_OPEN,
        CONNECT,
        DROPPED,
        ADDRESS
    }

    void warn(Subject subject, String text) {
        long leftOut;
        synchronized (last) {
            long now = System.nanoTime();
            Last before = last.get(subject);
            if (before != null && now - before.atNanos < INTERVAL_NANOS) {
                before.leftOut++;
                return;
            }
            leftOut = before == null ? 0 : before.leftOut;
            last.put(subject, new Last(now));
        }
        String more = leftOut == 0 ? "" : " (and " + leftOut + " more of this kind since the last one logged)";
        LOG.warn("Node {}: {}{}", self, quote(text), more);
    }

    void error(String text, Throwable cause) {
        LOG.error("Node {}: {}", self, text, cause);
    }

    void info(String text) {
        LOG.info("Node {}: {}", self, text);
    }

    /** Without control characters, and not longer than a line. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAX_QUOTED); i++) {
            char c = text.charAt(i);
            out.append(isHarmless(c) ? c : '?');
        }
        return text.length() > MAX_QUOTED ? out.append('…').toString() : out.toString();
    }

    private static boolean isHarmless(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static final class Last {
        private final long atNanos;
        private long leftOut;

        Last(long atNanos) {
            this.atNanos = atNanos;
        }
    }
}

package io.sinkron.redis;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A step of a sweep as Redis is asked for it: {@code SCAN} goes through all of its keys, a thousand at a time, so how long a sweep takes depends on how
 * many there are and not on how many are swept; each step is one script, and short. Pure.
 */
final class SweepCall {
    private static final String END = "0";

    private SweepCall() {}

    /** The call of the script. */
    static RedisChannel.Call of(MemoryOp.Sweep sweep, byte[] prefix) {
        byte[] from = key(prefix, sweep.from());
        byte[] to = key(prefix, sweep.to());
        int common = Math.max(0, Arrays.mismatch(from, to));
        return new RedisChannel.Call(
                Script.SWEEP,
                List.of(from),
                List.of(
                        ascii(sweep.cursor().isEmpty() ? END : sweep.cursor()),
                        pattern(from, common),
                        ascii(Integer.toString(common)),
                        from,
                        to,
                        ascii(Integer.toString(sweep.limit()))));
    }

    /** What the script has answered. */
    static MemoryAnswer answer(byte[] removed, byte[] cursor) throws MalformedMessageException {
        String next = new String(cursor, StandardCharsets.US_ASCII);
        try {
            int count = Integer.parseInt(new String(removed, 1, removed.length - 1, StandardCharsets.US_ASCII));
            return new MemoryAnswer.Swept(count, next.equals(END) ? "" : next);
        } catch (NumberFormatException e) {
            throw new MalformedMessageException("Redis answered a sweep with a bad number: " + e.getMessage());
        }
    }

    private static byte[] key(byte[] prefix, Bytes key) {
        return ByteBuffer.allocate(prefix.length + key.size())
                .put(prefix)
                .put(key.array())
                .array();
    }

    /** A glob of everything that begins so: what globs take for more than itself is escaped. */
    private static byte[] pattern(byte[] start, int length) {
        ByteArrayOutputStream glob = new ByteArrayOutputStream(length + 8);
        for (int i = 0; i < length; i++) {
            if ("*?[]\\^-".indexOf(start[i]) >= 0) {
                glob.write('\\');
            }
            glob.write(start[i]);
        }
        glob.write('*');
        return glob.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

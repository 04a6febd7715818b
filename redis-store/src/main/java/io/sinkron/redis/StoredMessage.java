package io.sinkron.redis;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.NewMessage;
import io.sinkron.wire.WireReader;
import io.sinkron.wire.WireWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A message as the script stores it: a head that the script writes and reads (its {@code MESSAGE} format), and what is opaque to it, headers
 * and body.
 *
 * @param tag of its id, see {@link MessageNames}
 */
record StoredMessage(
        byte[] tag,
        int priority,
        long enqueuedAtMillis,
        Optional<String> group,
        Map<String, String> headers,
        Bytes body) {

    /** The part that is opaque to the script. */
    static byte[] content(NewMessage message) {
        WireWriter out = new WireWriter(message.body().size() + 16);
        out.count(message.headers().size());
        message.headers().forEach((name, text) -> out.text(name).text(text));
        return out.bytes(message.body()).toByteArray();
    }

    static StoredMessage read(ByteBuffer in) throws MalformedMessageException {
        if (in.remaining() < 18) {
            throw new MalformedMessageException("a stored message has only " + in.remaining() + " bytes");
        }
        int priority = in.get();
        long enqueued = in.getLong();
        in.getLong(); // the expiry is the script's
        byte[] tag = take(in, in.get() & 0xFF);
        if (tag.length < 8 || in.remaining() < 4) {
            throw new MalformedMessageException("a stored message has no id");
        }
        byte[] group = take(in, in.getInt());
        WireReader content = new WireReader(in);
        int count = content.count(2);
        Map<String, String> headers = count == 0 ? Map.of() : new TreeMap<>();
        for (int i = 0; i < count; i++) {
            headers.put(content.text(), content.text());
        }
        return new StoredMessage(
                tag,
                priority,
                enqueued,
                group.length == 0
                        ? Optional.empty()
                        : Optional.of(new String(group, 1, group.length - 1, StandardCharsets.UTF_8)),
                headers,
                content.bytes());
    }

    /** So many bytes from there. */
    static byte[] take(ByteBuffer in, int size) throws MalformedMessageException {
        if (size < 0 || size > in.remaining()) {
            throw new MalformedMessageException("a length is " + size + ", only " + in.remaining() + " bytes are left");
        }
        byte[] taken = new byte[size];
        in.get(taken);
        return taken;
    }
}

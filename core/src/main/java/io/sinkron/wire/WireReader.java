package io.sinkron.wire;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads what {@link WireWriter} wrote. Whatever the bytes are, it throws {@link MalformedMessageException} only, and it allocates no more
 * than a small multiple of the input's size: lengths and counts are compared with what is left before anything is made. Not thread-safe.
 */
public final class WireReader {
    private static final int RECENT_NODES = 8;

    private final ByteBuffer in;
    private final NodeId[] recent = new NodeId[RECENT_NODES];
    private int recentAt;

    /** Reads the bytes from the buffer's position to its limit. */
    public WireReader(ByteBuffer in) {
        this.in = in;
    }

    /** Reads these bytes. */
    public WireReader(Bytes in) {
        this(ByteBuffer.wrap(in.array()));
    }

    /** How many bytes are left. */
    public int remaining() {
        return in.remaining();
    }

    /** Fails unless all bytes have been read. */
    public void end() throws MalformedMessageException {
        if (in.hasRemaining()) {
            throw malformed(in.remaining() + " trailing bytes");
        }
    }

    /** One unsigned byte. */
    public int u8() throws MalformedMessageException {
        need(1);
        return in.get() & 0xFF;
    }

    /** One byte that is 1 or 0. */
    public boolean bool() throws MalformedMessageException {
        int value = u8();
        if (value > 1) {
            throw malformed("a flag is " + value + ", allowed are 0 and 1");
        }
        return value == 1;
    }

    /** Eight bytes, big-endian. */
    public long fixed64() throws MalformedMessageException {
        need(8);
        return in.getLong();
    }

    /** An unsigned varint. */
    public long varint() throws MalformedMessageException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            if (shift == 63 && b > 1) {
                throw malformed("a varint is longer than 64 bits");
            }
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    throw malformed("a varint is not in its shortest form");
                }
                return value;
            }
        }
        throw malformed("a varint is longer than 10 bytes");
    }

    /** An unsigned varint from {@code min} to {@code max}. */
    public long varint(String name, long min, long max) throws MalformedMessageException {
        long value = varint();
        if (value < min || value > max) {
            throw malformed(name + " is " + value + ", allowed are " + min + " to " + max);
        }
        return value;
    }

    /** An unsigned varint that is an {@code int} of 0 or more. */
    public int varint32(String name) throws MalformedMessageException {
        return (int) varint(name, 0, Integer.MAX_VALUE);
    }

    /** A zig-zag varint. */
    public long signed() throws MalformedMessageException {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    /** A length and bytes. */
    public Bytes bytes() throws MalformedMessageException {
        byte[] array = new byte[count(1)];
        in.get(array);
        return Bytes.wrap(array);
    }

    /** A length and strict UTF-8. */
    public String text() throws MalformedMessageException {
        int length = count(1);
        int start = in.position();
        if (in.hasArray()) {
            byte[] array = in.array();
            int from = in.arrayOffset() + start;
            boolean ascii = true;
            for (int i = from; i < from + length && ascii; i++) {
                ascii = array[i] >= 0;
            }
            if (ascii) {
                in.position(start + length);
                return new String(array, from, length, StandardCharsets.ISO_8859_1);
            }
        }
        ByteBuffer slice = in.slice(start, length);
        in.position(start + length);
        try {
            CharBuffer chars = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(slice);
            return chars.toString();
        } catch (CharacterCodingException e) {
            throw malformed("a text is not UTF-8");
        }
    }

    /** A node id; the same few ids come again and again, so equal ones are the same object. */
    public NodeId node() throws MalformedMessageException {
        String value = text();
        for (NodeId known : recent) {
            if (known != null && known.value().equals(value)) {
                return known;
            }
        }
        try {
            NodeId node = new NodeId(value);
            recent[recentAt++ % RECENT_NODES] = node;
            return node;
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
    }

    /** A flag, and a text if it is set. */
    public Optional<String> optionalText() throws MalformedMessageException {
        return bool() ? Optional.of(text()) : Optional.empty();
    }

    /**
     * The length of a list whose elements take at least so many bytes each; a count that cannot fit into what is left is refused before
     * anything is allocated.
     */
    public int count(int minBytesEach) throws MalformedMessageException {
        long value = varint();
        if (value < 0 || value > in.remaining() / Math.max(1, minBytesEach)) {
            throw malformed(
                    "a count is " + Long.toUnsignedString(value) + ", only " + in.remaining() + " bytes are left");
        }
        return (int) value;
    }

    /** The exception to throw for what was found here. */
    public MalformedMessageException malformed(String what) {
        return new MalformedMessageException("at byte " + in.position() + ": " + what);
    }

    private void need(int bytes) throws MalformedMessageException {
        if (in.remaining() < bytes) {
            throw malformed(bytes + " bytes needed, " + in.remaining() + " left");
        }
    }
}

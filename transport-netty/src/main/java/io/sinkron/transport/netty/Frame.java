package io.sinkron.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The shape of everything on the wire, integers big-endian:
 *
 * <pre>
 *   length  4 bytes: how many follow, 5 to the limit
 *   crc32c  4 bytes: of kind and body
 *   kind    1 byte
 *   body    the rest; of a message: the group (a varint, always 0 today) and the message's own bytes
 * </pre>
 *
 * @param content kind and body
 */
record Frame(byte[] content) {
    static final byte HELLO = 1;
    static final byte WELCOME = 2;
    static final byte REFUSED = 3;
    static final byte MESSAGE = 4;
    static final byte PING = 5;
    static final byte PONG = 6;

    /** The one group there is; it stands in each message so that more of them can share a connection later. */
    static final byte GROUP = 0;

    static final int LENGTH_BYTES = 4;
    static final int CHECKSUM_BYTES = 4;
    /** The least that a length may be: a checksum and a kind. */
    static final int MIN_LENGTH = CHECKSUM_BYTES + 1;
    /** What a message takes on the wire besides its own bytes. */
    static final int MESSAGE_OVERHEAD = LENGTH_BYTES + MIN_LENGTH + 1;
    /** The largest frame before a connection is admitted. */
    static final int MAX_HANDSHAKE_LENGTH = 4096;

    byte kind() {
        return content[0];
    }

    ByteBuffer body() {
        return ByteBuffer.wrap(content, 1, content.length - 1);
    }

    /** A frame of the connection itself: handshake or keep-alive. */
    static ByteBuf control(ByteBufAllocator allocator, byte kind, byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(kind);
        crc.update(body);
        ByteBuf out = allocator.buffer(LENGTH_BYTES + MIN_LENGTH + body.length);
        out.writeInt(MIN_LENGTH + body.length);
        out.writeInt((int) crc.getValue());
        return out.writeByte(kind).writeBytes(body);
    }

    /** Writes what comes before a message's own bytes. */
    static void writeMessageHeader(ByteBuf out, CRC32C crc, byte[] message) {
        crc.reset();
        crc.update(MESSAGE);
        crc.update(GROUP);
        crc.update(message);
        out.writeInt(MIN_LENGTH + 1 + message.length);
        out.writeInt((int) crc.getValue());
        out.writeByte(MESSAGE).writeByte(GROUP);
    }
}

package io.sinkron.spi;

import io.sinkron.common.Message;
import java.nio.ByteBuffer;

/**
 * Turns messages into bytes and back. The runtime hands the one of {@code wire} to a transport, so that adapters need not know any
 * message. Thread-safe.
 */
public interface MessageCodec {
    /** The version of the format, compared in the transport's handshake. */
    int version();

    /** The bytes of a message, in a new array. */
    byte[] encode(Message message);

    /**
     * The message of these bytes; the buffer is read to its limit.
     *
     * @throws MalformedMessageException if they are not exactly one message; nothing larger than the input is allocated
     */
    Message decode(ByteBuffer bytes) throws MalformedMessageException;
}

package io.sinkron.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Cuts the stream into frames. A length out of range is refused as soon as its four bytes are there, so nothing is collected for it; until
 * {@link #admitted} the limit is that of a handshake. One a connection.
 */
final class FrameDecoder extends ByteToMessageDecoder {
    private final int maxLength;
    private final CRC32C crc = new CRC32C();
    private int limit = Frame.MAX_HANDSHAKE_LENGTH;

    FrameDecoder(int maxLength) {
        this.maxLength = maxLength;
    }

    /** The handshake is over: frames may be of full size. */
    void admitted() {
        limit = maxLength;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws BadFrameException {
        if (in.readableBytes() < Frame.LENGTH_BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < Frame.MIN_LENGTH || length > limit) {
            throw new BadFrameException("a frame's length is " + Integer.toUnsignedString(length) + ", allowed are "
                    + Frame.MIN_LENGTH + " to " + limit);
        }
        if (in.readableBytes() < Frame.LENGTH_BYTES + length) {
            return;
        }
        in.skipBytes(Frame.LENGTH_BYTES);
        int checksum = in.readInt();
        byte[] content = new byte[length - Frame.CHECKSUM_BYTES];
        in.readBytes(content);
        crc.reset();
        crc.update(content);
        if ((int) crc.getValue() != checksum) {
            throw new BadFrameException("a frame's checksum is wrong");
        }
        out.add(new Frame(content));
    }
}

package io.sinkron.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Turns messages into frames and writes them to a channel, many small ones in one buffer, large ones in several, so that a slow connection
 * shows its progress. Each connection has its own; all on the channel's event loop.
 */
final class Packer {
    /** Not larger than what a pooling allocator caches for its thread. */
    private static final int CHUNK_BYTES = 32 * 1024;
    /** What is smaller is copied into the chunk, what is larger is written from where it lies. */
    private static final int COPY_BYTES = 16 * 1024;

    private final Channel channel;
    private final LongConsumer written;
    private final Runnable progress;
    private final CRC32C crc = new CRC32C();
    private ByteBuf chunk;
    private boolean flushing;

    /**
     * @param written is told how many bytes have left the memory, be it that the socket took them or that the connection broke
     * @param progress is called when a socket that was full takes more, which proves that the other end reads; that a socket with room takes
     *     something proves nothing
     */
    Packer(Channel channel, LongConsumer written, Runnable progress) {
        this.channel = channel;
        this.written = written;
        this.progress = progress;
    }

    /** @param waitingBytes about how much is to be written, this message and those after it */
    void add(byte[] message, long waitingBytes) {
        boolean copies = message.length <= COPY_BYTES;
        int needed = Frame.MESSAGE_OVERHEAD + (copies ? message.length : 0);
        if (chunk != null && chunk.writableBytes() < needed) {
            writeChunk();
        }
        if (chunk == null) {
            int capacity = copies ? (int) Math.min(CHUNK_BYTES, Math.max(needed, waitingBytes)) : needed;
            chunk = channel.alloc().buffer(capacity, capacity);
        }
        Frame.writeMessageHeader(chunk, crc, message);
        if (copies) {
            chunk.writeBytes(message);
            return;
        }
        writeChunk();
        for (int from = 0; from < message.length; from += CHUNK_BYTES) {
            int length = Math.min(CHUNK_BYTES, message.length - from);
            write(Unpooled.wrappedBuffer(message, from, length));
        }
    }

    /** Writes what is left and lets the socket have it all. */
    void flush() {
        if (chunk != null) {
            writeChunk();
        }
        // A flush may make the channel writable, and so lead to another one inside of it.
        boolean outer = flushing;
        flushing = true;
        channel.flush();
        flushing = outer;
    }

    private void writeChunk() {
        ByteBuf full = chunk;
        chunk = null;
        write(full);
    }

    private void write(ByteBuf bytes) {
        int size = bytes.readableBytes();
        channel.write(bytes).addListener(done -> {
            written.accept(size);
            if (done.isSuccess() && !flushing) {
                progress.run();
            }
        });
    }
}

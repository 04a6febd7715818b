package io.sinkron.transport.netty;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import io.sinkron.spi.contract.Note;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A started transport with what has arrived at it, and a count of its memory. */
final class Node implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    final NodeId id;
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, false);
    final LinkedBlockingQueue<Note> arrivals = new LinkedBlockingQueue<>();
    final NettyTransport transport;

    private Node(String id, long incarnation, NettyTransportOptions options) throws IOException {
        this.id = NodeId.of(id);
        transport = new NettyTransport(options, allocator);
        transport.start(new Transport.Context(
                "cluster",
                this.id,
                incarnation,
                new Note.Codec(1),
                (from, fromIncarnation, message) -> arrivals.add((Note) message)));
    }

    static NettyTransportOptions options() {
        return NettyTransportOptions.of("127.0.0.1", 0, Map.of());
    }

    static Node start(String id) throws IOException {
        return start(id, options());
    }

    static Node start(String id, NettyTransportOptions options) throws IOException {
        return new Node(id, 1, options);
    }

    static Node start(String id, long incarnation, NettyTransportOptions options) throws IOException {
        return new Node(id, incarnation, options);
    }

    /** Makes two nodes known to each other and waits until both connections are up. */
    static void join(Node one, Node other) throws InterruptedException {
        one.transport.connect(other.id, other.transport.localAddress());
        other.transport.connect(one.id, one.transport.localAddress());
        one.untilItReaches(other);
        other.untilItReaches(one);
    }

    /** Sends until something arrives, then forgets what arrived. */
    void untilItReaches(Node other) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        do {
            send(other, Note.of(-1, 10));
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(id + " didn't reach " + other.id + " within " + PATIENCE_SECONDS + " s");
            }
        } while (other.arrivals.poll(20, TimeUnit.MILLISECONDS) == null);
    }

    void send(Node other, Note note) {
        transport.send(other.id, note);
        transport.flush();
    }

    /** The next note with a number of zero or more. */
    Note next() throws InterruptedException {
        while (true) {
            Note note = arrivals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (note == null) {
                throw new AssertionError("nothing arrived at " + id + " within " + PATIENCE_SECONDS + " s");
            }
            if (note.number() >= 0) {
                return note;
            }
        }
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited " + PATIENCE_SECONDS + " s until " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Closes it and fails if memory is left. */
    @Override
    public void close() {
        transport.close();
        long left = allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
        if (left != 0) {
            throw new AssertionError(left + " bytes of " + id + " were not released");
        }
    }
}

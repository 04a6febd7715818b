package io.sinkron.examples.cluster;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftMessage;
import io.sinkron.spi.Transport;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Another transport, and a count of the pieces of snapshots that come in by it. */
final class CountingTransport implements Transport {
    private final Transport inner;
    private final LongAdder snapshotPieces;

    CountingTransport(Transport inner, LongAdder snapshotPieces) {
        this.inner = inner;
        this.snapshotPieces = snapshotPieces;
    }

    @Override
    public void start(Context context) throws IOException {
        Receiver receiver = (from, incarnation, message) -> {
            if (message instanceof RaftMessage.InstallSnapshot) {
                snapshotPieces.increment();
            }
            context.receiver().received(from, incarnation, message);
        };
        inner.start(new Context(context.cluster(), context.self(), context.incarnation(), context.codec(), receiver));
    }

    @Override
    public void send(NodeId to, Message message) {
        inner.send(to, message);
    }

    @Override
    public void peers(Map<NodeId, String> addresses) {
        inner.peers(addresses);
    }

    @Override
    public void flush() {
        inner.flush();
    }

    @Override
    public void close() {
        inner.close();
    }
}

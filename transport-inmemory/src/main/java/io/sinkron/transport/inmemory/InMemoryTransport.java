package io.sinkron.transport.inmemory;

import io.sinkron.common.Message;
import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's end of an {@link InMemoryNetwork}. A daemon thread of its own hands over what arrives, lane by lane in the order of its arrival, so that a
 * slow receiver delays nobody else. At most {@link #CAPACITY} messages wait in each lane on each side of it; what is more is dropped and counted.
 *
 * <p>Everybody of the cluster is heard until {@link #peers} names members; from then on they, and for five seconds those who have ceased to be one.
 */
public final class InMemoryTransport implements Transport {
    /** The most messages of a lane that wait to be flushed, and the most that wait to be received. */
    public static final int CAPACITY = 65_536;

    private static final Logger LOG = LoggerFactory.getLogger(InMemoryTransport.class);
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final InMemoryNetwork network;
    private final NodeId self;
    private final Arrivals arrivals = new Arrivals(CAPACITY);
    private final List<Outgoing> outgoing = new ArrayList<>();
    private final int[] outgoingInLane = new int[Lane.values().length];
    private volatile Members members = Members.EVERYBODY;
    private volatile Context context;
    private volatile boolean closed;
    private Thread deliverer;

    InMemoryTransport(InMemoryNetwork network, NodeId self) {
        this.network = network;
        this.self = self;
    }

    @Override
    public synchronized void start(Context newContext) throws IOException {
        Objects.requireNonNull(newContext, "context");
        if (!newContext.self().equals(self)) {
            throw new IllegalArgumentException("this transport is for node " + self + ", not for " + newContext.self());
        }
        if (context != null || closed) {
            throw new IllegalStateException("the transport of node " + self + " was started or closed before");
        }
        network.listen(self, this);
        context = newContext;
        deliverer = new Thread(this::deliver, "sinkron-inmemory-" + self);
        deliverer.setDaemon(true);
        deliverer.start();
    }

    @Override
    public void send(NodeId to, Message message) {
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(message, "message");
        int lane = message.lane().ordinal();
        if (closed || outgoingInLane[lane] >= CAPACITY || !admits(to)) {
            network.countDropped();
        } else {
            outgoingInLane[lane]++;
            outgoing.add(new Outgoing(to, seal(message)));
        }
    }

    /** {@inheritDoc} There are no addresses here. */
    @Override
    public void peers(Map<NodeId, String> addresses) {
        members = members.become(addresses.keySet(), System.nanoTime());
    }

    @Override
    public void flush() {
        for (Outgoing next : outgoing) {
            network.carry(next.to, next.envelope);
        }
        outgoing.clear();
        Arrays.fill(outgoingInLane, 0);
    }

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            network.stopListening(self, this);
            running = deliverer;
        }
        if (running != null && running != Thread.currentThread()) {
            running.interrupt();
            try {
                running.join(TimeUnit.SECONDS.toMillis(CLOSE_TIMEOUT_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Called by the senders' threads; false if there is no room, or the sender is a stranger. */
    boolean arrive(Envelope envelope) {
        return !closed && admits(envelope.from()) && arrivals.offer(envelope);
    }

    private boolean admits(NodeId node) {
        Members present = members;
        return present.contains(node) || present.isLeaving(node, System.nanoTime(), network.departureGraceNanos());
    }

    private Envelope seal(Message message) {
        Context mine = context;
        boolean encode = network.isThroughCodec();
        return new Envelope(
                mine.cluster(),
                mine.codec().version(),
                self,
                mine.incarnation(),
                message.lane(),
                encode ? null : message,
                encode ? mine.codec().encode(message) : null);
    }

    private void deliver() {
        try {
            while (!closed) {
                open(arrivals.take());
            }
        } catch (InterruptedException e) {
            // Closed: the thread ends here.
        }
    }

    private void open(Envelope envelope) {
        Context mine = context;
        if (!envelope.cluster().equals(mine.cluster())
                || envelope.version() != mine.codec().version()) {
            LOG.warn(
                    "Node {} refuses node {} of cluster '{}' with format {}",
                    self,
                    envelope.from(),
                    envelope.cluster(),
                    envelope.version());
            network.countDropped();
            return;
        }
        try {
            Message message = envelope.message() != null
                    ? envelope.message()
                    : mine.codec().decode(ByteBuffer.wrap(envelope.encoded()));
            mine.receiver().received(envelope.from(), envelope.incarnation(), message);
        } catch (MalformedMessageException e) {
            LOG.error("Node {} cannot read a message of node {}", self, envelope.from(), e);
            network.countDropped();
        } catch (RuntimeException e) {
            LOG.error("The receiver of node {} failed on a message of node {}", self, envelope.from(), e);
        }
    }

    private record Outgoing(NodeId to, Envelope envelope) {}
}

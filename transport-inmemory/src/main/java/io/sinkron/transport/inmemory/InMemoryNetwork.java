package io.sinkron.transport.inmemory;

import io.sinkron.common.NodeId;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The wire between nodes of one process. Each node's {@link InMemoryTransport} comes from {@link #transport}; all nodes of one network that
 * name the same cluster hear each other.
 *
 * <pre>{@code
 * InMemoryNetwork network = new InMemoryNetwork();
 * Sinkron a = Sinkron.builder().node("a").transport(network.transport(NodeId.of("a")))...
 * network.isolate(NodeId.of("a"));   // and see what the others do
 * network.heal();
 * }</pre>
 *
 * <p>Messages pass through the codec, as on a real wire, so that a test finds what does not survive it; {@link #passingRecords} hands them
 * over as they are, which is faster. Without faults nothing is lost or duplicated between two nodes, nor reordered within a lane. Thread-safe.
 */
public final class InMemoryNetwork {
    private static final long DEPARTURE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final boolean throughCodec;
    private final long departureGraceNanos;
    private final Map<NodeId, InMemoryTransport> listening = new ConcurrentHashMap<>();
    private final Set<Link> cut = ConcurrentHashMap.newKeySet();
    private final AtomicLong dropped = new AtomicLong();
    private volatile Loss loss = Loss.NONE;

    /** A network whose messages pass through the codec. */
    public InMemoryNetwork() {
        this(true, DEPARTURE_GRACE_NANOS);
    }

    /** @param departureGraceNanos how long a node that ceased to be a member is still spoken to and heard */
    InMemoryNetwork(boolean throughCodec, long departureGraceNanos) {
        this.throughCodec = throughCodec;
        this.departureGraceNanos = departureGraceNanos;
    }

    /** A network that hands the records themselves over; they are immutable. */
    public static InMemoryNetwork passingRecords() {
        return new InMemoryNetwork(false, DEPARTURE_GRACE_NANOS);
    }

    /** A node's transport, for one start of that node: a restarted one needs a new one. */
    public InMemoryTransport transport(NodeId node) {
        return new InMemoryTransport(this, Objects.requireNonNull(node, "node"));
    }

    /** Loses everything from one node to another, in this direction alone. */
    public void cut(NodeId from, NodeId to) {
        cut.add(new Link(from, to));
    }

    /** Loses everything between the nodes of the first group and those of the second, in both directions. */
    public void partition(Collection<NodeId> first, Collection<NodeId> second) {
        for (NodeId a : first) {
            for (NodeId b : second) {
                cut(a, b);
                cut(b, a);
            }
        }
    }

    /** Cuts a node off from all nodes that are listening at present. */
    public void isolate(NodeId node) {
        Set<NodeId> others = new HashSet<>(listening.keySet());
        others.remove(node);
        partition(Set.of(node), others);
    }

    /**
     * Loses messages at random from now on, on every link.
     *
     * @param probability 0 to 1 that a message is lost
     * @param seed for the choice; which messages are hit still depends on the threads
     */
    public void loseAtRandom(double probability, long seed) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability is " + probability + ", allowed are 0 to 1");
        }
        loss = new Loss(probability, new SplittableRandom(seed));
    }

    /** Ends all cuts and losses. What was lost stays lost. */
    public void heal() {
        cut.clear();
        loss = Loss.NONE;
    }

    /** How many messages were lost so far: to cuts and random losses, full buffers, nodes that don't listen, and strangers. */
    public long droppedMessages() {
        return dropped.get();
    }

    long departureGraceNanos() {
        return departureGraceNanos;
    }

    boolean isThroughCodec() {
        return throughCodec;
    }

    void listen(NodeId node, InMemoryTransport transport) throws IOException {
        if (listening.putIfAbsent(node, transport) != null) {
            throw new IOException("the address of node " + node + " is in use on this in-memory network");
        }
    }

    void stopListening(NodeId node, InMemoryTransport transport) {
        listening.remove(node, transport);
    }

    void countDropped() {
        dropped.incrementAndGet();
    }

    /** Hands an envelope to its receiver, or drops and counts it. */
    void carry(NodeId to, Envelope envelope) {
        InMemoryTransport receiver = listening.get(to);
        boolean lost = receiver == null || cut.contains(new Link(envelope.from(), to)) || loss.next();
        if (lost || !receiver.arrive(envelope)) {
            countDropped();
        }
    }

    private record Link(NodeId from, NodeId to) {}

    private record Loss(double probability, SplittableRandom random) {
        static final Loss NONE = new Loss(0, new SplittableRandom(0));

        boolean next() {
            if (probability == 0) {
                return false;
            }
            synchronized (random) {
                return random.nextDouble() < probability;
            }
        }
    }
}

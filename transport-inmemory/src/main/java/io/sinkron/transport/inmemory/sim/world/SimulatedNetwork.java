package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MessageCodec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The network: one link for each ordered pair of nodes, each with its own generator. It may lose, delay, repeat and reorder, also messages of
 * long ago; it never invents or changes one. Messages pass through the real codec, unless told otherwise. Not thread-safe.
 */
public final class SimulatedNetwork {
    private static final int REMEMBERED = 64;

    /** Takes what arrives at a node. */
    public interface Receiver {
        /** A message has arrived. */
        void arrived(NodeId from, long incarnation, Message message, long contentHash);
    }

    private record Link(NodeId from, NodeId to) implements Comparable<Link> {
        @Override
        public int compareTo(Link other) {
            int byFrom = from.compareTo(other.from);
            return byFrom != 0 ? byFrom : to.compareTo(other.to);
        }
    }

    private record Packet(
            NodeId from, long incarnation, NodeId to, Message message, byte[] encoded, long contentHash) {}

    private static final class LinkState {
        private final SeededRandom random;
        private final Deque<Packet> remembered = new ArrayDeque<>();
        private final List<Packet> held = new ArrayList<>();
        private boolean cut;
        private boolean clogged;
        private long extraNanos;

        LinkState(SeededRandom random) {
            this.random = random;
        }
    }

    private final Scheduler scheduler;
    private final SeededRandom random;
    private final Recorder recorder;
    private final MessageCodec codec;
    private final boolean throughCodec;
    private final Map<NodeId, Receiver> receivers = new TreeMap<>();
    private final Map<Link, LinkState> links = new TreeMap<>();
    private LinkQuality quality = LinkQuality.PERFECT;

    /** @param throughCodec whether messages are encoded and decoded on the way, as on a real wire */
    public SimulatedNetwork(
            Scheduler scheduler, SeededRandom random, Recorder recorder, MessageCodec codec, boolean throughCodec) {
        this.scheduler = scheduler;
        this.random = random;
        this.recorder = recorder;
        this.codec = codec;
        this.throughCodec = throughCodec;
    }

    /** Says where a node's messages go. */
    public void attach(NodeId node, Receiver receiver) {
        receivers.put(node, receiver);
    }

    /** How all links behave from now on. */
    public void quality(LinkQuality newQuality) {
        quality = newQuality;
    }

    /** Loses everything in this direction, or no more. */
    public void cut(NodeId from, NodeId to, boolean cut) {
        link(from, to).cut = cut;
    }

    /** Holds everything in this direction; when ended, all that was held arrives at once. */
    public void clog(NodeId from, NodeId to, boolean clogged) {
        LinkState link = link(from, to);
        link.clogged = clogged;
        if (!clogged) {
            link.held.forEach(packet -> scheduler.after(0, () -> deliver(packet)));
            link.held.clear();
        }
    }

    /** Adds to the delay of everything that is sent in this direction; 0 for no more. */
    public void slow(NodeId from, NodeId to, long extraNanos) {
        link(from, to).extraNanos = extraNanos;
    }

    /** Ends all cuts and clogs, and makes every link perfect. What is under way stays under way. */
    public void heal() {
        quality = LinkQuality.PERFECT;
        for (Link link : List.copyOf(links.keySet())) {
            cut(link.from, link.to, false);
            clog(link.from, link.to, false);
            slow(link.from, link.to, 0);
        }
    }

    /**
     * Sends a message.
     *
     * @return a hash of its content
     */
    public long send(NodeId from, long incarnation, NodeId to, Message message) {
        byte[] encoded = codec.encode(message);
        EventHash content = new EventHash();
        content.add(encoded);
        Packet packet = new Packet(from, incarnation, to, message, encoded, content.value());
        LinkState link = link(from, to);
        LinkQuality now = quality;
        remember(link, packet);
        if (link.cut || link.random.chance(now.lossProbability())) {
            recorder.marks().reached(link.cut ? "message lost to a cut" : "message lost");
        } else {
            underWay(link, packet, delay(link, now));
        }
        if (link.random.chance(now.duplicateProbability())) {
            recorder.marks().reached("message duplicated");
            underWay(link, packet, delay(link, now));
        }
        if (link.random.chance(now.replayProbability())) {
            recorder.marks().reached("old message replayed");
            underWay(link, nth(link.remembered, link.random.nextInt(link.remembered.size())), delay(link, now));
        }
        return packet.contentHash;
    }

    private static Packet nth(Deque<Packet> packets, int n) {
        int left = n;
        for (Packet packet : packets) {
            if (left-- == 0) {
                return packet;
            }
        }
        throw new IllegalArgumentException("there is no packet " + n);
    }

    /** Keeps a sample that reaches far back: when full, one of the older half makes room. */
    private static void remember(LinkState link, Packet packet) {
        if (link.remembered.size() >= REMEMBERED) {
            if (link.random.nextInt(8) == 0) {
                link.remembered.removeFirst();
            } else {
                link.remembered.removeLast();
            }
        }
        link.remembered.addLast(packet);
    }

    private static long delay(LinkState link, LinkQuality quality) {
        long delay = link.extraNanos + quality.minDelayNanos() + link.random.exponentialNanos(quality.meanExtraNanos());
        return link.random.chance(quality.slowProbability())
                ? delay + link.random.nextLong(quality.slowMaxNanos() + 1)
                : delay;
    }

    private void underWay(LinkState link, Packet packet, long delayNanos) {
        if (link.clogged) {
            link.held.add(packet);
        } else {
            scheduler.after(delayNanos, () -> deliver(packet));
        }
    }

    private void deliver(Packet packet) {
        Receiver receiver = receivers.get(packet.to);
        if (receiver == null || link(packet.from, packet.to).cut) {
            return;
        }
        receiver.arrived(packet.from, packet.incarnation, opened(packet), packet.contentHash);
    }

    private Message opened(Packet packet) {
        if (!throughCodec) {
            return packet.message;
        }
        try {
            Message decoded = codec.decode(ByteBuffer.wrap(packet.encoded));
            if (!decoded.equals(packet.message)) {
                throw new Violation("G2 a message survives the codec", packet.message + " became " + decoded);
            }
            return decoded;
        } catch (MalformedMessageException e) {
            throw new Violation("G2 a message survives the codec", packet.message + " cannot be read", e);
        }
    }

    private LinkState link(NodeId from, NodeId to) {
        return links.computeIfAbsent(new Link(from, to), link -> new LinkState(random.split(from + ">" + to)));
    }
}

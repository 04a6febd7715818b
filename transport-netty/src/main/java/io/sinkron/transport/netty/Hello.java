package io.sinkron.transport.netty;

import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.Transport;
import io.sinkron.wire.WireReader;
import io.sinkron.wire.WireWriter;

/**
 * The handshake: the node that opens a connection says who it is and whom it means, the other one answers in the same form or refuses. Magic
 * and versions come first and are compared first, so the rest may change with them.
 *
 * @param cluster the cluster's name
 * @param from who speaks
 * @param incarnation which start of it
 * @param to who is meant
 */
record Hello(String cluster, NodeId from, long incarnation, NodeId to) {
    /** The version of frames and handshake, apart from that of the messages in them. */
    static final int FRAMING_VERSION = 1;

    /** {@code SINKRON} and a zero. */
    private static final long MAGIC = 0x53494E4B524F4E00L;

    static Hello of(Transport.Context context, NodeId to) {
        return new Hello(context.cluster(), context.self(), context.incarnation(), to);
    }

    byte[] encode(int codecVersion) {
        WireWriter out = new WireWriter();
        out.fixed64(MAGIC).varint(FRAMING_VERSION).varint(codecVersion);
        out.text(cluster).node(from).varint(incarnation).node(to);
        return out.toByteArray();
    }

    /**
     * @throws BadFrameException if it is none, or of another version; the message is fit to be told to the other end
     */
    static Hello decode(Frame frame, int codecVersion) throws BadFrameException {
        try {
            WireReader in = new WireReader(frame.body());
            if (in.fixed64() != MAGIC) {
                throw new BadFrameException("this is not a handshake of Sinkron");
            }
            compare("framing", in.varint(), FRAMING_VERSION);
            compare("messages", in.varint(), codecVersion);
            Hello hello = new Hello(in.text(), in.node(), in.varint("incarnation", 1, Long.MAX_VALUE), in.node());
            in.end();
            return hello;
        } catch (MalformedMessageException e) {
            throw new BadFrameException("the handshake is malformed: " + e.getMessage());
        }
    }

    /** Whether it is what this peer would say to this node. */
    boolean isBetween(Transport.Context context, NodeId peer) {
        return cluster.equals(context.cluster()) && from.equals(peer) && to.equals(context.self());
    }

    private static void compare(String what, long theirs, int ours) throws BadFrameException {
        if (theirs != ours) {
            throw new BadFrameException(
                    "the version of " + what + " is " + Long.toUnsignedString(theirs) + ", spoken here is " + ours);
        }
    }
}

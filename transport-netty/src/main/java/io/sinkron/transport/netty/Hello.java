package io.sinkron.transport.netty;

import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.Transport;
import io.sinkron.wire.WireReader;
import io.sinkron.wire.WireWriter;

/**
 * The handshake: the node that opens a connection says who it is, whom it means and which lane the connection is for; the other one answers in the
 * same form or refuses. Magic and versions come first and are compared first, so the rest may change with them.
 *
 * @param cluster the cluster's name
 * @param from who speaks
 * @param incarnation which start of it
 * @param to who is meant
 * @param lane what the connection carries
 */
record Hello(String cluster, NodeId from, long incarnation, NodeId to, Lane lane) {
    /** The version of frames and handshake, apart from that of the messages in them. Version 1 knew no lanes. */
    static final int FRAMING_VERSION = 2;

    /** {@code SINKRON} and a zero. */
    private static final long MAGIC = 0x53494E4B524F4E00L;

    private static final int CONTROL = 1;
    private static final int DATA = 2;
    private static final int BULK = 3;

    static Hello of(Transport.Context context, NodeId to, Lane lane) {
        return new Hello(context.cluster(), context.self(), context.incarnation(), to, lane);
    }

    byte[] encode(int codecVersion) {
        WireWriter out = new WireWriter();
        out.fixed64(MAGIC).varint(FRAMING_VERSION).varint(codecVersion);
        out.text(cluster).node(from).varint(incarnation).node(to).varint(number(lane));
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
            Hello hello = new Hello(
                    in.text(),
                    in.node(),
                    in.varint("incarnation", 1, Long.MAX_VALUE),
                    in.node(),
                    lane(in.varint("lane", CONTROL, BULK)));
            in.end();
            return hello;
        } catch (MalformedMessageException e) {
            throw new BadFrameException("the handshake is malformed: " + e.getMessage());
        }
    }

    /** Whether it is what this peer would say to this node about this lane. */
    boolean isBetween(Transport.Context context, NodeId peer, Lane expected) {
        return cluster.equals(context.cluster()) && from.equals(peer) && to.equals(context.self()) && lane == expected;
    }

    private static int number(Lane lane) {
        return switch (lane) {
            case CONTROL -> CONTROL;
            case DATA -> DATA;
            case BULK -> BULK;
        };
    }

    /** Of a number that was checked. */
    private static Lane lane(long number) {
        return number == CONTROL ? Lane.CONTROL : number == DATA ? Lane.DATA : Lane.BULK;
    }

    private static void compare(String what, long theirs, int ours) throws BadFrameException {
        if (theirs != ours) {
            throw new BadFrameException(
                    "the version of " + what + " is " + Long.toUnsignedString(theirs) + ", spoken here is " + ours);
        }
    }
}

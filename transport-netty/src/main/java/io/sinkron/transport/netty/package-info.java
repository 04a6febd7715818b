/**
 * A {@link io.sinkron.spi.Transport} over TCP. {@link io.sinkron.transport.netty.NettyTransport} owns the listening socket and one
 * {@code Link} a peer and lane, the outgoing connections that carry our messages; what peers send comes in by connections that they opened, each
 * with an {@code InboundHandler}. {@code Frame} is the shape of everything on the wire, {@code Hello} the handshake, {@code Roster} who the other
 * nodes are, {@code Admission} who of them is connected to us.
 *
 * <p>Anything may come in from the network; what is not a well-formed frame of an admitted peer closes its own connection and touches
 * no other. Invariants: nobody makes this node allocate more than a handshake (4 KiB) before it is admitted, nor more than a frame after;
 * what waits for a peer is bounded in bytes, lane by lane; the sender's thread never waits for the network.
 */
package io.sinkron.transport.netty;

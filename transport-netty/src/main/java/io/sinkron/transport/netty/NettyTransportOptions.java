package io.sinkron.transport.netty;

import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a {@link NettyTransport} is told. Begin with {@link #of} and change what must be changed. Immutable.
 *
 * @param bindHost the local address to listen on; {@code 0.0.0.0} for all
 * @param bindPort the port to listen on; 0 for any free one, see {@link NettyTransport#localAddress()}
 * @param peers where the other nodes listen; an unresolved address is looked up at every attempt to connect. Until {@link NettyTransport#peers}
 *     says who the members are, only these nodes are admitted (and those added by {@link NettyTransport#connect}), so a node that joins names
 *     all the members that there are, as any of them may lead; the node itself may be among them
 * @param maxFrameBytes the largest frame taken or sent, 64 KiB to 1 GiB, the same on every node; default 16 MiB
 * @param outboundBytes how much may wait for a peer in each lane before messages to it are dropped, at least a frame; default
 *     {@link OutboundBytes#DEFAULT}
 * @param writeLowBytes at most so many bytes are in a socket's buffer when it is filled up again; default 256 KiB
 * @param writeHighBytes with more bytes than this in a socket's buffer the rest waits outside; default 1 MiB
 * @param handshakeTimeoutMillis how long a connection may take to be admitted, TCP and TLS included; default 3 s
 * @param maxHalfOpen how many incoming connections may be in their handshake at a time, others are closed; default 64
 * @param backoffMinMillis the pause before the second attempt to connect; default 50 ms. It doubles with each attempt, with jitter
 * @param backoffMaxMillis the longest pause between two attempts; default 2 s
 * @param keepAliveMillis how often an outgoing connection asks for a sign of life; default 1 s
 * @param idleTimeoutMillis how long a connection may be without one before it is closed and opened anew; default 5 s, so that after a
 *     partition nothing waits for TCP's own retransmission, which backs off to minutes
 * @param departureGraceMillis how long a node that ceased to be a member is still spoken to and heard, 0 to a day; default 5 s. Without it a
 *     node that is removed would not learn of it, and a leader that removes itself would not hear that it has
 * @param ioThreads threads for all sockets; default 2
 * @param tls mutual TLS; without it the port should be on a private network
 */
public record NettyTransportOptions(
        String bindHost,
        int bindPort,
        Map<NodeId, InetSocketAddress> peers,
        int maxFrameBytes,
        OutboundBytes outboundBytes,
        int writeLowBytes,
        int writeHighBytes,
        int handshakeTimeoutMillis,
        int maxHalfOpen,
        int backoffMinMillis,
        int backoffMaxMillis,
        int keepAliveMillis,
        int idleTimeoutMillis,
        int departureGraceMillis,
        int ioThreads,
        Optional<TlsOptions> tls) {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int DAY_MILLIS = 86_400_000;

    /** @throws IllegalArgumentException if a value is out of its range; the message names it and the range */
    public NettyTransportOptions {
        Objects.requireNonNull(bindHost, "bindHost");
        Objects.requireNonNull(tls, "tls");
        peers = Map.copyOf(peers);
        range("bindPort", bindPort, 0, 65_535);
        range("maxFrameBytes", maxFrameBytes, 64 * KIB, 1024 * MIB);
        for (Lane lane : Lane.values()) {
            range("outboundBytes of " + lane, outboundBytes.of(lane), maxFrameBytes, 1L << 40);
        }
        range("writeLowBytes", writeLowBytes, 1, 1024 * MIB);
        range("writeHighBytes", writeHighBytes, writeLowBytes, 1024 * MIB);
        range("handshakeTimeoutMillis", handshakeTimeoutMillis, 1, DAY_MILLIS);
        range("maxHalfOpen", maxHalfOpen, 1, 65_536);
        range("backoffMinMillis", backoffMinMillis, 1, DAY_MILLIS);
        range("backoffMaxMillis", backoffMaxMillis, backoffMinMillis, DAY_MILLIS);
        range("keepAliveMillis", keepAliveMillis, 1, DAY_MILLIS);
        range("idleTimeoutMillis", idleTimeoutMillis, 2L * keepAliveMillis, DAY_MILLIS);
        range("departureGraceMillis", departureGraceMillis, 0, DAY_MILLIS);
        range("ioThreads", ioThreads, 1, 256);
    }

    /** The defaults above. */
    public static NettyTransportOptions of(String bindHost, int bindPort, Map<NodeId, InetSocketAddress> peers) {
        return new NettyTransportOptions(
                bindHost,
                bindPort,
                peers,
                16 * MIB,
                OutboundBytes.DEFAULT,
                256 * KIB,
                MIB,
                3_000,
                64,
                50,
                2_000,
                1_000,
                5_000,
                5_000,
                2,
                Optional.empty());
    }

    /** The defaults, with addresses as texts such as {@code node-1.example:7400} or {@code [::1]:7400}. */
    public static NettyTransportOptions ofTexts(String bind, Map<NodeId, String> peers) {
        InetSocketAddress local = address(bind);
        Map<NodeId, InetSocketAddress> addresses = new LinkedHashMap<>();
        peers.forEach((node, text) -> addresses.put(node, address(text)));
        return of(local.getHostString(), local.getPort(), addresses);
    }

    /**
     * The unresolved address of a text such as {@code node-1.example:7400}, {@code 10.0.0.1:7400} or {@code [::1]:7400}.
     *
     * @throws IllegalArgumentException if it has no host, a host with colons outside of brackets, or no port from 0 to 65535
     */
    public static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        if (isBracketed) {
            host = host.substring(1, host.length() - 1);
        }
        boolean isHost = !host.isBlank() && host.indexOf('[') < 0 && (isBracketed || host.indexOf(':') < 0);
        try {
            if (isHost) {
                return InetSocketAddress.createUnresolved(host, Integer.parseInt(text.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' has no port from 0 to 65535", e);
        }
        throw new IllegalArgumentException("'" + text + "' is not of the form host:port");
    }

    /** The same with mutual TLS. */
    public NettyTransportOptions withTls(TlsOptions options) {
        return copy(maxFrameBytes, outboundBytes, keepAliveMillis, idleTimeoutMillis, Optional.of(options));
    }

    /** The same with other bounds: of a frame, and of what waits for a peer in each lane. */
    public NettyTransportOptions withBounds(int frameBytes, OutboundBytes outbound) {
        return copy(frameBytes, outbound, keepAliveMillis, idleTimeoutMillis, tls);
    }

    /** The same with other times for keeping connections alive. */
    public NettyTransportOptions withKeepAlive(int everyMillis, int idleMillis) {
        return copy(maxFrameBytes, outboundBytes, everyMillis, idleMillis, tls);
    }

    /** The same with other limits for incoming connections that aren't admitted yet. */
    public NettyTransportOptions withHandshake(int timeoutMillis, int halfOpen) {
        return new NettyTransportOptions(
                bindHost,
                bindPort,
                peers,
                maxFrameBytes,
                outboundBytes,
                writeLowBytes,
                writeHighBytes,
                timeoutMillis,
                halfOpen,
                backoffMinMillis,
                backoffMaxMillis,
                keepAliveMillis,
                idleTimeoutMillis,
                departureGraceMillis,
                ioThreads,
                tls);
    }

    /** The same with another time for which a node that ceased to be a member is still spoken to and heard. */
    public NettyTransportOptions withDepartureGrace(int graceMillis) {
        return new NettyTransportOptions(
                bindHost,
                bindPort,
                peers,
                maxFrameBytes,
                outboundBytes,
                writeLowBytes,
                writeHighBytes,
                handshakeTimeoutMillis,
                maxHalfOpen,
                backoffMinMillis,
                backoffMaxMillis,
                keepAliveMillis,
                idleTimeoutMillis,
                graceMillis,
                ioThreads,
                tls);
    }

    private NettyTransportOptions copy(
            int frameBytes, OutboundBytes outbound, int everyMillis, int idleMillis, Optional<TlsOptions> newTls) {
        return new NettyTransportOptions(
                bindHost,
                bindPort,
                peers,
                frameBytes,
                outbound,
                writeLowBytes,
                writeHighBytes,
                handshakeTimeoutMillis,
                maxHalfOpen,
                backoffMinMillis,
                backoffMaxMillis,
                everyMillis,
                idleMillis,
                departureGraceMillis,
                ioThreads,
                newTls);
    }

    private static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
        }
    }
}

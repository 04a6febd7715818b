package io.sinkron.transport.netty;

/**
 * What a transport has done since its start. A snapshot: the numbers are each exact, but not taken at one instant. Immutable.
 *
 * @param sent messages handed to a socket
 * @param received messages delivered
 * @param dropped messages that were not sent: no connection, no room, too large, or to an unknown node
 * @param badInput connections closed because of what came in
 * @param refused handshakes refused
 * @param connectedOut outgoing connections that are up
 * @param connectedIn incoming connections that are up
 */
public record TransportStats(
        long sent, long received, long dropped, long badInput, long refused, int connectedOut, int connectedIn) {}

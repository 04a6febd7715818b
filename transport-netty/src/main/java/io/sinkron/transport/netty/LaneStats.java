package io.sinkron.transport.netty;

/**
 * What a transport has done in one lane since its start, over all peers. Immutable.
 *
 * @param sent messages handed to a socket
 * @param received messages delivered
 * @param dropped messages that were not sent: no connection, no room, too large, or to an unknown node
 * @param connectedOut outgoing connections that are up
 * @param connectedIn incoming connections that are up
 */
public record LaneStats(long sent, long received, long dropped, int connectedOut, int connectedIn) {}

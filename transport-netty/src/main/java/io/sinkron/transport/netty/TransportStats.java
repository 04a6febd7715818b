package io.sinkron.transport.netty;

import io.sinkron.common.Message.Lane;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a transport has done since its start. A snapshot: the numbers are each exact, but not taken at one instant. Immutable.
 *
 * @param lanes what happened in each lane; all of them are there
 * @param badInput connections closed because of what came in
 * @param refused handshakes refused
 * @param unreadableAddresses addresses of members that could not be read
 */
public record TransportStats(Map<Lane, LaneStats> lanes, long badInput, long refused, long unreadableAddresses) {
    /** Copies the map. */
    public TransportStats {
        lanes = Map.copyOf(lanes);
    }

    /** One lane's part. */
    public LaneStats lane(Lane lane) {
        return lanes.get(lane);
    }

    /** Messages handed to a socket. */
    public long sent() {
        return sum(LaneStats::sent);
    }

    /** Messages delivered. */
    public long received() {
        return sum(LaneStats::received);
    }

    /** Messages that were not sent: no connection, no room, too large, or to an unknown node. */
    public long dropped() {
        return sum(LaneStats::dropped);
    }

    /** Outgoing connections that are up. */
    public int connectedOut() {
        return (int) sum(LaneStats::connectedOut);
    }

    /** Incoming connections that are up. */
    public int connectedIn() {
        return (int) sum(LaneStats::connectedIn);
    }

    private long sum(ToLongFunction<LaneStats> part) {
        return lanes.values().stream().mapToLong(part).sum();
    }
}

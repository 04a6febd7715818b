package io.sinkron.transport.netty;

import io.sinkron.common.NodeId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who the other nodes are and where they listen. Until the group has told its members, they are the configured nodes: a node that joins
 * knows no others. From then on they are the members, and those that ceased to be a moment ago: whoever leaves is departing until
 * {@link #expire}, so that it can still be told that it has left, and so that a leader that removes itself hears the acknowledgements of that.
 *
 * <p>{@link #admits} is for any thread, the rest for one at a time.
 */
final class Roster {
    private final Map<NodeId, InetSocketAddress> configured = new LinkedHashMap<>();
    private final Map<NodeId, InetSocketAddress> told = new HashMap<>();
    private final Map<NodeId, Departure> departing = new HashMap<>();
    private Set<NodeId> members = Set.of();
    private volatile boolean isTold;
    private long departures;
    private volatile Set<NodeId> admitted;

    Roster(Map<NodeId, InetSocketAddress> configured) {
        this.configured.putAll(configured);
        admitted = Set.copyOf(this.configured.keySet());
    }

    /**
     * A node that is no member any more.
     *
     * @param number which of all departures: a node may come back and leave again meanwhile
     */
    record Departure(NodeId node, long number) {}

    /**
     * What follows from new members.
     *
     * @param connect where to connect to, of all members whose address is known
     * @param departures who has just left
     * @param unreadable what is wrong with the addresses that can't be read
     */
    record Change(
            Map<NodeId, InetSocketAddress> connect,
            List<Departure> departures,
            List<IllegalArgumentException> unreadable) {
        static final Change NONE = new Change(Map.of(), List.of(), List.of());
    }

    /** Whether this node may connect to us, and we to it. */
    boolean admits(NodeId node) {
        return admitted.contains(node);
    }

    /** The addresses of all that are admitted, where known. */
    Map<NodeId, InetSocketAddress> addresses() {
        Map<NodeId, InetSocketAddress> known = new LinkedHashMap<>();
        for (NodeId node : admitted) {
            InetSocketAddress address = told.getOrDefault(node, configured.get(node));
            if (address != null) {
                known.put(node, address);
            }
        }
        return known;
    }

    /** Configures a node; the last word on an address counts, be it this one or that of {@link #become}. */
    void configure(NodeId node, InetSocketAddress address) {
        configured.put(node, address);
        told.remove(node);
        if (!isTold) {
            admitted = Set.copyOf(configured.keySet());
        }
    }

    /** These are the members; none at all means that nobody knows yet, and changes nothing. */
    Change become(Map<NodeId, String> next) {
        if (next.isEmpty()) {
            return Change.NONE;
        }
        List<IllegalArgumentException> unreadable = new ArrayList<>();
        next.forEach((node, text) -> read(node, text, unreadable));
        List<Departure> left = new ArrayList<>();
        for (NodeId node : admitted) {
            if (!next.containsKey(node) && !departing.containsKey(node)) {
                Departure departure = new Departure(node, ++departures);
                departing.put(node, departure);
                left.add(departure);
            }
        }
        departing.keySet().removeAll(next.keySet());
        members = Set.copyOf(next.keySet());
        isTold = true;
        admit();
        Map<NodeId, InetSocketAddress> connect = addresses();
        connect.keySet().retainAll(members);
        return new Change(connect, left, unreadable);
    }

    /** The time of a node that has left is over; false if it has come back meanwhile. */
    boolean expire(Departure departure) {
        boolean isOver = departing.remove(departure.node(), departure);
        if (isOver) {
            told.remove(departure.node());
            admit();
        }
        return isOver;
    }

    private void admit() {
        Set<NodeId> all = new HashSet<>(members);
        all.addAll(departing.keySet());
        admitted = Set.copyOf(all);
    }

    private void read(NodeId node, String text, List<IllegalArgumentException> unreadable) {
        if (text.isEmpty()) {
            return;
        }
        try {
            told.put(node, NettyTransportOptions.address(text));
        } catch (IllegalArgumentException e) {
            unreadable.add(e);
        }
    }
}

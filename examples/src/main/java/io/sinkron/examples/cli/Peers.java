package io.sinkron.examples.cli;

import io.sinkron.common.NodeId;
import io.sinkron.examples.server.HostPort;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The nodes of a cluster as an option: {@code n1=127.0.0.1:7401,n2=127.0.0.1:7402}. Immutable.
 *
 * @param addresses by the nodes' names
 */
record Peers(SortedMap<NodeId, HostPort> addresses) {
    private static final int MAX_NODES = 7;

    /** Takes an immutable copy. */
    Peers {
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    }

    /** @throws IllegalArgumentException if the text is no such list */
    static Peers parse(String text) {
        SortedMap<NodeId, HostPort> addresses = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("'" + part + "' is no ID=HOST:PORT");
            }
            NodeId id = NodeId.of(part.substring(0, equals).strip());
            HostPort address = HostPort.parse(part.substring(equals + 1).strip());
            if (address.port() == 0) {
                throw new IllegalArgumentException("'" + part + "' has no port");
            }
            if (addresses.containsValue(address)) {
                throw new IllegalArgumentException("the address " + address + " appears twice");
            }
            if (addresses.put(id, address) != null) {
                throw new IllegalArgumentException("the node '" + id + "' appears twice");
            }
        }
        if (addresses.size() > MAX_NODES) {
            throw new IllegalArgumentException(addresses.size() + " nodes, allowed are 1 to " + MAX_NODES);
        }
        return new Peers(addresses);
    }
}

package io.sinkron.examples.server;

import io.sinkron.common.NodeId;
import io.sinkron.examples.http.HttpLimits;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one node needs to start. Immutable.
 *
 * @param id its name; one of the peers, unless it joins
 * @param peers the transport addresses of all nodes that found the cluster, itself included, the same on all; or, where it joins, of the members that
 *     there are
 * @param joins whether it joins a cluster that is there already, instead of founding one
 * @param bind where its transport listens
 * @param http where its HTTP API listens; port 0 for any free one
 * @param dataDirectory where its log is
 * @param redis where queues and the cache's memory are kept; empty for the cluster's own replicated stores
 * @param limits of its HTTP API
 */
public record NodeConfig(
        NodeId id,
        SortedMap<NodeId, HostPort> peers,
        boolean joins,
        HostPort bind,
        HostPort http,
        Path dataDirectory,
        Optional<String> redis,
        HttpLimits limits) {
    /** Rejects missing parts and a founder that isn't among its peers. */
    public NodeConfig {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(dataDirectory, "dataDirectory");
        Objects.requireNonNull(redis, "redis");
        Objects.requireNonNull(limits, "limits");
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
        if (!joins && !peers.containsKey(id)) {
            throw new IllegalArgumentException("the node '" + id + "' is not among the peers " + peers.keySet());
        }
    }
}

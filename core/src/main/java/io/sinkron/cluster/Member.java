package io.sinkron.cluster;

import io.sinkron.common.NodeId;
import java.util.Objects;

/**
 * A live node of a view.
 *
 * @param id its name
 * @param incarnation which start of it
 * @param weight its share of the ring relative to the others, 1 to 100
 * @param address where its transport listens, for people; may be empty
 * @param http where its HTTP API listens, for people; may be empty
 */
public record Member(NodeId id, long incarnation, int weight, String address, String http) {
    /** The greatest weight. */
    public static final int MAX_WEIGHT = 100;

    /** Rejects missing parts and a weight out of range. */
    public Member {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(http, "http");
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight is " + weight + ", allowed are 1 to " + MAX_WEIGHT);
        }
    }
}

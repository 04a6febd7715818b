package io.sinkron.lock;

import io.sinkron.common.NodeId;

/**
 * What a leader needs to know of a session in order to time it. Immutable.
 *
 * @param session its id
 * @param ttlMillis how long it lives without a keepalive
 * @param node where it was opened
 */
public record SessionLease(String session, long ttlMillis, NodeId node) {}

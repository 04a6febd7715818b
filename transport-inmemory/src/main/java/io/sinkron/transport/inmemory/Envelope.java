package io.sinkron.transport.inmemory;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;

/**
 * A message under way.
 *
 * @param cluster the sender's cluster
 * @param version the sender's version of the format
 * @param from the sender
 * @param incarnation which start of the sender
 * @param message what it said; null if {@code encoded} is set
 * @param encoded what it said, in bytes; null if {@code message} is set
 */
record Envelope(String cluster, int version, NodeId from, long incarnation, Message message, byte[] encoded) {}

package io.sinkron.transport.inmemory;

import io.sinkron.common.Message;
import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;

/**
 * A message under way.
 *
 * @param cluster the sender's cluster
 * @param version the sender's version of the format
 * @param from the sender
 * @param incarnation which start of the sender
 * @param lane which stream it travels in
 * @param message what it said; null if {@code encoded} is set
 * @param encoded what it said, in bytes; null if {@code message} is set
 */
record Envelope(
        String cluster, int version, NodeId from, long incarnation, Lane lane, Message message, byte[] encoded) {}

package io.sinkron.raft.search;

import io.sinkron.common.NodeId;
import io.sinkron.raft.MembershipChange;
import io.sinkron.raft.RaftMessage;

/** What can happen to one node. Immutable; equal events do equal things to equal nodes. */
sealed interface Event {
    /** A message arrives. */
    record Deliver(NodeId from, RaftMessage message) implements Event {}

    /** The next write is durable, and the machine is told. */
    record Flush() implements Event {}

    /** An election timeout passes. */
    record Timeout() implements Event {}

    /** So much time passes at a leader that its heartbeat is due, and that it takes what is in flight for lost. */
    record Heartbeat() implements Event {}

    /** As much time passes as the promise to the last leader heard of lasts. */
    record Lapse() implements Event {}

    /** As much time passes as a leader stands without a majority's answers. */
    record Silence() implements Event {}

    /** Somebody proposes a command. */
    record Propose(int command) implements Event {}

    /** Somebody wants another membership. */
    record Reconfigure(MembershipChange change) implements Event {}

    /** Somebody wants another leader. */
    record Transfer() implements Event {}

    /** The process dies, and the disk is lost; both start again. */
    record Wipe() implements Event {}

    /** The process dies, loses what isn't durable, and starts again. */
    record Crash() implements Event {}
}

package io.sinkron.raft;

/** What a node of the group is at the moment (Ongaro 2014, section 3.3, with the pre-candidate of section 9.6). */
public enum Role {
    /** Follows a leader, or waits for one. */
    FOLLOWER,
    /** Asks whether an election could succeed, without disturbing anybody: neither term nor vote has changed. */
    PRE_CANDIDATE,
    /** Asks for votes in a new term. */
    CANDIDATE,
    /** Orders the commands of its term. */
    LEADER
}

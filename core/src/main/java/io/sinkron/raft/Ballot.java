package io.sinkron.raft;

import java.util.HashSet;
import java.util.Set;

/** The votes of one election or pre-election. A voter's first answer stands, so that repeated messages count once. */
final class Ballot {
    private final Set<Server> granted = new HashSet<>();
    private final Set<Server> denied = new HashSet<>();

    void record(Server voter, boolean vote) {
        if (!granted.contains(voter) && !denied.contains(voter)) {
            (vote ? granted : denied).add(voter);
        }
    }

    Configuration.Outcome outcome(Configuration configuration) {
        return configuration.tally(granted, denied);
    }
}

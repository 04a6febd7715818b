package io.sinkron.raft;

import io.sinkron.common.NodeId;
import java.util.Locale;

/** What a node answered to a script's call, in a script's words. */
final class ScriptOutcomes {
    private ScriptOutcomes() {}

    static String of(Proposed proposed) {
        if (proposed instanceof Proposed.Accepted accepted) {
            return "accepted " + accepted.index() + "@" + accepted.term();
        }
        if (proposed instanceof Proposed.NotLeader refused) {
            return "not-leader " + refused.leader().map(ScriptOutcomes::number).orElse("none");
        }
        if (proposed instanceof Proposed.Overloaded) {
            return "overloaded";
        }
        if (proposed instanceof Proposed.Transferring transferring) {
            return "transferring " + number(transferring.target());
        }
        throw new IllegalArgumentException("an outcome without a word: " + proposed);
    }

    static String of(Reconfigured outcome) {
        if (outcome instanceof Reconfigured.Accepted) {
            return "accepted";
        }
        if (outcome instanceof Reconfigured.Unchanged) {
            return "unchanged";
        }
        if (outcome instanceof Reconfigured.Refused refused) {
            return "refused " + refused.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        return "not-leader";
    }

    static String of(TransferStarted outcome) {
        if (outcome instanceof TransferStarted.Started started) {
            return "started " + number(started.target());
        }
        return outcome instanceof TransferStarted.Refused ? "refused" : "not-leader";
    }

    private static String number(NodeId id) {
        return id.value().substring(1);
    }

    /** An expected outcome may leave out what follows its first words. */
    static boolean fits(String expected, String outcome) {
        return outcome.equals(expected) || outcome.startsWith(expected + " ");
    }
}

package io.sinkron.raft;

import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.List;

/** The memberships in a log, in a script's words. */
final class ScriptMemberships {
    private ScriptMemberships() {}

    /**
     * The steps that stand in the log behind its snapshot, in order: {@code joint}; {@code left}, which ends a joint one; {@code wanted}, which names
     * who shall vote; {@code plain}, any other.
     */
    static String changes(DiskImage disk) {
        List<String> steps = new ArrayList<>();
        boolean wasJoint = disk.snapshot()
                .map(snapshot -> snapshot.config())
                .filter(config -> !config.isEmpty())
                .map(config -> ConfigurationFormat.decode(config).isJoint())
                .orElse(false);
        for (LogEntry entry : disk.entries()) {
            if (entry.kind() == LogEntry.Kind.CONFIG && entry.index() > disk.snapshotIndex()) {
                Configuration configuration = ConfigurationFormat.decode(entry.payload());
                steps.add(word(configuration, wasJoint));
                wasJoint = configuration.isJoint();
            }
        }
        return "[" + String.join(" ", steps) + "]";
    }

    private static String word(Configuration configuration, boolean wasJoint) {
        if (configuration.isJoint()) {
            return "joint";
        }
        if (wasJoint) {
            return "left";
        }
        return configuration.target().isEmpty() ? "plain" : "wanted";
    }
}

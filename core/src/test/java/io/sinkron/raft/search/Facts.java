package io.sinkron.raft.search;

import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.Raft;
import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.raft.Role;
import io.sinkron.raft.Server;
import io.sinkron.spi.LogEntry;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be known of a local state without its machine.
 *
 * @param log the log in memory
 * @param thresholds of a leader, by peer: the rounds that answers are compared with
 * @param held messages that wait for the disk
 */
record Facts(
        Role role,
        long term,
        long commit,
        List<LogEntry> log,
        Disk disk,
        Server server,
        Configuration configuration,
        boolean hasPromise,
        boolean hasUnflushed,
        long[][] thresholds,
        Set<Held> held) {
    /** A message that waits for a write, counted from the last durable one. */
    record Held(long write, Outgoing outgoing) {}

    /** The part of a round's class that decides about an acknowledgement: whether it is from before its sender lost its log. */
    static final int EARLIER_LIFE = 1 | 2 << 2;

    private static final long NEVER = Long.MIN_VALUE;

    static Facts of(Machine machine, Symmetry symmetry) {
        Raft raft = machine.raft();
        return new Facts(
                raft.role(),
                raft.term(),
                raft.commitIndex(),
                machine.written().entries(),
                machine.disk(),
                raft.server(),
                raft.configuration(),
                machine.hasPromise(),
                machine.hasUnflushed(),
                machine.isLeader() ? thresholds(machine, symmetry) : null,
                held(machine));
    }

    private static long[][] thresholds(Machine machine, Symmetry symmetry) {
        Object replication = StateHash.peek(
                ((Optional<?>) StateHash.peek(machine.raft(), "leadership")).orElseThrow(), "replication");
        long[][] all = new long[symmetry.nodes()][];
        ((Map<?, ?>) StateHash.peek(replication, "peers")).forEach((peer, progress) -> {
            long[] rounds = new long[] {
                (long) StateHash.peek(progress, "phaseRound"),
                (long) StateHash.peek(progress, "matchRound"),
                (long) StateHash.peek(progress, "lifeRound")
            };
            for (int i = 0; i < rounds.length; i++) {
                rounds[i] -= rounds[i] == NEVER ? 0 : machine.roundBase();
            }
            all[symmetry.index((NodeId) peer)] = rounds;
        });
        return all;
    }

    private static Set<Held> held(Machine machine) {
        Object outbox = StateHash.peek(StateHash.peek(machine.raft(), "state"), "outbox");
        Set<Held> held = new LinkedHashSet<>();
        for (Object each : (Collection<?>) StateHash.peek(outbox, "held")) {
            long write = (long) StateHash.peek(each, "sequence") - machine.durableSequence();
            held.add(new Held(write, (Outgoing) StateHash.peek(each, "outgoing")));
        }
        return held;
    }

    long durableTerm() {
        return disk.hardState().term();
    }

    boolean isLeader() {
        return role == Role.LEADER;
    }

    int roundClass(int peer, long messageTerm, long round) {
        if (thresholds == null || messageTerm != term || thresholds[peer] == null) {
            return 0;
        }
        int bits = 1;
        for (int i = 0; i < thresholds[peer].length; i++) {
            long threshold = thresholds[peer][i];
            bits |= threshold != NEVER && round > threshold ? 2 << i : 0;
        }
        return bits;
    }

    /** Whether this very server holds an entry on its disk. */
    boolean holdsDurably(Server wanted, long index, long entryTerm) {
        return wanted.equals(server) && !disk.isBlank() && disk.holds(index, entryTerm);
    }

    boolean isInLog(long index, LogEntry entry) {
        return index <= log.size() && log.get((int) index - 1).equals(entry);
    }
}

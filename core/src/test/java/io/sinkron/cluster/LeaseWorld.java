package io.sinkron.cluster;

import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.common.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Real holders and keepers in a small world in which everything goes wrong that may: clocks whose rates wander within the declared
 * bound, messages that are late, lost and doubled, nodes that are cut off, fall behind with the log, or start again, and leaders that change
 * while their proposals are under way. The log itself is assumed to work. Time advances in steps of one millisecond of true time.
 */
final class LeaseWorld {
    static final LeaseOptions OPTIONS = new LeaseOptions(ms(100), ms(25), 100_000, ms(60), ms(150), ms(120), ms(40));

    private static final double DRIFT = 0.1;

    private final Random random;
    private final double trouble;
    private final List<Process> processes = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final ArrayDeque<ClusterCommand> log = new ArrayDeque<>();
    private final ViewTable table = new ViewTable();
    private final TreeSet<NodeId> group = new TreeSet<>();
    private long step;
    private long sequence;
    private int leader;
    /** Views that excluded a start of a node; for tests that want to know whether anything happened. */
    int exclusions;

    int activations;
    int leaderChanges;
    int removals;
    int leaseSteps;

    /** A world of n nodes; trouble from 0 (none) to 1. */
    LeaseWorld(long seed, int n, double trouble) {
        random = new Random(seed);
        this.trouble = trouble;
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            ids.add(NodeId.of("n" + i));
        }
        for (NodeId id : ids) {
            processes.add(new Process(id, ids));
        }
        group.addAll(ids);
        processes.get(0).keeper.leaderStarted(table.current(), true, processes.get(0).clock);
    }

    /** Runs so many milliseconds and checks the rules after each. */
    void run(int millis) {
        for (int i = 0; i < millis; i++) {
            step++;
            for (Process process : processes) {
                process.advance();
            }
            while (!events.isEmpty() && events.peek().at() <= step) {
                events.poll().action().run();
            }
            applyLog();
            for (Process process : processes) {
                process.turn();
            }
            misfortune();
            check();
        }
    }

    View current() {
        return table.current();
    }

    View active() {
        return table.active();
    }

    /** Stops a node for ever. */
    void kill(int node) {
        processes.get(node).cutUntil = Long.MAX_VALUE;
    }

    /** Gives the leadership to another node; what the old leader proposed is either in the log of the new one or lost. */
    void electLeader(int next) {
        while (!log.isEmpty() && random.nextBoolean()) {
            apply(log.poll());
        }
        log.clear();
        processes.get(leader).deposedAt = step;
        leader = next;
        leaderChanges++;
        Process process = processes.get(next);
        process.deposedAt = Long.MAX_VALUE;
        process.keeper.groupIs(group, process.clock);
        process.keeper.leaderStarted(table.current(), table.isActive(), process.clock);
    }

    private void check() {
        for (Process process : processes) {
            if (process.holder.isValid(process.clock)) {
                leaseSteps++;
                if (!table.current().has(process.id, process.incarnation)) {
                    throw new AssertionError(process.id + " was excluded by view "
                            + table.current().epoch() + " at " + step + " ms while its lease is valid");
                }
                if (process.installedEpoch < table.active().epoch()) {
                    throw new AssertionError(
                            process.id + " holds a lease at " + step + " ms and acts by view " + process.installedEpoch
                                    + ", active is " + table.active().epoch());
                }
            }
        }
    }

    private void misfortune() {
        if (trouble == 0) {
            return;
        }
        Process victim = processes.get(random.nextInt(processes.size()));
        if (chance(0.004)) {
            victim.cutUntil = step + random.nextInt(400);
        }
        if (chance(0.004)) {
            victim.lagUntil = step + random.nextInt(400);
        }
        if (chance(0.002)) {
            victim.restart();
        }
        if (chance(group.contains(victim.id) ? 0.001 : 0.02)) {
            changeGroup(victim.id);
        }
        if (chance(0.001)) {
            Process process = processes.get(leader);
            process.keeper.drain(List.of(victim.id), process.clock + ms(random.nextInt(400)), process.clock);
        }
        if (chance(0.004)) {
            electLeader(random.nextInt(processes.size()));
        }
    }

    /** Removes a node from the group, or adds it again; each node learns of it when its turn comes to lead. */
    private void changeGroup(NodeId id) {
        if (!group.contains(id)) {
            group.add(id);
        } else if (group.size() > 1) {
            group.remove(id);
            removals++;
        }
        processes.get(leader).keeper.groupIs(group, processes.get(leader).clock);
    }

    private void applyLog() {
        if (!log.isEmpty() && random.nextInt(4) == 0) {
            apply(log.poll());
        }
    }

    private void apply(ClusterCommand command) {
        View before = table.current();
        if (!table.apply(command)) {
            return;
        }
        View after = table.current();
        if (after.epoch() > before.epoch()) {
            for (Member member : before.members()) {
                exclusions += after.has(member.id(), member.incarnation()) ? 0 : 1;
            }
        } else {
            activations++;
        }
        Process process = processes.get(leader);
        process.keeper.viewChanged(after, table.isActive(), process.clock);
    }

    private void send(Process from, Process to, Runnable action) {
        int copies = chance(0.1) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (from.isCut() || to.isCut() || chance(0.2)) {
                continue;
            }
            long delay = 1 + random.nextInt(chance(0.2) ? 150 : 5);
            events.add(new Event(step + delay, sequence++, action));
        }
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability * trouble;
    }

    private static long ms(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private record Event(long at, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /** A node: its clock, its holder, and its keeper, which works only while it leads. */
    private final class Process {
        private final NodeId id;
        private final ViewKeeper keeper;
        private LeaseHolder holder;
        private long incarnation = 1;
        private long clock;
        private double rate;
        private long installedEpoch;
        private long cutUntil;
        private long lagUntil;
        private long deposedAt = Long.MAX_VALUE;

        Process(NodeId id, List<NodeId> expected) {
            this.id = id;
            keeper = new ViewKeeper(OPTIONS, expected);
            clock = random.nextInt(1000);
            holder = new LeaseHolder(OPTIONS, clock);
            rate = 1;
        }

        void advance() {
            if (trouble > 0 && random.nextInt(100) == 0) {
                rate = 1 - DRIFT + random.nextInt(3) * DRIFT;
            }
            clock += (long) (ms(1) * rate);
        }

        boolean isCut() {
            return step < cutUntil;
        }

        void restart() {
            incarnation++;
            holder = new LeaseHolder(OPTIONS, clock);
            installedEpoch = 0;
        }

        void turn() {
            if (step >= lagUntil && !isCut() && installedEpoch < table.current().epoch()) {
                installedEpoch = table.current().epoch();
                Process to = believedLeader();
                long epoch = installedEpoch;
                send(this, to, () -> to.keeper.installed(id, epoch, to.clock));
            }
            Member self = new Member(id, incarnation, 1, "", "");
            holder.poll(self, installedEpoch, clock).ifPresent(this::ask);
            if (processes.get(leader) == this) {
                keeper.tick(clock).ifPresent(this::propose);
            } else if (deposedAt != Long.MAX_VALUE && step - deposedAt > 80) {
                keeper.leaderStopped();
                deposedAt = Long.MAX_VALUE;
            }
        }

        private void propose(ClusterCommand command) {
            if (!isCut() && !chance(0.1)) {
                log.add(command);
            }
        }

        private void ask(LeaseRequest request) {
            Process to = believedLeader();
            send(this, to, () -> to.asked(this, request));
        }

        private void asked(Process from, LeaseRequest request) {
            boolean sure = processes.get(leader) == this && !chance(0.05);
            keeper.requested(from.id, request, sure, 0, clock)
                    .ifPresent(grant -> send(this, from, () -> from.answered(grant)));
        }

        private void answered(LeaseGrant grant) {
            holder.granted(grant, clock);
        }

        private Process believedLeader() {
            return processes.get(chance(0.1) ? random.nextInt(processes.size()) : leader);
        }
    }
}

package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One random run of a group, decided by its seed: messages are delivered in any order, late, twice or never; disks flush when they like;
 * nodes crash, lose what wasn't flushed or, one at a time, their disk, and come back; links fail one way or both; members are added, demoted and
 * removed, the leadership is handed over; limits are tiny. Afterwards all is repaired and the group must work again.
 */
final class RaftSchedule {
    /** What the runs are meant to reach. */
    enum Mark {
        ELECTED,
        SURE,
        DEPOSED,
        TRUNCATED,
        INSTALLED,
        LOST_UNFLUSHED,
        OVERLOADED,
        APPLIED,
        RECONFIGURED,
        JOINT_WITH_NEW_LEADER,
        ROLLED_BACK,
        LEFT,
        WIPED,
        REPLACED,
        TRANSFERRED,
        READ,
        READ_REFUSED
    }

    private record Packet(int from, int to, RaftMessage message) {}

    private static final int STEPS = 1200;

    private final Random random;
    private final RaftOptions options;
    private final RaftInvariants invariants = new RaftInvariants();
    private final List<TestNode> nodes = new ArrayList<>();
    private final LostDisks lost = new LostDisks(nodes);
    private final List<Packet> packets = new ArrayList<>();
    private final Map<Mark, Integer> marks = new EnumMap<>(Mark.class);
    private final boolean[][] cut;
    private final int founders;
    private final Role[] roles;
    private final Configuration[] configurations;
    private final int lossPercent;
    private final int duplicatePercent;
    private final int timeStepMillis;
    private final int faultPercent;
    private long now;
    private long commands;

    RaftSchedule(long seed) {
        random = new Random(seed);
        options = drawOptions(random);
        lossPercent = random.nextInt(15);
        duplicatePercent = random.nextInt(15);
        timeStepMillis = new int[] {20, 100, 400, 1000}[random.nextInt(4)];
        faultPercent = new int[] {0, 20, 100}[random.nextInt(3)];
        now = random.nextLong() / 4;
        founders = new int[] {1, 2, 3, 3, 3, 4, 5}[random.nextInt(7)];
        boolean isUsed = random.nextInt(3) > 0;
        int count = founders + random.nextInt(3);
        cut = new boolean[count][count];
        roles = new Role[count];
        configurations = new Configuration[count];
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(NodeId.of("n" + i));
        }
        for (int i = 0; i < count; i++) {
            Configuration founding =
                    i < founders ? Configuration.founding(ids.subList(0, founders), Map.of()) : Configuration.EMPTY;
            TestNode node = new TestNode(ids.get(i), founding, options, new Random(random.nextLong()), invariants);
            if (isUsed && i < founders) {
                node.durable.setHardState(new HardState(1, Optional.empty()));
            }
            node.holdStorage(true);
            invariants.add(node);
            nodes.add(node);
            node.start(now);
        }
    }

    private static RaftOptions drawOptions(Random random) {
        return RaftOptions.DEFAULT
                .withFlow(
                        1 + random.nextInt(4), 1 + random.nextInt(400), 1 + random.nextInt(8), 1 + random.nextInt(800))
                .withBounds(1 + random.nextInt(2000), 1 + random.nextInt(4), 1 + random.nextInt(300))
                .withSnapshots(1 + random.nextInt(9), 1 + random.nextInt(3), random.nextInt(4), random.nextInt(300))
                .withHeldLog(random.nextInt(3) * 100L)
                .withReads(random.nextInt(4) == 0, 1 + random.nextInt(5))
                .withPatience(1 + random.nextInt(2000), 1_000_000L + random.nextInt(2_000_000_000), random.nextInt(6));
    }

    Map<Mark, Integer> marks() {
        return marks;
    }

    void run() {
        for (int i = 0; i < STEPS; i++) {
            step();
        }
        repair();
    }

    private void step() {
        int node = random.nextInt(nodes.size());
        int action = random.nextInt(100);
        if (action < 50) {
            deliverOne();
        } else if (action < 65) {
            now += TimeUnit.MILLISECONDS.toNanos(random.nextInt(timeStepMillis));
            tick(node);
        } else if (action < 78) {
            flush(node);
        } else if (action < 87) {
            propose(node);
        } else if (action < 90) {
            compact(node);
        } else if (action < 93) {
            manage(node);
        } else if (random.nextInt(100) < faultPercent) {
            fault(node);
        }
        checkOneSureLeader();
    }

    private void fault(int node) {
        switch (random.nextInt(6)) {
            case 0 -> {
                crash(node);
                wipe(node);
            }
            case 1 -> start(node);
            case 2 -> cut[node][random.nextInt(nodes.size())] = true;
            case 3 -> isolate(node);
            default -> heal();
        }
    }

    /** What users and operators ask of a node, be it the leader or not. */
    private void manage(int node) {
        TestNode each = nodes.get(node);
        if (!each.isUp()) {
            return;
        }
        NodeId other = nodes.get(random.nextInt(nodes.size())).id;
        switch (random.nextInt(6)) {
            case 0 -> {
                Optional<NodeId> to = random.nextBoolean() ? Optional.empty() : Optional.of(other);
                if (each.raft().transfer(to, now) instanceof TransferStarted.Started) {
                    mark(Mark.TRANSFERRED);
                }
            }
            case 1, 2 -> {
                // To shrink a group while a disk of it is lost is not covered by what is promised.
                if (each.raft().configuration().voters().stream().noneMatch(lost::isGone)) {
                    each.raft().reconfigure(change(other), now);
                }
            }
            default -> each.read(now);
        }
        turn(node);
    }

    private MembershipChange change(NodeId node) {
        return switch (random.nextInt(4)) {
            case 0 -> MembershipChange.remove(node);
            case 1 -> MembershipChange.addLearner(node, "");
            case 2 -> MembershipChange.addVoter(node, "");
            default -> {
                NodeId out = nodes.get(random.nextInt(nodes.size())).id;
                yield out.equals(node) ? MembershipChange.addVoter(node, "") : MembershipChange.replace(out, node, "");
            }
        };
    }

    /** Loses the disk of a node that is down, if what is promised covers that. */
    private void wipe(int node) {
        TestNode each = nodes.get(node);
        boolean isAlone = founders == 1; // nobody could tell a lone founder what it has lost
        if (isAlone || each.isUp() || each.disk().lastIndex() == 0 || !lost.isCovered(each, configurations[node])) {
            return;
        }
        mark(Mark.WIPED);
        invariants.lost(each);
        each.wipe();
        invariants.forget(each.id);
    }

    private void isolate(int node) {
        for (int other = 0; other < nodes.size(); other++) {
            cut[node][other] = true;
            cut[other][node] = true;
        }
    }

    private void heal() {
        for (boolean[] row : cut) {
            Arrays.fill(row, false);
        }
    }

    /** R17: who is sure that it leads is the only one; here all clocks agree. */
    private void checkOneSureLeader() {
        long sureTerm = Long.MAX_VALUE;
        long highestTerm = 0;
        for (TestNode node : nodes) {
            if (node.isUp() && node.raft().role() == Role.LEADER) {
                highestTerm = Math.max(highestTerm, node.raft().term());
                if (node.raft().hasQuorum(now)) {
                    sureTerm = Math.min(sureTerm, node.raft().term());
                    mark(Mark.SURE);
                }
            }
        }
        if (highestTerm > sureTerm) {
            throw new AssertionError("R17: sure of term " + sureTerm + ", but term " + highestTerm + " has a leader");
        }
    }

    private void deliverOne() {
        if (packets.isEmpty()) {
            return;
        }
        int at = random.nextInt(4) == 0 ? random.nextInt(packets.size()) : 0;
        Packet packet = random.nextInt(100) < duplicatePercent ? packets.get(at) : packets.remove(at);
        deliver(packet);
    }

    private void deliver(Packet packet) {
        TestNode to = nodes.get(packet.to);
        if (to.isUp() && !cut[packet.from][packet.to]) {
            to.raft().receive(nodes.get(packet.from).id, packet.message, now);
            turn(packet.to);
        }
    }

    private void tick(int node) {
        if (nodes.get(node).isUp()) {
            nodes.get(node).raft().tick(now);
            turn(node);
        }
    }

    private void flush(int node) {
        TestNode each = nodes.get(node);
        if (each.isUp() && !each.unflushed.isEmpty()) {
            each.flush(1 + random.nextInt(each.unflushed.size()), now);
            turn(node);
        }
    }

    private void propose(int node) {
        if (nodes.get(node).isUp()) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                Bytes command = Bytes.utf8("c" + ++commands);
                if (nodes.get(node).raft().propose(command, commands, now) instanceof Proposed.Overloaded) {
                    mark(Mark.OVERLOADED);
                }
            }
            turn(node);
        }
    }

    private void compact(int node) {
        TestNode each = nodes.get(node);
        if (each.isUp() && each.appliedIndex() > 0) {
            each.compact(now);
            turn(node);
        }
    }

    private void crash(int node) {
        TestNode each = nodes.get(node);
        if (each.isUp()) {
            if (!each.unflushed.isEmpty()) {
                mark(Mark.LOST_UNFLUSHED);
            }
            each.crash(random.nextInt(each.unflushed.size() + 1));
            roles[node] = null;
        }
    }

    private void start(int node) {
        if (!nodes.get(node).isUp()) {
            nodes.get(node).start(now);
            turn(node);
        }
    }

    private void turn(int node) {
        TestNode each = nodes.get(node);
        int installs = each.installs();
        each.turn(now);
        if (each.installs() > installs) {
            mark(Mark.INSTALLED);
        }
        each.unflushed.stream()
                .filter(write -> write.batch().truncateFrom() > 0)
                .findAny()
                .ifPresent(write -> mark(Mark.TRUNCATED));
        Role role = each.raft().role();
        if (role != roles[node] && (role == Role.LEADER || roles[node] == Role.LEADER)) {
            mark(role == Role.LEADER ? Mark.ELECTED : Mark.DEPOSED);
        }
        roles[node] = role;
        watch(node);
        each.reads.values().forEach(index -> mark(index >= 0 ? Mark.READ : Mark.READ_REFUSED));
        each.reads.clear();
        for (Outgoing message : each.outgoing) {
            int to = Integer.parseInt(message.to().value().substring(1));
            if (random.nextInt(100) >= lossPercent) {
                packets.add(new Packet(node, to, message.message()));
            }
        }
        each.outgoing.clear();
    }

    private void watch(int node) {
        Raft raft = nodes.get(node).raft();
        Configuration before = configurations[node];
        Configuration after = raft.configuration();
        configurations[node] = after;
        if (before == null || before.equals(after)) {
            return;
        }
        mark(Mark.RECONFIGURED);
        if (before.isJoint() && !after.isJoint() && raft.role() == Role.LEADER) {
            mark(Mark.LEFT);
            long creator = nodes.get(node).written.entries().stream()
                    .filter(entry -> entry.kind() == LogEntry.Kind.CONFIG)
                    .mapToLong(LogEntry::term)
                    .min()
                    .orElse(raft.term());
            if (creator < raft.term()) {
                mark(Mark.JOINT_WITH_NEW_LEADER);
            }
        }
        if (raft.role() != Role.LEADER
                && before.voters().size() + before.learners().size()
                        > after.voters().size() + after.learners().size()
                && !before.isJoint()
                && !after.isJoint()) {
            mark(Mark.ROLLED_BACK);
        }
        if (after.voters().stream()
                .anyMatch(server -> server.identity() > 0 && !before.voters().contains(server))) {
            mark(Mark.REPLACED);
        }
    }

    /** All comes back and works: within so many election timeouts somebody leads, and everybody applies a new command. */
    private void repair() {
        for (int i = 0; i < nodes.size(); i++) {
            start(i);
            nodes.get(i).holdStorage(false);
            turn(i);
        }
        heal();
        long end = now + 60 * options.electionTimeoutMaxNanos();
        String last = "last";
        boolean isDone = false;
        while (!isDone && now - end < 0) {
            now += TimeUnit.MILLISECONDS.toNanos(20);
            isDone = true;
            for (int i = 0; i < nodes.size(); i++) {
                TestNode node = nodes.get(i);
                tick(i);
                if (node.raft().isReadyLeader() && !node.applied.contains(last)) {
                    node.raft().propose(Bytes.utf8(last), 0, now);
                    turn(i);
                }
                isDone &= !belongs(node)
                        || node.applied.contains(last)
                        || node.installs() > 0 && node.appliedIndex() == highestApplied();
            }
            isDone &= nodes.stream().anyMatch(node -> node.applied.contains(last));
            for (int n = packets.size() * 20; n > 0 && !packets.isEmpty(); n--) {
                deliver(packets.remove(0));
            }
        }
        if (!isDone) {
            throw new AssertionError("no progress after repair: " + describe());
        }
        mark(Mark.APPLIED);
    }

    /** Whether the group is to bring this node up to date: it's in the membership that was committed last. */
    private boolean belongs(TestNode node) {
        TestNode newest = nodes.get(0);
        for (TestNode each : nodes) {
            if (each.raft().commitIndex() > newest.raft().commitIndex()) {
                newest = each;
            }
        }
        return newest.raft().committedConfiguration().contains(node.id);
    }

    private long highestApplied() {
        return nodes.stream().mapToLong(TestNode::appliedIndex).max().orElseThrow();
    }

    private String describe() {
        StringBuilder text = new StringBuilder(options.toString());
        for (TestNode node : nodes) {
            Raft raft = node.raft();
            text.append('\n')
                    .append(node.id)
                    .append(' ')
                    .append(raft.role())
                    .append(" term ")
                    .append(raft.term());
            text.append(" last ").append(raft.lastIndex()).append(" commit ").append(raft.commitIndex());
            text.append(" in ").append(raft.configuration()).append(" as ").append(raft.server());
            text.append(" applied ")
                    .append(node.appliedIndex())
                    .append(" snapshot ")
                    .append(raft.snapshotIndex());
        }
        return text.toString();
    }

    private void mark(Mark mark) {
        marks.merge(mark, 1, Integer::sum);
    }
}

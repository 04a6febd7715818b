package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.Outgoing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One random run of a group, decided by its seed: messages are delivered in any order, late, twice or never; disks flush when they like;
 * nodes crash, lose what wasn't flushed, and come back; links fail one way or both; limits are tiny. Afterwards all is repaired and the
 * group must work again.
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
        APPLIED
    }

    private record Packet(int from, int to, RaftMessage message) {}

    private static final int STEPS = 1200;

    private final Random random;
    private final RaftOptions options;
    private final RaftInvariants invariants = new RaftInvariants();
    private final List<TestNode> nodes = new ArrayList<>();
    private final List<Packet> packets = new ArrayList<>();
    private final Map<Mark, Integer> marks = new EnumMap<>(Mark.class);
    private final boolean[][] cut;
    private final Role[] roles;
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
        int count = new int[] {1, 2, 3, 3, 3, 4, 5}[random.nextInt(7)];
        cut = new boolean[count][count];
        roles = new Role[count];
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(NodeId.of("n" + i));
        }
        for (int i = 0; i < count; i++) {
            TestNode node = new TestNode(ids.get(i), ids, options, new Random(random.nextLong()), invariants);
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
                .withSnapshots(1 + random.nextInt(9), 1 + random.nextInt(3), random.nextInt(4), random.nextInt(300));
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
        } else if (action < 90) {
            propose(node);
        } else if (action < 93) {
            compact(node);
        } else if (random.nextInt(100) < faultPercent) {
            fault(node);
        }
        checkOneSureLeader();
    }

    private void fault(int node) {
        switch (random.nextInt(6)) {
            case 0 -> crash(node);
            case 1 -> start(node);
            case 2 -> cut[node][random.nextInt(nodes.size())] = true;
            case 3 -> isolate(node);
            default -> heal();
        }
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
        for (Outgoing message : each.outgoing) {
            int to = Integer.parseInt(message.to().value().substring(1));
            if (random.nextInt(100) >= lossPercent) {
                packets.add(new Packet(node, to, message.message()));
            }
        }
        each.outgoing.clear();
    }

    /** All comes back and works: within ten election timeouts somebody leads, and everybody applies a new command. */
    private void repair() {
        for (int i = 0; i < nodes.size(); i++) {
            start(i);
            nodes.get(i).holdStorage(false);
            turn(i);
        }
        heal();
        long end = now + 10 * options.electionTimeoutMaxNanos();
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
                isDone &= node.installs() > 0
                                && node.appliedIndex() == nodes.get(0).appliedIndex()
                        || node.applied.contains(last);
            }
            for (int n = packets.size() * 20; n > 0 && !packets.isEmpty(); n--) {
                deliver(packets.remove(0));
            }
        }
        if (!isDone || nodes.stream().noneMatch(node -> node.applied.contains(last))) {
            throw new AssertionError("no progress after repair: " + describe());
        }
        mark(Mark.APPLIED);
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

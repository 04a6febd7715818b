package io.sinkron.raft;

import io.sinkron.raft.TestNetwork.Packet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The group a script plays with, and what the script remembers of it: messages set aside, disks that are to fail, the last refusal. */
final class ScriptGroup {
    /** A link between two nodes, or all links of one: 0 stands for any node. */
    record Link(int from, int to) {
        static Link parse(String text) {
            String[] ends = text.split("->");
            if (ends.length != 2) {
                throw new IllegalArgumentException("a link is written as 1->2, not " + text);
            }
            return new Link(end(ends[0]), end(ends[1]));
        }

        private static int end(String text) {
            return text.equals("*") ? 0 : Integer.parseInt(text);
        }

        boolean fits(Packet packet) {
            return (from == 0 || from == packet.from()) && (to == 0 || to == packet.to());
        }
    }

    /** A read that a script has begun: where, and under which number. */
    record Read(int node, long id) {}

    final RaftScenario scenario;
    private final Map<String, Packet> aside = new HashMap<>();
    private final Set<Integer> failingDisks = new HashSet<>();
    private final Map<String, Read> reads = new HashMap<>();
    private long clocksFairFrom = Long.MIN_VALUE;

    ScriptGroup(RaftScenario scenario) {
        this.scenario = scenario;
    }

    /** The nodes that a word names: {@code 2}, {@code 1,3}, {@code all}, {@code up} for those that run and {@code down} for the others. */
    List<Integer> nodes(String word) {
        IntStream all = IntStream.rangeClosed(1, scenario.size());
        return switch (word) {
            case "all" -> all.boxed().toList();
            case "up" -> all.filter(node -> scenario.node(node).isUp()).boxed().toList();
            case "down" ->
                all.filter(node -> !scenario.node(node).isUp()).boxed().toList();
            default ->
                java.util.Arrays.stream(word.split(",")).map(Integer::valueOf).toList();
        };
    }

    static Predicate<Packet> which(Link link, String kind) {
        return packet -> link.fits(packet) && ScriptMessages.is(kind, packet.message());
    }

    void setAside(String name, Packet packet) {
        aside.put(name, packet);
    }

    /** A message set aside; it may be delivered as often as the script likes. */
    Packet aside(String name) {
        Packet packet = aside.get(name);
        if (packet == null) {
            throw new IllegalArgumentException("no message was set aside as '" + name + "'");
        }
        return packet;
    }

    boolean isAside(String name) {
        return aside.containsKey(name);
    }

    void begin(String name, int node) {
        reads.put(name, new Read(node, scenario.read(node)));
    }

    Read read(String name) {
        Read read = reads.get(name);
        if (read == null) {
            throw new IllegalArgumentException("no read '" + name + "' was begun");
        }
        return read;
    }

    void failDisk(int node) {
        scenario.holdStorage(node);
        failingDisks.add(node);
    }

    /** A node's clock was put forward: until one election timeout has passed, promises given by it don't hold. */
    void clockJumped() {
        clocksFairFrom = scenario.now() + scenario.options().electionTimeoutMinNanos();
    }

    /** What must hold after every step, besides what each node is watched for: one sure leader, and a node stops whose disk has failed. */
    void afterStep() {
        failingDisks.removeIf(node -> {
            boolean hasFailed =
                    scenario.node(node).isUp() && !scenario.node(node).unflushed.isEmpty();
            if (hasFailed) {
                scenario.crash(node);
            }
            return hasFailed;
        });
        if (scenario.now() - clocksFairFrom >= 0) {
            checkOneSureLeader();
        }
    }

    /** R17: who is sure that it leads is the only one. */
    private void checkOneSureLeader() {
        long sure = Long.MAX_VALUE;
        long highest = 0;
        for (int node : nodes("up")) {
            Raft raft = scenario.raft(node);
            if (raft.role() == Role.LEADER) {
                highest = Math.max(highest, raft.term());
                sure = raft.hasQuorum(scenario.now(node)) ? Math.min(sure, raft.term()) : sure;
            }
        }
        if (highest > sure) {
            throw new AssertionError("R17: sure of term " + sure + ", but term " + highest + " has a leader");
        }
    }
}

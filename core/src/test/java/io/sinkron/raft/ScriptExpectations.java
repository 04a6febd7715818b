package io.sinkron.raft;

import io.sinkron.raft.ScriptGroup.Link;
import io.sinkron.raft.TestNetwork.Packet;
import io.sinkron.spi.LogEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What scripts expect: {@code expect <nodes> <properties>} and {@code expect 1->2 <messages>}. {@code docs/raft-scenarios.md} lists the properties. */
final class ScriptExpectations {
    /** An expectation that isn't met. */
    private static final class Unmet extends AssertionError {
        private static final long serialVersionUID = 1;

        Unmet(String message) {
            super(message);
        }
    }

    private final ScriptGroup group;
    private final RaftScenario scenario;

    ScriptExpectations(ScriptGroup group) {
        this.group = group;
        this.scenario = group.scenario;
    }

    /** Whether an expectation is met now; one that can't be understood is an error. */
    boolean holds(List<String> expectation) {
        try {
            require("expect", ScriptWords.of(expectation));
            return true;
        } catch (Unmet notYet) {
            return false;
        }
    }

    /** Takes an expectation; false if the verb is another one. */
    boolean require(String verb, ScriptWords words) {
        if (!verb.equals("expect")) {
            return false;
        }
        if (words.accept("quiet")) {
            check(scenario.isQuiet(), "messages are under way");
        } else if (words.accept("one")) {
            words.require("leader");
            check(leaders() == 1, leaders() + " nodes lead");
        } else if (words.accept("no")) {
            words.require("leader");
            check(leaders() == 0, leaders() + " nodes lead");
        } else if (words.accept("read")) {
            read(words);
        } else if (words.accept("same")) {
            same(words);
        } else if (words.accept("sent")) {
            sent(words);
        } else if (words.peek().contains("->")) {
            messages(Link.parse(words.next()), words);
        } else {
            nodes(words);
        }
        words.end();
        return true;
    }

    private long leaders() {
        return group.nodes("up").stream()
                .filter(node -> scenario.raft(node).role() == Role.LEADER)
                .count();
    }

    /** {@code read <name> pending|refused|done|index 3}. */
    private void read(ScriptWords words) {
        ScriptGroup.Read read = group.read(words.next());
        Long index = scenario.node(read.node()).reads.get(read.id());
        String expected = words.next();
        String actual = index == null ? "pending" : index == RaftEffects.REFUSED ? "refused" : "done";
        if (expected.equals("index")) {
            check(actual.equals("done"), "the read is " + actual);
            number("index of the read", words, index);
        } else {
            check(actual.equals(expected), "the read is " + actual);
        }
    }

    /** {@code same state|log all}. */
    private void same(ScriptWords words) {
        String what = words.next();
        List<Integer> nodes = group.nodes(words.next());
        for (int node : nodes) {
            String here = facts(what, node);
            String there = facts(what, nodes.get(0));
            check(
                    here.equals(there),
                    what + " of node " + node + " is " + here + ", of node " + nodes.get(0) + " " + there);
        }
    }

    private String facts(String what, int node) {
        return switch (what) {
            case "state" ->
                scenario.node(node).appliedIndex() + ":" + scenario.node(node).stateHash();
            case "log" -> log(scenario.node(node).written);
            default -> throw new IllegalArgumentException("nodes have no " + what + " to compare");
        };
    }

    /** {@code sent 1->2 <kind> <number>}: since the start or the last {@code count-anew}. */
    private void sent(ScriptWords words) {
        Predicate<Packet> which = ScriptGroup.which(Link.parse(words.next()), words.next());
        number("messages sent", words, scenario.network().countSent(which));
    }

    /** {@code [no] <kind> <fields>}, {@code count <kind> <number> <fields>}. */
    private void messages(Link link, ScriptWords words) {
        boolean isNone = words.accept("no");
        boolean isCounted = words.accept("count");
        String kind = words.next();
        Optional<String> count = isCounted ? Optional.of(words.next()) : Optional.empty();
        Map<String, String> fields = ScriptMessages.fields(words);
        List<Packet> ofKind = scenario.network().underWay(ScriptGroup.which(link, kind));
        long fitting = ofKind.stream().filter(packet -> fits(fields, packet)).count();
        if (isNone) {
            check(fitting == 0, "under way are " + list(ofKind));
        } else if (count.isPresent()) {
            check(compare(count.get(), fitting), "under way are " + fitting + " of " + list(ofKind));
        } else {
            check(fitting > 0, "under way are " + list(ofKind));
        }
    }

    private static boolean fits(Map<String, String> fields, Packet packet) {
        Map<String, String> actual = ScriptMessages.describe(packet.message());
        for (Map.Entry<String, String> field : fields.entrySet()) {
            String value = actual.get(field.getKey());
            if (value == null) {
                throw new IllegalArgumentException("that kind of message has no field '" + field.getKey() + "'");
            }
            boolean isNumber = value.matches("\\d+");
            if (isNumber
                    ? !compare(field.getValue(), Long.parseLong(value))
                    : !value.equals(spaced(field.getValue()))) {
                return false;
            }
        }
        return true;
    }

    private static String list(List<Packet> packets) {
        return packets.stream()
                .map(packet -> packet.from() + "->" + packet.to() + " "
                        + packet.message().getClass().getSimpleName() + ScriptMessages.describe(packet.message()))
                .toList()
                .toString();
    }

    private void nodes(ScriptWords words) {
        List<Integer> nodes = group.nodes(words.next());
        List<String> properties = words.rest();
        for (int node : nodes) {
            ScriptWords each = ScriptWords.of(properties);
            if (!each.hasNext()) {
                throw new IllegalArgumentException("what of node " + node + "?");
            }
            while (each.hasNext()) {
                property(node, each);
            }
        }
    }

    private void property(int node, ScriptWords words) {
        TestNode each = scenario.node(node);
        String name = words.next();
        switch (name) {
            case "up" -> check(each.isUp(), "node " + node + " is down");
            case "down" -> check(!each.isUp(), "node " + node + " is up");
            case "durable-log" -> text(node, name, words, log(each.disk()));
            case "durable-term" ->
                number(
                        "durable term of node " + node,
                        words,
                        each.disk().hardState().term());
            case "durable-vote" -> text(node, name, words, vote(each.disk()));
            case "log" -> text(node, name, words, log(each.written));
            case "vote" -> text(node, name, words, vote(each.written));
            case "changes" -> text(node, name, words, ScriptMemberships.changes(each.written));
            case "commands" -> text(node, name, words, "[" + String.join(" ", each.applied) + "]");
            case "has" -> has(node, words.next(), true);
            case "lacks" -> has(node, words.next(), false);
            case "installs" -> number("snapshots installed by node " + node, words, each.installs());
            default -> ofMachine(node, scenario.raft(node), name, words);
        }
    }

    private void ofMachine(int node, Raft raft, String name, ScriptWords words) {
        String subject = name + " of node " + node;
        switch (name) {
            case "leader", "follower", "candidate", "pre-candidate" -> {
                String role =
                        raft.role().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
                check(role.equals(name), "node " + node + " is " + role);
            }
            case "not-leader" -> check(raft.role() != Role.LEADER, "node " + node + " leads");
            case "term" -> number(subject, words, raft.term());
            case "commit" -> number(subject, words, raft.commitIndex());
            case "applied" -> number(subject, words, raft.appliedIndex());
            case "last" -> number(subject, words, raft.lastIndex());
            case "snapshot" -> number(subject, words, raft.snapshotIndex());
            case "log-bytes" -> number(subject, words, raft.logBytes());
            case "follows" ->
                text(
                        node,
                        name,
                        words,
                        raft.leader().map(ScriptExpectations::number).orElse("none"));
            case "sure" -> check(raft.hasQuorum(scenario.now(node)), "node " + node + " isn't sure");
            case "unsure" -> check(!raft.hasQuorum(scenario.now(node)), "node " + node + " is sure");
            case "ready" -> check(raft.isReadyLeader(), "node " + node + " isn't ready");
            case "unready" -> check(!raft.isReadyLeader(), "node " + node + " is ready");
            case "voters" ->
                text(node, name, words, numbers(raft.configuration().voters()));
            case "outgoing" ->
                text(node, name, words, numbers(raft.configuration().outgoing()));
            case "learners" ->
                text(node, name, words, numbers(raft.configuration().learners()));
            case "target" ->
                text(node, name, words, numbers(raft.configuration().target()));
            case "committed-voters" ->
                text(node, name, words, numbers(raft.committedConfiguration().voters()));
            case "joint" -> check(raft.configuration().isJoint(), "node " + node + " has " + raft.configuration());
            case "settled" -> check(raft.configuration().isSettled(), "node " + node + " has " + raft.configuration());
            case "member" -> check(raft.isMember(), "node " + node + " is no member");
            case "stranger" -> check(!raft.isMember(), "node " + node + " is a member");
            case "identity" -> number(subject, words, raft.server().identity());
            case "successor" ->
                text(
                        node,
                        name,
                        words,
                        raft.successor().map(ScriptExpectations::number).orElse("none"));
            default -> throw new IllegalArgumentException("nodes have no property '" + name + "'");
        }
    }

    private static String numbers(List<Server> servers) {
        return servers.stream().map(server -> number(server.id())).collect(Collectors.joining(" ", "[", "]"));
    }

    private void has(int node, String command, boolean expected) {
        boolean actual = scenario.node(node).applied.contains(command);
        check(actual == expected, "node " + node + " has applied " + scenario.node(node).applied);
    }

    private static String number(io.sinkron.common.NodeId id) {
        return id.value().substring(1);
    }

    private static String vote(DiskImage disk) {
        return disk.hardState().votedFor().map(ScriptExpectations::number).orElse("none");
    }

    /** The terms of the entries by index; entries that a snapshot covers are one word: {@code [S4 2 2]}. */
    static String log(DiskImage disk) {
        List<LogEntry> after = disk.entries().stream()
                .filter(entry -> entry.index() > disk.snapshotIndex())
                .toList();
        String terms = after.stream().map(entry -> Long.toString(entry.term())).collect(Collectors.joining(" "));
        String base = disk.snapshotIndex() > 0 ? "S" + disk.snapshotIndex() : "";
        return "[" + (base.isEmpty() || terms.isEmpty() ? base + terms : base + " " + terms) + "]";
    }

    private static void text(int node, String name, ScriptWords words, String actual) {
        check(spaced(words.next()).equals(actual), name + " of node " + node + " is " + actual);
    }

    private static String spaced(String text) {
        return text.startsWith("[") ? "[" + String.join(" ", ScriptWords.split(text)) + "]" : text;
    }

    private static void number(String subject, ScriptWords words, long actual) {
        check(compare(words.next(), actual), subject + " is " + actual);
    }

    /** {@code 5}, {@code >5}, {@code >=5}, {@code <5}, {@code <=5}. */
    private static boolean compare(String bound, long actual) {
        String sign = bound.replaceFirst("-?\\d+$", "");
        long number = Long.parseLong(bound.substring(sign.length()));
        return switch (sign) {
            case "" -> actual == number;
            case ">" -> actual > number;
            case ">=" -> actual >= number;
            case "<" -> actual < number;
            case "<=" -> actual <= number;
            default -> throw new IllegalArgumentException("no number and no bound: '" + bound + "'");
        };
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new Unmet(otherwise);
        }
    }
}

package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.ScriptGroup.Link;
import io.sinkron.raft.TestNetwork.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The verbs of scripts that do something. {@code docs/raft-scenarios.md} lists them. */
final class ScriptActions {
    private static final int ENOUGH = 20_000;

    private final ScriptGroup group;
    private final RaftScenario scenario;
    private final ScriptExpectations expectations;

    ScriptActions(ScriptGroup group, ScriptExpectations expectations) {
        this.group = group;
        this.scenario = group.scenario;
        this.expectations = expectations;
    }

    /** Does one step. */
    void perform(String verb, ScriptWords words) {
        switch (verb) {
            case "campaign" -> forEach(words, this::campaign);
            case "elect" -> elect(words.number());
            case "tick" -> forEach(words, scenario::tick);
            case "advance" -> scenario.pass(words.number());
            case "lapse" -> scenario.lapse();
            case "run" -> run(words);
            case "propose" -> propose(words);
            case "stabilise" -> stabilise(words);
            case "deliver" -> deliver(words);
            case "drop" -> drop(words);
            case "delay" -> delay(words, true);
            case "copy" -> delay(words, false);
            case "inject" -> inject(words);
            case "isolate" -> forEach(words, scenario::isolate);
            case "cut" -> links(words, scenario::cut);
            case "heal" -> heal(words);
            case "reverse" -> scenario.reversePackets();
            case "count-anew" -> scenario.network().countAnew();
            case "storage" -> storage(words);
            case "crash" -> crash(words);
            case "restart" -> forEach(words, this::restart);
            case "wipe" -> forEach(words, this::wipe);
            case "clock" -> clock(words);
            case "conf" -> conf(words);
            case "transfer" -> transfer(words);
            case "read" -> read(words);
            case "compact" -> forEach(words, scenario::compact);
            default -> throw new IllegalArgumentException("no verb '" + verb + "'");
        }
        words.end();
    }

    private void forEach(ScriptWords words, java.util.function.IntConsumer action) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException("which nodes?");
        }
        while (words.hasNext()) {
            group.nodes(words.next()).forEach(action::accept);
        }
    }

    private void campaign(int node) {
        if (scenario.raft(node).deadline() - scenario.now(node) > 0) {
            group.clockJumped();
        }
        scenario.campaign(node);
    }

    private void elect(int node) {
        group.clockJumped();
        scenario.elect(node);
        expectations.require("expect", new ScriptWords(node + " leader"));
    }

    /** {@code run 500}, {@code run until <expectation>}, {@code run 500 keeping <expectation>}. */
    private void run(ScriptWords words) {
        if (words.accept("until")) {
            List<String> expected = words.rest();
            for (int i = 0; !expectations.holds(expected); i++) {
                check(i < ENOUGH, "never came true");
                scenario.run(10);
            }
            return;
        }
        int millis = words.number();
        List<String> kept = words.accept("keeping") ? words.rest() : List.of();
        for (int i = 0; i < millis; i += 10) {
            scenario.run(10);
            group.afterStep();
            if (!kept.isEmpty()) {
                expectations.require("expect", ScriptWords.of(kept));
            }
        }
    }

    /** {@code propose 1 a b}, {@code propose 1 together a b}, {@code propose 1 count 20}, {@code propose 1 bytes 1000}; {@code -> <outcome>}. */
    private void propose(ScriptWords words) {
        int node = words.number();
        List<String> commands = new ArrayList<>();
        boolean isTogether = words.accept("together");
        if (words.accept("count")) {
            int count = words.number();
            for (int i = 1; i <= count; i++) {
                commands.add("c" + i);
            }
        } else if (words.accept("bytes")) {
            commands.add("x".repeat(words.number()));
        }
        while (words.hasNext() && !words.peek().equals("->")) {
            commands.add(words.next());
        }
        String expected = outcome(words, "accepted");
        for (int i = 0; i < commands.size(); i++) {
            Proposed proposed;
            if (isTogether && i < commands.size() - 1) {
                proposed = scenario.raft(node).propose(Bytes.utf8(commands.get(i)), 0, scenario.now(node));
            } else {
                proposed = scenario.propose(node, commands.get(i));
            }
            String outcome = ScriptOutcomes.of(proposed);
            check(ScriptOutcomes.fits(expected, outcome), "the proposal was " + outcome);
        }
    }

    private void stabilise(ScriptWords words) {
        if (!words.hasNext()) {
            scenario.stabilise();
            return;
        }
        List<Integer> among = words.numbers();
        deliverAll(packet -> among.contains(packet.from()) && among.contains(packet.to()));
    }

    private void deliverAll(Predicate<Packet> which) {
        for (int i = 0; scenario.network().has(which); i++) {
            check(i < ENOUGH, "messages without end");
            scenario.deliver(scenario.network().take(which, "any"));
        }
    }

    /** {@code deliver 1->2 [kind]}, {@code deliver all 1->2 [kind]}, {@code deliver until <expectation>}, {@code deliver <name of one set aside>}. */
    private void deliver(ScriptWords words) {
        if (words.accept("until")) {
            List<String> expected = words.rest();
            while (!expectations.holds(expected)) {
                check(!scenario.isQuiet(), "never came true, and no message is under way");
                scenario.deliverNext();
            }
        } else if (words.accept("all")) {
            Link link = Link.parse(words.next());
            deliverAll(ScriptGroup.which(link, kind(words)));
        } else if (group.isAside(words.peek())) {
            scenario.deliver(group.aside(words.next()));
        } else {
            scenario.deliver(take(words));
        }
    }

    private Packet take(ScriptWords words) {
        String what = String.join(" ", words.peek());
        Link link = Link.parse(words.next());
        String kind = kind(words);
        return scenario.network().take(ScriptGroup.which(link, kind), kind + " " + what);
    }

    private static String kind(ScriptWords words) {
        return ScriptMessages.isKind(words.peek()) ? words.next() : "any";
    }

    /** {@code drop all}, {@code drop 1->2 [kind]}: all that fit; there must be one. */
    private void drop(ScriptWords words) {
        if (words.accept("all")) {
            scenario.dropAll();
            return;
        }
        Predicate<Packet> which = ScriptGroup.which(Link.parse(words.next()), kind(words));
        check(scenario.network().has(which), "there is nothing to drop");
        scenario.network().drop(which);
    }

    /** {@code delay 1->2 [kind] as <name>} takes a message out of the network, {@code copy} leaves it there. */
    private void delay(ScriptWords words, boolean isTaken) {
        Link link = Link.parse(words.next());
        String kind = kind(words);
        words.require("as");
        Predicate<Packet> which = ScriptGroup.which(link, kind);
        check(scenario.network().has(which), "no such message is under way");
        Packet packet = isTaken
                ? scenario.network().take(which, kind)
                : scenario.network().underWay(which).get(0);
        group.setAside(words.next(), packet);
    }

    /** {@code inject 2,3->1 <kind> <fields>}: a message that those nodes need not have sent; {@code none} for no node. */
    private void inject(ScriptWords words) {
        String[] ends = words.next().split("->");
        int to = Integer.parseInt(ends[1]);
        String kind = words.next();
        RaftMessage message = ScriptMessages.build(kind, ScriptMessages.fields(words), scenario.now(to));
        if (!ends[0].equals("none")) {
            group.nodes(ends[0]).forEach(from -> scenario.inject(from, to, message));
        }
    }

    /** {@code cut 1->2 2->3}, and {@code 1-2} for both directions. */
    private void links(ScriptWords words, java.util.function.BiConsumer<Integer, Integer> action) {
        while (words.hasNext()) {
            String word = words.next();
            String[] ends = word.split("->?");
            action.accept(Integer.valueOf(ends[0]), Integer.valueOf(ends[1]));
            if (!word.contains("->")) {
                action.accept(Integer.valueOf(ends[1]), Integer.valueOf(ends[0]));
            }
        }
    }

    private void heal(ScriptWords words) {
        if (words.hasNext()) {
            links(words, scenario.network()::heal);
        } else {
            scenario.heal();
        }
    }

    /** {@code storage hold|release|fail 1 2}, {@code storage flush 1 [n]}: the oldest n writes. */
    private void storage(ScriptWords words) {
        String what = words.next();
        switch (what) {
            case "hold" -> forEach(words, scenario::holdStorage);
            case "release" -> forEach(words, scenario::releaseStorage);
            case "fail" -> forEach(words, group::failDisk);
            case "flush" -> {
                int node = words.number();
                for (int i = words.numberOr(1); i > 0; i--) {
                    check(!scenario.node(node).unflushed.isEmpty(), "nothing waits for the disk");
                    scenario.flushOne(node);
                }
            }
            case "tear" -> {
                int node = words.number();
                check(!scenario.node(node).unflushed.isEmpty(), "nothing waits for the disk");
                scenario.node(node).tear(words.accept("keep") ? words.number() : 0);
            }
            default -> throw new IllegalArgumentException("storage can't " + what);
        }
    }

    /** {@code crash 1 2 [keep n]}: the node dies; of the writes under way the first n, or none, are on the disk. */
    private void crash(ScriptWords words) {
        List<Integer> nodes = words.numbers();
        words.accept("lose-unflushed");
        int kept = words.accept("keep") ? words.number() : 0;
        nodes.forEach(node -> scenario.node(node).crash(kept));
    }

    private void restart(int node) {
        check(!scenario.node(node).isUp(), "node " + node + " runs");
        scenario.restart(node);
    }

    private void wipe(int node) {
        check(!scenario.node(node).isUp(), "only the disk of a node that is down is wiped");
        scenario.node(node).wipe();
        scenario.forgetHistory(node);
    }

    /** {@code clock 2 fast 50}: it gains 50 milliseconds a second. */
    private void clock(ScriptWords words) {
        int node = words.number();
        words.require("fast");
        scenario.node(node).runFast(words.number(), scenario.now());
    }

    /** {@code conf 1 add-voter 4 add-learner 5 promote 5 demote 3 remove 2 -> <outcome>}. */
    private void conf(ScriptWords words) {
        int node = words.number();
        TreeMap<NodeId, String> voters = new TreeMap<>();
        TreeMap<NodeId, String> learners = new TreeMap<>();
        TreeSet<NodeId> removed = new TreeSet<>();
        while (words.hasNext() && !words.peek().equals("->")) {
            String what = words.next();
            for (int number : words.numbers()) {
                NodeId id = RaftScenario.id(number);
                switch (what) {
                    case "add-voter", "promote" -> voters.put(id, "");
                    case "add-learner", "demote" -> learners.put(id, "");
                    case "remove" -> removed.add(id);
                    default -> throw new IllegalArgumentException("no change of membership '" + what + "'");
                }
            }
        }
        String expected = outcome(words, "accepted");
        String actual = ScriptOutcomes.of(scenario.reconfigure(node, new MembershipChange(voters, learners, removed)));
        check(ScriptOutcomes.fits(expected, actual), "the change was " + actual);
    }

    /** {@code transfer 1}, {@code transfer 1 to 2}; {@code -> <outcome>}. */
    private void transfer(ScriptWords words) {
        int node = words.number();
        Optional<NodeId> to = words.accept("to") ? Optional.of(RaftScenario.id(words.number())) : Optional.empty();
        String expected = outcome(words, "started");
        String actual = ScriptOutcomes.of(scenario.transfer(node, to));
        check(ScriptOutcomes.fits(expected, actual), "the transfer was " + actual);
    }

    private static String outcome(ScriptWords words, String otherwise) {
        return words.accept("->") ? String.join(" ", words.rest()) : otherwise;
    }

    /** {@code read 1 as <name>}. */
    private void read(ScriptWords words) {
        int node = words.number();
        words.require("as");
        group.begin(words.next(), node);
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}

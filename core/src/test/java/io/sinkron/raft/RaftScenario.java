package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.raft.TestNetwork.Packet;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogBatch;
import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A group of nodes 1, 2, 3… under a script's control: {@code elect}, {@code propose}, {@code isolate}, {@code stabilise}, {@code crash}. Messages travel in order and
 * at once unless the script holds them; disks flush at once unless it holds them; clocks stand still unless it moves them. The
 * invariants are checked all the time.
 */
final class RaftScenario {
    /** Small numbers, so that limits are met by short scripts. */
    static final RaftOptions OPTIONS = RaftOptions.DEFAULT.withHeldLog(0);

    private final RaftOptions options;
    private final RaftInvariants invariants = new RaftInvariants();
    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNetwork network = new TestNetwork();
    private long now;

    private RaftScenario(RaftOptions options, List<String> logs) {
        this(options, logs, 0);
    }

    /** The last {@code joiners} nodes don't belong to the group, which has to take them in. */
    RaftScenario(RaftOptions options, List<String> logs, int joiners) {
        this.options = options;
        List<NodeId> ids = new ArrayList<>();
        for (int i = 1; i <= logs.size() - joiners; i++) {
            ids.add(id(i));
        }
        Configuration founding = Configuration.founding(ids, Map.of());
        for (int i = 1; i <= logs.size(); i++) {
            Configuration known = i <= ids.size() ? founding : Configuration.EMPTY;
            TestNode node = new TestNode(id(i), known, options, new Random(i), invariants);
            invariants.add(node);
            nodes.add(node);
            preload(node.durable, logs.get(i - 1));
            node.start(now);
        }
        lapse();
    }

    /** A new group of so many nodes. */
    static RaftScenario of(int nodes) {
        return of(nodes, OPTIONS);
    }

    static RaftScenario of(int nodes, RaftOptions options) {
        return new RaftScenario(options, Collections.nCopies(nodes, ""));
    }

    /** Nodes with empty logs on disks that were written to: all of them are in term 1. */
    static RaftScenario used(int nodes) {
        return used(nodes, OPTIONS);
    }

    static RaftScenario used(int nodes, RaftOptions options) {
        return new RaftScenario(options, Collections.nCopies(nodes, "@1"));
    }

    /** Nodes that start with these logs, each written as the terms of its entries: {@code "1 1 2"}, or {@code "1 1 2 @3 v2"} in term 3 with a vote for node 2. */
    static RaftScenario withLogs(String... logs) {
        return new RaftScenario(OPTIONS, Arrays.asList(logs));
    }

    static RaftScenario withLogs(RaftOptions options, String... logs) {
        return new RaftScenario(options, Arrays.asList(logs));
    }

    static NodeId id(int node) {
        return NodeId.of("n" + node);
    }

    static LogEntry entry(long index, long term) {
        return new LogEntry(index, term, 0, LogEntry.Kind.COMMAND, Bytes.utf8(index + "@" + term));
    }

    static List<LogEntry> entries(long firstIndex, long... terms) {
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            entries.add(entry(firstIndex + i, terms[i]));
        }
        return entries;
    }

    private static void preload(DiskImage disk, String log) {
        long term = 0;
        Optional<NodeId> vote = Optional.empty();
        List<LogEntry> entries = new ArrayList<>();
        for (String word : log.isBlank() ? new String[0] : log.trim().split(" +")) {
            if (word.startsWith("@")) {
                term = Long.parseLong(word.substring(1));
            } else if (word.startsWith("v")) {
                vote = Optional.of(id(Integer.parseInt(word.substring(1))));
            } else {
                term = Long.parseLong(word);
                entries.add(entry(entries.size() + 1L, term));
            }
        }
        disk.append(new LogBatch(Optional.of(new HardState(term, vote)), 0, entries));
    }

    // What a script says

    /** Lets all promises to leaders lapse: every clock moves by the shortest election timeout, and nobody notices yet. */
    RaftScenario lapse() {
        now += options.electionTimeoutMinNanos();
        return this;
    }

    /** This node's election timeout is over. */
    RaftScenario campaign(int node) {
        TestNode each = node(node);
        each.skew(Math.max(0, each.raft().deadline() - each.now(now)));
        each.raft().tick(each.now(now));
        turn(node);
        return this;
    }

    /** Makes this node the leader by an election that all who are connected take part in. */
    RaftScenario elect(int node) {
        lapse().campaign(node).stabilise();
        assertEquals(Role.LEADER, raft(node).role(), "node " + node);
        return this;
    }

    Proposed propose(int node, String command) {
        Proposed proposed =
                raft(node).propose(Bytes.utf8(command), 0, node(node).now(now));
        turn(node);
        return proposed;
    }

    Reconfigured reconfigure(int node, MembershipChange change) {
        Reconfigured outcome = raft(node).reconfigure(change, node(node).now(now));
        turn(node);
        return outcome;
    }

    TransferStarted transfer(int node, Optional<NodeId> to) {
        TransferStarted outcome = raft(node).transfer(to, node(node).now(now));
        turn(node);
        return outcome;
    }

    long read(int node) {
        long read = node(node).read(now);
        turn(node);
        return read;
    }

    /** Delivers messages, in order, until none is left. */
    RaftScenario stabilise() {
        for (int i = 0; !network.isQuiet(); i++) {
            assertTrue(i < 100_000, "messages without end");
            deliverNext();
        }
        return this;
    }

    /** Delivers the oldest message. */
    RaftScenario deliverNext() {
        return deliver(network.poll());
    }

    /** Delivers only what these two say to each other. */
    RaftScenario stabiliseBetween(int one, int other) {
        while (network.has(packet -> packet.isBetween(one, other))) {
            deliver(network.take(packet -> packet.isBetween(one, other), "any"));
        }
        return this;
    }

    /** Lets time pass and delivers messages until one of this kind is under way, which isn't delivered. */
    RaftScenario runUntilUnderWay(int from, int to, Class<? extends RaftMessage> kind) {
        for (int i = 0; underWay(from, to, kind).isEmpty(); i++) {
            assertTrue(i < 10_000, "no such message");
            if (network.isQuiet()) {
                pass(10).tickAll();
            } else {
                deliverNext();
            }
        }
        return this;
    }

    /** Delivers one message, unless its link is cut or its node down. */
    RaftScenario deliver(Packet packet) {
        TestNode to = node(packet.to());
        if (to.isUp() && !network.isCut(packet)) {
            to.raft().receive(id(packet.from()), packet.message(), to.now(now));
            turn(packet.to());
        }
        return this;
    }

    /** A message that no node need have sent, and that no cut link stops. */
    void inject(int from, int to, RaftMessage message) {
        node(to).raft().receive(id(from), message, node(to).now(now));
        turn(to);
    }

    /** A message that no node need have sent. */
    RaftScenario receive(int to, int from, RaftMessage message) {
        return deliver(new Packet(from, to, message));
    }

    /** Takes the first message of a kind out of the network. */
    <M extends RaftMessage> M take(int from, int to, Class<M> kind) {
        String what = kind.getSimpleName() + " from " + from + " to " + to;
        return kind.cast(network.take(packet -> packet.is(from, to, kind), what).message());
    }

    <M extends RaftMessage> List<M> underWay(int from, int to, Class<M> kind) {
        return network.underWay(from, to, kind);
    }

    boolean isQuiet() {
        return network.isQuiet();
    }

    boolean isNext(int from, int to, Class<? extends RaftMessage> kind) {
        return network.peek().is(from, to, kind);
    }

    RaftScenario reversePackets() {
        network.reverse();
        return this;
    }

    /** Loses everything under way. */
    RaftScenario dropAll() {
        network.drop(packet -> true);
        return this;
    }

    /** Loses everything under way to a node. */
    RaftScenario dropTo(int node) {
        network.drop(packet -> packet.to() == node);
        return this;
    }

    /** Loses the oldest message if it's one between these two, else delivers it. */
    RaftScenario dropNextBetween(int one, int other) {
        Packet packet = network.poll();
        return packet.isBetween(one, other) ? this : deliver(packet);
    }

    RaftScenario cut(int from, int to) {
        network.cut(from, to);
        return this;
    }

    RaftScenario isolate(int node) {
        for (int other = 1; other <= nodes.size(); other++) {
            cut(node, other).cut(other, node);
        }
        return this;
    }

    RaftScenario heal() {
        network.heal();
        return this;
    }

    RaftScenario holdStorage(int node) {
        node(node).holdStorage(true);
        return this;
    }

    RaftScenario releaseStorage(int node) {
        node(node).holdStorage(false);
        turn(node);
        return this;
    }

    /** Makes only the oldest write durable that waits. */
    RaftScenario flushOne(int node) {
        node(node).flush(1, now);
        turn(node);
        return this;
    }

    /** Dies and loses what isn't durable. */
    RaftScenario crash(int node) {
        node(node).crash(0);
        return this;
    }

    RaftScenario restart(int node) {
        node(node).holdStorage(false);
        node(node).start(now);
        turn(node);
        return this;
    }

    /** This node has lost its memory for good: what it must remember is not compared with what it once knew. */
    RaftScenario forgetHistory(int node) {
        invariants.forget(id(node));
        return this;
    }

    RaftScenario compact(int node) {
        node(node).compact(now);
        turn(node);
        return this;
    }

    /** Lets time pass for all, with timers and messages, in steps of 10 ms. */
    RaftScenario run(long millis) {
        for (long i = 0; i < millis; i += 10) {
            now += TimeUnit.MILLISECONDS.toNanos(10);
            tickAll().stabilise();
        }
        return this;
    }

    /** Lets time pass without a timer noticing. */
    RaftScenario pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        return this;
    }

    RaftScenario tickAll() {
        for (int i = 1; i <= nodes.size(); i++) {
            tick(i);
        }
        return this;
    }

    RaftScenario tick(int i) {
        if (node(i).isUp()) {
            raft(i).tick(node(i).now(now));
            turn(i);
        }
        return this;
    }

    // What a script asks

    TestNetwork network() {
        return network;
    }

    int size() {
        return nodes.size();
    }

    RaftOptions options() {
        return options;
    }

    /** The time of a clock that nobody has touched. */
    long now() {
        return now;
    }

    TestNode node(int node) {
        return nodes.get(node - 1);
    }

    Raft raft(int node) {
        return Objects.requireNonNull(node(node).raft(), "node is down");
    }

    long now(int node) {
        return node(node).now(now);
    }

    /** The log in memory as the terms of its entries; what a snapshot has replaced is left out. */
    String log(int node) {
        return node(node).written.entries().stream()
                .map(entry -> Long.toString(entry.term()))
                .collect(Collectors.joining(" "));
    }

    /** The one node that leads the highest term. */
    int leader() {
        int leader = 0;
        for (int i = 1; i <= nodes.size(); i++) {
            if (node(i).isUp()
                    && raft(i).role() == Role.LEADER
                    && (leader == 0 || raft(i).term() > raft(leader).term())) {
                leader = i;
            }
        }
        return leader;
    }

    RaftScenario expectLog(int node, String terms) {
        assertEquals(terms, log(node), "log of node " + node);
        return this;
    }

    RaftScenario expectLogs(String terms) {
        for (int i = 1; i <= nodes.size(); i++) {
            expectLog(i, terms);
        }
        return this;
    }

    RaftScenario expectCommit(int node, long index) {
        assertEquals(index, raft(node).commitIndex(), "commit index of node " + node);
        return this;
    }

    RaftScenario expectRole(int node, Role role) {
        assertEquals(role, raft(node).role(), "role of node " + node);
        return this;
    }

    RaftScenario expectTerm(int node, long term) {
        assertEquals(term, raft(node).term(), "term of node " + node);
        return this;
    }

    private void turn(int node) {
        TestNode each = node(node);
        each.turn(now);
        for (Outgoing message : each.outgoing) {
            int to = Integer.parseInt(message.to().value().substring(1));
            network.send(new Packet(node, to, message.message()));
        }
        each.outgoing.clear();
    }
}

package io.sinkron.wire;

import io.sinkron.cluster.ClusterCommand;
import io.sinkron.cluster.ClusterCommand.ActivateView;
import io.sinkron.cluster.ClusterCommand.PrepareView;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.ClusterMessage.ChangeMembers;
import io.sinkron.cluster.ClusterMessage.Decision;
import io.sinkron.cluster.ClusterMessage.HandOver;
import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.cluster.ClusterMessage.Place;
import io.sinkron.cluster.ClusterMessage.Verdict;
import io.sinkron.cluster.ClusterMessage.ViewInstalled;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.cluster.ViewTable;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The binary form of what {@code cluster} says, proposes and remembers. Messages have the types 32 to 47, commands 1 to 15. */
public final class ClusterWire {
    private static final int LEASE_REQUEST = 32;
    private static final int LEASE_GRANT = 33;
    private static final int VIEW_INSTALLED = 34;
    private static final int CHANGE_MEMBERS = 35;
    private static final int HAND_OVER = 36;
    private static final int DECISION = 37;
    private static final int PREPARE_VIEW = 1;
    private static final int ACTIVATE_VIEW = 2;

    private static final int MIN_MEMBER_BYTES = 6;
    private static final int MIN_KNOWN_BYTES = 3;
    private static final int MIN_ADDRESS_BYTES = 3;
    private static final int MIN_NODE_BYTES = 2;

    private static final Place[] PLACES = Place.values();
    private static final Verdict[] VERDICTS = Verdict.values();

    private ClusterWire() {}

    /** Writes the type and the message. */
    public static void write(WireWriter out, ClusterMessage message) {
        if (message instanceof LeaseRequest m) {
            out.u8(LEASE_REQUEST).signed(m.sentAtNanos());
            writeMember(out, m.self());
            out.varint(m.installedEpoch());
        } else if (message instanceof LeaseGrant m) {
            out.u8(LEASE_GRANT).varint(m.incarnation()).signed(m.sentAtNanos()).varint(m.durationNanos());
            out.varint(m.clusterTimeMillis()).varint(m.epoch()).u8(m.place().ordinal());
        } else if (message instanceof ViewInstalled m) {
            out.u8(VIEW_INSTALLED).varint(m.epoch());
        } else if (message instanceof ChangeMembers m) {
            out.u8(CHANGE_MEMBERS).varint(m.term()).varint(m.attempt());
            writeAddresses(out, m.voters());
            writeAddresses(out, m.learners());
            out.count(m.removed().size());
            m.removed().forEach(out::node);
        } else if (message instanceof HandOver m) {
            out.u8(HAND_OVER).varint(m.term()).varint(m.attempt());
            out.bool(m.to().isPresent());
            m.to().ifPresent(out::node);
        } else if (message instanceof Decision m) {
            out.u8(DECISION).varint(m.attempt()).u8(m.verdict().ordinal());
            out.varint(m.index()).text(m.detail());
        }
    }

    /** The message of this type, which has been read already. */
    public static ClusterMessage read(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case LEASE_REQUEST -> new LeaseRequest(in.signed(), readMember(in), natural(in, "installed epoch"));
            case LEASE_GRANT ->
                new LeaseGrant(
                        natural(in, "incarnation"),
                        in.signed(),
                        natural(in, "lease duration"),
                        natural(in, "cluster time"),
                        natural(in, "epoch"),
                        PLACES[choice(in, PLACES.length)]);
            case VIEW_INSTALLED -> new ViewInstalled(natural(in, "epoch"));
            case CHANGE_MEMBERS -> readChange(in);
            case HAND_OVER -> {
                long term = natural(in, "term");
                long attempt = natural(in, "attempt");
                yield new HandOver(term, attempt, in.bool() ? Optional.of(in.node()) : Optional.empty());
            }
            case DECISION ->
                new Decision(
                        natural(in, "attempt"), VERDICTS[choice(in, VERDICTS.length)], natural(in, "index"), in.text());
            default -> throw in.malformed("no cluster message has the type " + type);
        };
    }

    private static ChangeMembers readChange(WireReader in) throws MalformedMessageException {
        long term = natural(in, "term");
        long attempt = natural(in, "attempt");
        SortedMap<NodeId, String> voters = readAddresses(in);
        SortedMap<NodeId, String> learners = readAddresses(in);
        SortedSet<NodeId> removed = readNodes(in);
        if (!Collections.disjoint(voters.keySet(), learners.keySet())
                || !Collections.disjoint(voters.keySet(), removed)
                || !Collections.disjoint(learners.keySet(), removed)) {
            throw in.malformed("a change of the members names a node twice");
        }
        return new ChangeMembers(term, attempt, voters, learners, removed);
    }

    private static void writeAddresses(WireWriter out, SortedMap<NodeId, String> addresses) {
        out.count(addresses.size());
        addresses.forEach((node, address) -> out.node(node).text(address));
    }

    private static SortedMap<NodeId, String> readAddresses(WireReader in) throws MalformedMessageException {
        int count = in.count(MIN_ADDRESS_BYTES);
        SortedMap<NodeId, String> addresses = new TreeMap<>();
        NodeId last = null;
        for (int i = 0; i < count; i++) {
            last = ascending(in, last);
            addresses.put(last, in.text());
        }
        return addresses;
    }

    private static SortedSet<NodeId> readNodes(WireReader in) throws MalformedMessageException {
        int count = in.count(MIN_NODE_BYTES);
        SortedSet<NodeId> nodes = new TreeSet<>();
        NodeId last = null;
        for (int i = 0; i < count; i++) {
            last = ascending(in, last);
            nodes.add(last);
        }
        return nodes;
    }

    private static int choice(WireReader in, int count) throws MalformedMessageException {
        int ordinal = in.u8();
        if (ordinal >= count) {
            throw in.malformed("a choice of " + count + " is " + ordinal);
        }
        return ordinal;
    }

    /** Writes the type and the command. */
    public static void writeCommand(WireWriter out, ClusterCommand command) {
        if (command instanceof PrepareView c) {
            out.u8(PREPARE_VIEW).varint(c.expectedEpoch());
            writeMembers(out, c.members());
        } else {
            out.u8(ACTIVATE_VIEW).varint(((ActivateView) command).epoch());
        }
    }

    /** The command of this type, which has been read already. */
    public static ClusterCommand readCommand(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case PREPARE_VIEW -> new PrepareView(natural(in, "expected epoch"), readMembers(in));
            case ACTIVATE_VIEW -> new ActivateView(natural(in, "epoch"));
            default -> throw in.malformed("no cluster command has the type " + type);
        };
    }

    /** Writes a table. */
    public static void writeSnapshot(WireWriter out, ViewTable.Snapshot snapshot) {
        writeView(out, snapshot.current());
        writeView(out, snapshot.active());
        out.count(snapshot.known().size());
        for (ViewTable.Known known : snapshot.known()) {
            out.node(known.node()).varint(known.incarnation());
        }
    }

    /** Reads a table. */
    public static ViewTable.Snapshot readSnapshot(WireReader in) throws MalformedMessageException {
        View current = readView(in);
        View active = readView(in);
        int count = in.count(MIN_KNOWN_BYTES);
        List<ViewTable.Known> known = new ArrayList<>(count);
        NodeId last = null;
        for (int i = 0; i < count; i++) {
            NodeId node = ascending(in, last);
            known.add(new ViewTable.Known(node, natural(in, "incarnation")));
            last = node;
        }
        return new ViewTable.Snapshot(current, active, known);
    }

    private static void writeView(WireWriter out, View view) {
        out.varint(view.epoch());
        writeMembers(out, view.members());
    }

    /** A view keeps its members sorted, so only the sorted form is accepted: one view, one encoding. */
    private static View readView(WireReader in) throws MalformedMessageException {
        long epoch = natural(in, "epoch");
        List<Member> members = readMembers(in);
        for (int i = 1; i < members.size(); i++) {
            if (members.get(i - 1).id().compareTo(members.get(i).id()) >= 0) {
                throw in.malformed("the members of a view are not in ascending order");
            }
        }
        return new View(epoch, members);
    }

    private static void writeMembers(WireWriter out, List<Member> members) {
        out.count(members.size());
        for (Member member : members) {
            writeMember(out, member);
        }
    }

    private static List<Member> readMembers(WireReader in) throws MalformedMessageException {
        int count = in.count(MIN_MEMBER_BYTES);
        List<Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(readMember(in));
        }
        return members;
    }

    private static void writeMember(WireWriter out, Member member) {
        out.node(member.id()).varint(member.incarnation()).varint(member.weight());
        out.text(member.address()).text(member.http());
    }

    private static Member readMember(WireReader in) throws MalformedMessageException {
        return new Member(
                in.node(),
                natural(in, "incarnation"),
                (int) in.varint("weight", 1, Member.MAX_WEIGHT),
                in.text(),
                in.text());
    }

    private static NodeId ascending(WireReader in, NodeId last) throws MalformedMessageException {
        NodeId node = in.node();
        if (last != null && last.compareTo(node) >= 0) {
            throw in.malformed("the nodes of a table are not in ascending order");
        }
        return node;
    }

    private static long natural(WireReader in, String name) throws MalformedMessageException {
        return in.varint(name, 0, Long.MAX_VALUE);
    }
}

package io.sinkron.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.ClusterCommand;
import io.sinkron.cluster.ClusterCommand.ActivateView;
import io.sinkron.cluster.ClusterCommand.PrepareView;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.cluster.ClusterMessage.ViewInstalled;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.cluster.ViewTable;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What {@link ClusterWire} writes it reads, and what it reads from arbitrary bytes is written as the same bytes again. */
class ClusterWireProperties {
    private static final int SNAPSHOT = 255;

    @Property(tries = 300)
    void messagesComeBackAsTheyWere(@ForAll("messages") ClusterMessage message) throws MalformedMessageException {
        byte[] bytes = encode(message);
        assertTrue(bytes[0] >= 32 && bytes[0] <= 47);
        assertEquals(message, decodeMessage(bytes));
    }

    @Property(tries = 300)
    void commandsComeBackAsTheyWere(@ForAll("commands") ClusterCommand command) throws MalformedMessageException {
        byte[] bytes = encode(command);
        assertTrue(bytes[0] >= 1 && bytes[0] <= 15);
        assertEquals(command, decodeCommand(bytes));
    }

    @Property(tries = 300)
    void tablesComeBackAsTheyWere(@ForAll("tables") ViewTable.Snapshot table) throws MalformedMessageException {
        assertEquals(table, decodeTable(encode(table)));
    }

    @Property(tries = 300)
    void whatIsCutOffIsMalformed(
            @ForAll("tables") ViewTable.Snapshot table,
            @ForAll("messages") ClusterMessage message,
            @ForAll @IntRange(max = 999) int permille) {
        assertThrows(MalformedMessageException.class, () -> decodeTable(cut(encode(table), permille)));
        assertThrows(MalformedMessageException.class, () -> decodeMessage(cut(encode(message), permille)));
    }

    @Property(tries = 3000)
    void arbitraryBytesAreMalformedOrTheOnlyFormOfWhatTheySay(
            @ForAll @IntRange(max = 48) int type, @ForAll @Size(max = 60) byte[] rest) {
        byte[] bytes = new byte[rest.length + 1];
        bytes[0] = (byte) (type == 0 ? SNAPSHOT : type);
        System.arraycopy(rest, 0, bytes, 1, rest.length);
        checkCanonical(bytes);
    }

    @Property(tries = 1000)
    void damagedBytesAreMalformedOrTheOnlyFormOfWhatTheySay(
            @ForAll("tables") ViewTable.Snapshot table,
            @ForAll("messages") ClusterMessage message,
            @ForAll @IntRange(max = 999) int permille,
            @ForAll byte value) {
        checkCanonical(damage(encode(table), permille, value));
        checkCanonical(damage(encode(message), permille, value));
    }

    @Example
    void hugeCountsInSmallFramesAreMalformed() {
        WireWriter out = new WireWriter();
        out.u8(1).varint(0).count(Integer.MAX_VALUE).fixed64(0);
        assertThrows(MalformedMessageException.class, () -> decodeCommand(out.toByteArray()));
    }

    @Example
    void aChangeThatNamesANodeTwiceIsMalformed() {
        WireWriter twice = new WireWriter();
        twice.u8(35)
                .varint(1)
                .varint(1)
                .count(1)
                .text("n1")
                .text("")
                .count(0)
                .count(1)
                .text("n1");
        assertThrows(MalformedMessageException.class, () -> decodeMessage(twice.toByteArray()));
    }

    @Example
    void membersOutOfOrderAndWeightsOutOfRangeAreMalformed() {
        WireWriter unordered = new WireWriter();
        unordered.u8(SNAPSHOT).varint(1).count(2);
        for (String id : List.of("n2", "n1")) {
            unordered.text(id).varint(1).varint(1).text("").text("");
        }
        unordered.varint(0).count(0).count(0);
        assertThrows(MalformedMessageException.class, () -> decodeTable(unordered.toByteArray()));

        for (int weight : List.of(0, Member.MAX_WEIGHT + 1)) {
            WireWriter heavy = new WireWriter();
            heavy.u8(1)
                    .varint(0)
                    .count(1)
                    .text("n1")
                    .varint(1)
                    .varint(weight)
                    .text("")
                    .text("");
            assertThrows(MalformedMessageException.class, () -> decodeCommand(heavy.toByteArray()));
        }
    }

    @Provide
    Arbitrary<ClusterMessage> messages() {
        Arbitrary<ClusterMessage> requests =
                Combinators.combine(Arbitraries.longs(), members(), naturals()).as(LeaseRequest::new);
        Arbitrary<ClusterMessage> grants = Combinators.combine(
                        naturals(),
                        Arbitraries.longs(),
                        naturals(),
                        naturals(),
                        naturals(),
                        Arbitraries.of(ClusterMessage.Place.class))
                .as(LeaseGrant::new);
        Arbitrary<ClusterMessage> handOvers =
                Combinators.combine(naturals(), naturals(), ids().optional()).as(ClusterMessage.HandOver::new);
        Arbitrary<ClusterMessage> decisions = Combinators.combine(
                        naturals(), Arbitraries.of(ClusterMessage.Verdict.class), naturals(), texts())
                .as(ClusterMessage.Decision::new);
        return Arbitraries.oneOf(requests, grants, naturals().map(ViewInstalled::new), changes(), handOvers, decisions);
    }

    /** Each node of a change goes to one of its three lists. */
    private static Arbitrary<ClusterMessage> changes() {
        Arbitrary<List<NodeId>> nodes = ids().list().uniqueElements().ofMaxSize(9);
        return Combinators.combine(naturals(), naturals(), nodes, texts()).as((term, attempt, ids, address) -> {
            TreeMap<NodeId, String> voters = new TreeMap<>();
            TreeMap<NodeId, String> learners = new TreeMap<>();
            TreeSet<NodeId> removed = new TreeSet<>();
            for (int i = 0; i < ids.size(); i++) {
                if (i % 3 == 0) {
                    voters.put(ids.get(i), address);
                } else if (i % 3 == 1) {
                    learners.put(ids.get(i), "");
                } else {
                    removed.add(ids.get(i));
                }
            }
            return new ClusterMessage.ChangeMembers(term, attempt, voters, learners, removed);
        });
    }

    @Provide
    Arbitrary<ClusterCommand> commands() {
        Arbitrary<ClusterCommand> prepares =
                Combinators.combine(naturals(), members().list().ofMaxSize(5)).as(PrepareView::new);
        return Arbitraries.oneOf(prepares, naturals().map(ActivateView::new));
    }

    @Provide
    Arbitrary<ViewTable.Snapshot> tables() {
        Arbitrary<View> views = Combinators.combine(
                        naturals(), members().list().uniqueElements(Member::id).ofMaxSize(5))
                .as(View::new);
        Arbitrary<List<ViewTable.Known>> known = Combinators.combine(ids(), naturals())
                .as(ViewTable.Known::new)
                .list()
                .uniqueElements(ViewTable.Known::node)
                .ofMaxSize(5)
                .map(list -> list.stream()
                        .sorted((a, b) -> a.node().compareTo(b.node()))
                        .toList());
        return Combinators.combine(views, views, known).as(ViewTable.Snapshot::new);
    }

    private static Arbitrary<Member> members() {
        return Combinators.combine(ids(), naturals(), Arbitraries.integers().between(1, 100), texts(), texts())
                .as(Member::new);
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().ascii().withChars("äж鍵").ofMaxLength(20);
    }

    private static Arbitrary<NodeId> ids() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("AZ09._-")
                .ofMinLength(1)
                .ofMaxLength(NodeId.MAX_LENGTH)
                .map(NodeId::of);
    }

    private static Arbitrary<Long> naturals() {
        return Arbitraries.longs().greaterOrEqual(0);
    }

    /** Decodes by the first byte; whatever comes out must encode to exactly these bytes. */
    private static void checkCanonical(byte[] bytes) {
        byte[] again;
        try {
            int type = bytes[0] & 0xFF;
            if (type == SNAPSHOT) {
                again = encode(decodeTable(bytes));
            } else if (type < 32) {
                again = encode(decodeCommand(bytes));
            } else {
                again = encode(decodeMessage(bytes));
            }
        } catch (MalformedMessageException e) {
            return;
        }
        assertArrayEquals(bytes, again);
    }

    private static byte[] encode(ClusterMessage message) {
        WireWriter out = new WireWriter();
        ClusterWire.write(out, message);
        return out.toByteArray();
    }

    private static byte[] encode(ClusterCommand command) {
        WireWriter out = new WireWriter();
        ClusterWire.writeCommand(out, command);
        return out.toByteArray();
    }

    private static byte[] encode(ViewTable.Snapshot table) {
        WireWriter out = new WireWriter();
        out.u8(SNAPSHOT);
        ClusterWire.writeSnapshot(out, table);
        return out.toByteArray();
    }

    private static ClusterMessage decodeMessage(byte[] bytes) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        ClusterMessage message = ClusterWire.read(in.u8(), in);
        in.end();
        return message;
    }

    private static ClusterCommand decodeCommand(byte[] bytes) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        ClusterCommand command = ClusterWire.readCommand(in.u8(), in);
        in.end();
        return command;
    }

    private static ViewTable.Snapshot decodeTable(byte[] bytes) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        assertEquals(SNAPSHOT, in.u8());
        ViewTable.Snapshot table = ClusterWire.readSnapshot(in);
        in.end();
        return table;
    }

    private static byte[] cut(byte[] bytes, int permille) {
        return Arrays.copyOf(bytes, 1 + (bytes.length - 1) * permille / 1000);
    }

    private static byte[] damage(byte[] bytes, int permille, byte value) {
        bytes[1 + (bytes.length - 2) * permille / 1000] = value;
        return bytes;
    }
}

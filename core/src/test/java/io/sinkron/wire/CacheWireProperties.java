package io.sinkron.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.AuditedCopy;
import io.sinkron.cache.CacheMessage;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.ChangeKind;
import io.sinkron.cache.LineState;
import io.sinkron.cache.MemoryCommand;
import io.sinkron.cache.MemoryTable;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import io.sinkron.spi.MemoryValue.RecentWrite;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What {@link CacheWire} writes it reads, and what it reads from arbitrary bytes is written as the same bytes again. */
class CacheWireProperties {
    @Property(tries = 500)
    void messagesComeBackAsTheyWere(@ForAll("messages") CacheMessage message) throws MalformedMessageException {
        byte[] bytes = encode(message);
        assertTrue(bytes[0] >= 96 && bytes[0] <= 127);
        assertEquals(message, decode(bytes));
    }

    @Property(tries = 200)
    void commandsComeBackAsTheyWere(@ForAll("commands") MemoryCommand command) throws MalformedMessageException {
        WireWriter out = new WireWriter();
        CacheWire.writeCommand(out, command);
        WireReader in = new WireReader(out.toBytes());
        int type = in.u8();
        assertTrue(type >= 64 && type <= 79);
        assertEquals(command, CacheWire.readCommand(type, in));
        in.end();
    }

    @Property(tries = 200)
    void answersComeBackAsTheyWere(@ForAll("answers") MemoryCommand.Executed answers) throws MalformedMessageException {
        WireWriter out = new WireWriter();
        CacheWire.writeAnswer(out, answers);
        WireReader in = new WireReader(out.toBytes());
        int type = in.u8();
        assertTrue(type >= 96 && type <= 127);
        assertEquals(answers, CacheWire.readAnswer(type, in));
        in.end();
    }

    @Property(tries = 200)
    void snapshotsComeBackAsTheyWere(@ForAll("snapshots") MemoryTable.Snapshot snapshot)
            throws MalformedMessageException {
        WireWriter out = new WireWriter();
        CacheWire.writeSnapshot(out, snapshot);
        WireReader in = new WireReader(out.toBytes());
        assertEquals(snapshot, CacheWire.readSnapshot(in));
        in.end();
    }

    @Property(tries = 300)
    void whatIsCutOffIsMalformed(@ForAll("messages") CacheMessage message, @ForAll @IntRange(max = 999) int permille) {
        byte[] bytes = encode(message);
        int length = 1 + (bytes.length - 1) * permille / 1000;
        assertThrows(MalformedMessageException.class, () -> decode(Arrays.copyOf(bytes, length)));
    }

    @Property(tries = 5000)
    void arbitraryBytesAreMalformedOrTheOnlyFormOfWhatTheySay(
            @ForAll @IntRange(min = 90, max = 127) int type, @ForAll @Size(max = 60) byte[] rest) {
        byte[] bytes = new byte[rest.length + 1];
        bytes[0] = (byte) type;
        System.arraycopy(rest, 0, bytes, 1, rest.length);
        CacheMessage message;
        try {
            message = decode(bytes);
        } catch (MalformedMessageException e) {
            return;
        }
        assertArrayEquals(bytes, encode(message));
    }

    /** A grant is the message with the most structure; one flipped byte gives another message or a complaint, never anything else. */
    @Property(tries = 800)
    void aFlippedByteIsAnotherMessageOrMalformed(
            @ForAll("messages") CacheMessage message, @ForAll int place, @ForAll byte flip) {
        byte[] bytes = encode(message);
        bytes[1 + Math.floorMod(place, bytes.length - 1)] ^= flip;
        try {
            assertArrayEquals(bytes, encode(decode(bytes)));
        } catch (MalformedMessageException e) {
            assertTrue(e.getMessage().startsWith("at byte "));
        }
    }

    @Example
    void keysOutOfOrderAreMalformed() {
        WireWriter out = new WireWriter();
        out.count(2);
        for (String key : List.of("b", "a")) {
            out.bytes(Bytes.utf8(key)).varint(0);
            CacheWire.writeValue(out, MemoryValue.ABSENT);
        }
        assertThrows(MalformedMessageException.class, () -> CacheWire.readSnapshot(new WireReader(out.toBytes())));
    }

    @Example
    void moreRememberedWritesThanAllowedAreMalformed() {
        RecentWrite write = new RecentWrite("k", 1, 2, false, 3);
        WireWriter out = new WireWriter();
        CacheWire.writeValue(out, new MemoryValue(1, false, Bytes.EMPTY, 0, Collections.nCopies(17, write)));
        assertThrows(MalformedMessageException.class, () -> CacheWire.readValue(new WireReader(out.toBytes())));
    }

    private static byte[] encode(CacheMessage message) {
        WireWriter out = new WireWriter();
        CacheWire.write(out, message);
        return out.toByteArray();
    }

    private static CacheMessage decode(byte[] bytes) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        CacheMessage message = CacheWire.read(in.u8(), in);
        in.end();
        return message;
    }

    private static Arbitrary<Long> numbers() {
        return Arbitraries.longs().between(0, Long.MAX_VALUE);
    }

    private static Arbitrary<Bytes> keys() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(Bytes::wrap);
    }

    private static Arbitrary<MemoryValue> values() {
        Arbitrary<RecentWrite> recent = Combinators.combine(
                        Arbitraries.strings().ofMaxLength(10),
                        Arbitraries.longs(),
                        numbers(),
                        Arbitraries.of(true, false),
                        numbers())
                .as(RecentWrite::new);
        return Combinators.combine(
                        numbers(),
                        Arbitraries.of(true, false),
                        keys(),
                        numbers(),
                        recent.list().ofMaxSize(3))
                .as(MemoryValue::new);
    }

    @Provide
    Arbitrary<CacheMessage> messages() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(Arbitraries.integers().between(0, 18), keys(), numbers(), numbers(), flags, values())
                .flatAs((kind, key, epoch, number, flag, value) -> Arbitraries.of(Permission.values())
                        .map(permission -> message(kind, key, epoch, number, flag, value, permission)));
    }

    private static CacheMessage message(
            int kind, Bytes key, long epoch, long number, boolean flag, MemoryValue value, Permission permission) {
        Optional<MemoryValue> data = flag ? Optional.of(value) : Optional.empty();
        return switch (kind) {
            case 0 -> new CacheMessage.BusRd(epoch, key, number);
            case 1 -> new CacheMessage.BusRdX(epoch, key, number);
            case 2 -> new CacheMessage.BusUpgr(epoch, key, number);
            case 3 -> new CacheMessage.Snoop(epoch, key, number, flag);
            case 4 -> new CacheMessage.SnoopResponse(epoch, key, number, !flag, data);
            case 5 ->
                new CacheMessage.Grant(
                        epoch,
                        key,
                        number,
                        epoch,
                        permission,
                        permission == Permission.MODIFY_IN_PLACE ? Optional.empty() : Optional.of(value));
            case 6 -> new CacheMessage.GrantAck(epoch, key, number, flag);
            case 7 -> new CacheMessage.WriteBack(epoch, key, value);
            case 8 -> new CacheMessage.WriteBackAck(epoch, key, number);
            case 9 -> new CacheMessage.Backup(epoch, key, value);
            case 10 -> new CacheMessage.BackupAck(epoch, key, number);
            case 11 -> new CacheMessage.BackupRelease(epoch, key, number);
            case 12 -> new CacheMessage.BackupQuery(epoch, key, number);
            case 13 -> new CacheMessage.StateQuery(epoch, key, number);
            case 14 -> new CacheMessage.StateReply(epoch, key, number, flag ? LineState.E : LineState.M);
            case 15 -> new CacheMessage.AuditQuery(epoch, key, number);
            case 16 -> new CacheMessage.Interest(epoch, number, flag ? List.of("", "ä") : List.of());
            case 17 ->
                new CacheMessage.Changed(epoch, key, number, flag ? ChangeKind.CREATED : ChangeKind.REMOVED, epoch);
            default ->
                new CacheMessage.AuditReply(
                        epoch,
                        key,
                        number,
                        new AuditedCopy(
                                flag ? LineState.S : LineState.M,
                                !flag,
                                value.deleted(),
                                flag,
                                value.version(),
                                ~number,
                                epoch,
                                number));
        };
    }

    @Provide
    Arbitrary<MemoryCommand> commands() {
        Arbitrary<MemoryOp> gets =
                Combinators.combine(keys(), numbers()).as((key, epoch) -> new MemoryOp.GetFenced(key, epoch));
        Arbitrary<MemoryOp> puts = Combinators.combine(keys(), numbers(), values())
                .as((key, epoch, value) -> new MemoryOp.PutIfNewer(key, epoch, value));
        Arbitrary<MemoryOp> sweeps = Combinators.combine(
                        keys(), keys(), Arbitraries.integers().between(1, MemoryOp.Sweep.MAX_SWEEP))
                .as((from, to, limit) -> new MemoryOp.Sweep(from, to, "ä" + limit, limit));
        return Arbitraries.oneOf(gets, puts, sweeps).list().ofMaxSize(4).map(MemoryCommand::new);
    }

    @Provide
    Arbitrary<MemoryCommand.Executed> answers() {
        Arbitrary<MemoryAnswer> answers = Arbitraries.oneOf(
                values().map(MemoryAnswer.Fetched::new),
                numbers().map(MemoryAnswer.Stored::new),
                Arbitraries.of(0, 1_000).map(removed -> new MemoryAnswer.Swept(removed, removed == 0 ? "" : "17")),
                numbers().map(MemoryAnswer.Fenced::new));
        return answers.list().ofMaxSize(4).map(MemoryCommand.Executed::new);
    }

    @Provide
    Arbitrary<MemoryTable.Snapshot> snapshots() {
        return Combinators.combine(keys(), values(), numbers())
                .as(MemoryTable.Entry::new)
                .list()
                .ofMaxSize(5)
                .uniqueElements(MemoryTable.Entry::key)
                .map(entries -> new MemoryTable.Snapshot(entries.stream()
                        .sorted(Comparator.comparing(MemoryTable.Entry::key))
                        .toList()));
    }
}

package io.sinkron.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sinkron.common.Bytes;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.ConfigurationFormat;
import io.sinkron.raft.Proposals;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.Campaign;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.ReadRequest;
import io.sinkron.raft.RaftMessage.ReadResponse;
import io.sinkron.raft.RaftMessage.TimeoutNow;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.raft.Server;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.MalformedMessageException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** G2 for Raft's messages: what is written is read back; whatever else comes in ends in the one declared exception. */
class RaftWireProperties {
    private static byte[] encode(Message message) {
        WireWriter out = new WireWriter();
        RaftWire.write(out, message);
        return out.toByteArray();
    }

    private static Message decode(byte[] bytes) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        Message message = RaftWire.read(in.u8(), in);
        in.end();
        return message;
    }

    private static Message draw(Random random) {
        long term = number(random);
        long round = random.nextLong();
        return switch (random.nextInt(13)) {
            case 0 -> new PreVoteRequest(term, number(random), number(random), number(random));
            case 1 ->
                new PreVoteResponse(
                        term,
                        number(random),
                        random.nextBoolean(),
                        number(random),
                        number(random),
                        random.nextBoolean(),
                        number(random));
            case 2 ->
                new VoteRequest(
                        term, number(random), number(random), Campaign.values()[random.nextInt(3)], number(random));
            case 3 -> new VoteResponse(term, random.nextBoolean(), number(random), number(random));
            case 4 -> drawAppend(random, round);
            case 5 -> new AppendAccepted(term, round, number(random), number(random), number(random));
            case 6 -> new AppendRejected(term, round, number(random), number(random), number(random), number(random));
            case 7 ->
                new InstallSnapshot(
                        term,
                        round,
                        1 + number(random),
                        1 + number(random),
                        random.nextLong(),
                        random.nextBoolean() ? Bytes.EMPTY : membership(random),
                        number(random),
                        number(random),
                        bytes(random),
                        random.nextLong());
            case 8 -> new InstallSnapshotResponse(term, round, number(random), number(random), number(random));
            case 9 -> new TimeoutNow(term);
            case 10 -> new ReadRequest(term, number(random), number(random));
            case 11 -> new ReadResponse(term, number(random), number(random), random.nextInt(10) - 1);
            default -> {
                List<Bytes> commands = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    commands.add(bytes(random));
                }
                yield new Proposals(commands);
            }
        };
    }

    private static AppendEntries drawAppend(Random random, long round) {
        long prevIndex = number(random);
        long prevTerm = number(random);
        long entryTerm = Math.max(1, prevTerm);
        List<LogEntry> entries = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            entryTerm += random.nextInt(2);
            LogEntry.Kind kind = LogEntry.Kind.values()[random.nextInt(3)];
            entries.add(new LogEntry(
                    prevIndex + entries.size() + 1,
                    entryTerm,
                    random.nextLong(),
                    kind,
                    kind == LogEntry.Kind.CONFIG ? membership(random) : bytes(random)));
        }
        return new AppendEntries(entryTerm + random.nextInt(3), round, prevIndex, prevTerm, number(random), entries);
    }

    private static Bytes membership(Random random) {
        List<Server> voters = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            voters.add(new Server(NodeId.of("n" + i), number(random)));
        }
        TreeMap<NodeId, String> addresses = new TreeMap<>();
        voters.forEach(voter -> addresses.put(voter.id(), "host:" + random.nextInt(9)));
        return ConfigurationFormat.encode(new Configuration(voters, List.of(), voters, List.of(), addresses));
    }

    private static long number(Random random) {
        return random.nextLong() >>> (2 + random.nextInt(61));
    }

    private static Bytes bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    @Property(tries = 3000)
    void whatIsWrittenIsReadBack(@ForAll long seed) throws MalformedMessageException {
        Message message = draw(new Random(seed));
        byte[] bytes = encode(message);
        assertEquals(message, decode(bytes));
        assertArrayEquals(bytes, encode(decode(bytes)));
    }

    @Property(tries = 3000)
    void aMessageThatIsCutOffOrChangedIsRefusedOrIsAnotherMessage(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = encode(draw(random));
        byte[] cut = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
        assertThrows(MalformedMessageException.class, () -> decode(cut));
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        refusedOrCanonical(bytes);
    }

    @Property(tries = 5000)
    void randomBytesEndInTheOneException(@ForAll @Size(max = 60) byte[] bytes) {
        refusedOrCanonical(bytes);
        for (int type = RaftWire.FIRST_TYPE; type <= RaftWire.LAST_TYPE; type++) {
            byte[] typed = new byte[bytes.length + 2];
            typed[0] = (byte) type;
            System.arraycopy(bytes, 0, typed, 2, bytes.length);
            refusedOrCanonical(typed);
        }
    }

    private static void refusedOrCanonical(byte[] bytes) {
        try {
            assertArrayEquals(bytes, encode(decode(bytes)));
        } catch (MalformedMessageException refused) {
            assertEquals(MalformedMessageException.class, refused.getClass());
        }
    }

    @Example
    void hugeCountsAndNumbersAllocateNothing() {
        String hugeCount = "050000000000" + "ffffffff0f";
        String hugeIndex = "050000" + "00" + "ffffffffffffffffff01" + "0000" + "00";
        String entriesPastTheLastIndex = "050001" + "00" + "ffffffffffffffff7f" + "0000" + "01" + "01000000";
        for (String hex : List.of(hugeCount, hugeIndex, entriesPastTheLastIndex)) {
            byte[] bytes = HexFormat.of().parseHex(hex);
            assertThrows(MalformedMessageException.class, () -> decode(bytes), hex);
        }
    }

    @Example
    void theFormatIsWhatItWas() {
        List<LogEntry> entries = List.of(
                new LogEntry(8, 3, 1, LogEntry.Kind.NOOP, Bytes.EMPTY),
                new LogEntry(9, 3, 150, LogEntry.Kind.COMMAND, Bytes.utf8("hi")));
        assertEquals(
                "050003" + "03" + "07" + "02" + "06" + "02" + "03020000" + "03ac0201026869",
                HexFormat.of().formatHex(encode(new AppendEntries(3, -2, 7, 2, 6, entries))));
        assertEquals("040005010709", HexFormat.of().formatHex(encode(new VoteResponse(5, true, 7, 9))));
        assertEquals("1f0001026869", HexFormat.of().formatHex(encode(new Proposals(List.of(Bytes.utf8("hi"))))));
    }

    @Example
    void anotherPackagesMessageIsNotWritten() {
        Message stranger = new Message() {};
        assertThrows(IllegalArgumentException.class, () -> encode(stranger));
    }
}

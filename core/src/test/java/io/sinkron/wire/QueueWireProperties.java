package io.sinkron.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueMessage;
import io.sinkron.queue.QueueReply;
import io.sinkron.queue.QueueRequest;
import io.sinkron.queue.QueueTable;
import io.sinkron.queue.QueueTables;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import io.sinkron.spi.contract.QueueScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What {@link QueueWire} writes it reads, and what it reads from arbitrary bytes is written as the same bytes again. */
class QueueWireProperties {
    private static final int MESSAGE = 64;
    private static final int COMMAND = 48;
    private static final int SNAPSHOT = 255;

    /** What real queues do and answer under random operations. */
    private static final class Samples {
        final List<QueueOp> operations = new ArrayList<>();
        final List<QueueAnswer> answers = new ArrayList<>();
        final QueueTables tables = new QueueTables();
        final SplittableRandom random;

        Samples(long seed) {
            random = new SplittableRandom(seed);
            String[] names = {"ä queue", "b", "claimed only"};
            long now = 1_000_000;
            for (String name : names) {
                tables.execute(name, 3, List.of(new QueueOp.Claim()), now);
            }
            QueueScript script = new QueueScript();
            for (int i = 0; i < 60; i++) {
                now += random.nextInt(200);
                QueueOp op = script.next(random.nextInt(100), random.nextInt(1_000), random.nextInt(1_000));
                QueueAnswer answer =
                        tables.execute(names[i % 2], 3, List.of(op), now).get(0);
                script.answered(answer);
                operations.add(op);
                answers.add(answer);
            }
            operations.addAll(List.of(new QueueOp.Claim(), new QueueOp.Drop(), new QueueOp.Purge()));
            answers.addAll(List.of(
                    new QueueAnswer.Claimed(1),
                    new QueueAnswer.StaleEpoch(7),
                    new QueueAnswer.QueueFull(5),
                    new QueueAnswer.NoSuchQueue("ä"),
                    new QueueAnswer.IdempotencyMismatch("k")));
        }

        QueueCommand command() {
            return new QueueCommand.Execute("ä queue", random.nextInt(1_000), operations);
        }

        QueueMessage requests() {
            List<QueueMessage.Request> requests = new ArrayList<>();
            operations.forEach(op -> requests.add(
                    new QueueMessage.Request(requests.size() + 1, 500, "q", new QueueRequest.Operate(op))));
            requests.add(new QueueMessage.Request(100, 7, "q", new QueueRequest.Dequeue(10, 20_000, 0, "session")));
            requests.add(new QueueMessage.Request(101, 7, "q", new QueueRequest.Describe()));
            return new QueueMessage.Requests(random.nextLong(), 2, 9, requests, List.of(1L, 300L), List.of(5L));
        }

        QueueMessage replies() {
            List<QueueMessage.Reply> replies = new ArrayList<>();
            answers.forEach(answer -> replies.add(new QueueMessage.Answered(replies.size() + 1, answer)));
            for (Answer answer : List.<Answer>of(
                    new Refusal.Unavailable("store", 5),
                    new Refusal.OutcomeUnknown("x"),
                    new Refusal.BadRequest("max", "too many"),
                    new Refusal.Overloaded("maxCalls", 3),
                    new Refusal.Cancelled(),
                    new QueueReply.QueueNames(List.of("a", "ü")),
                    new QueueReply.Description(
                            "q",
                            NodeId.of("n1"),
                            4,
                            new QueueAnswer.Counted(1, 2, 3, 4, 5, true, QueueSettings.DEFAULT)))) {
                replies.add(new QueueMessage.Answered(200, answer));
            }
            replies.add(new QueueMessage.NotOwner(300, 12, true));
            return new QueueMessage.Replies(random.nextLong(), replies);
        }
    }

    @Property(tries = 60)
    void messagesComeBackAsTheyWere(@ForAll long seed) throws MalformedMessageException {
        Samples samples = new Samples(seed);
        for (QueueMessage message : List.of(samples.requests(), samples.replies())) {
            byte[] bytes = encode(message);
            assertTrue(bytes[0] >= 64 && bytes[0] <= 95);
            assertEquals(message, decode(bytes));
        }
    }

    @Property(tries = 60)
    void commandsAndTheirAnswersComeBackAsTheyWere(@ForAll long seed) throws MalformedMessageException {
        Samples samples = new Samples(seed);
        for (QueueCommand command : List.of(samples.command(), new QueueCommand.ListQueues())) {
            byte[] bytes = encode(command);
            assertTrue(bytes[0] >= 48 && bytes[0] <= 63);
            assertEquals(command, decode(bytes));
        }
        QueueReply reply = new QueueReply.Executed(samples.answers);
        WireWriter out = new WireWriter();
        QueueWire.writeAnswer(out, reply);
        WireReader in = new WireReader(out.toBytes());
        assertEquals(reply, QueueWire.readAnswer(in.u8(), in));
        in.end();
    }

    @Property(tries = 60)
    void tablesComeBackAsTheyWereAndGoOnAlike(@ForAll long seed) throws MalformedMessageException {
        QueueTables tables = new Samples(seed).tables;
        byte[] bytes = encode(tables.snapshot());
        QueueTables restored = QueueTables.restore((QueueTables.Snapshot) decode(bytes));
        assertArrayEquals(bytes, encode(restored.snapshot()));
        List<QueueOp> ops = List.of(new QueueOp.Sweep(100), new QueueOp.Receive(9, 0, "", Bytes.utf8("nonce")));
        assertEquals(tables.execute("b", 3, ops, 9_000_000), restored.execute("b", 3, ops, 9_000_000));
        assertEquals(tables.names(), restored.names());
    }

    @Property(tries = 300)
    void whatIsCutOffIsMalformed(@ForAll @IntRange(max = 20) int seed, @ForAll @IntRange(max = 999) int permille) {
        Samples samples = new Samples(seed);
        for (Object value : List.of(samples.requests(), samples.replies(), samples.command())) {
            byte[] whole = encode(value);
            byte[] cut = Arrays.copyOf(whole, Math.max(1, whole.length * permille / 1000));
            assertThrows(MalformedMessageException.class, () -> decode(cut));
        }
    }

    @Property(tries = 1_000)
    void damagedBytesAreMalformedOrTheOnlyFormOfWhatTheySay(
            @ForAll @IntRange(max = 20) int seed, @ForAll @IntRange(max = 9_999) int where, @ForAll byte value) {
        Samples samples = new Samples(seed);
        for (Object sample :
                List.of(samples.requests(), samples.replies(), samples.command(), samples.tables.snapshot())) {
            byte[] bytes = encode(sample);
            bytes[(int) ((long) bytes.length * where / 10_000)] = value;
            checkCanonical(bytes);
        }
    }

    @Property(tries = 3_000)
    void arbitraryBytesAreMalformedOrTheOnlyFormOfWhatTheySay(
            @ForAll @IntRange(max = 4) int kind, @ForAll @Size(max = 60) byte[] rest) {
        byte[] bytes = new byte[rest.length + 1];
        bytes[0] = (byte) (kind == 4 ? SNAPSHOT : kind < 2 ? MESSAGE + kind : COMMAND + kind - 2);
        System.arraycopy(rest, 0, bytes, 1, rest.length);
        checkCanonical(bytes);
    }

    @Example
    void headersHaveOneForm() {
        WireWriter out = new WireWriter();
        out.bytes(Bytes.EMPTY).count(2).text("b").text("1").text("a").text("2");
        out.u8(4).varint(0).varint(0).bool(false).bool(false);
        assertThrows(MalformedMessageException.class, () -> QueueOpWire.readMessage(new WireReader(out.toBytes())));
    }

    @Example
    void aMessageWithEverythingComesBack() throws MalformedMessageException {
        NewMessage message = new NewMessage(
                Bytes.wrap(new byte[] {0, -1}),
                Map.of("b", "1", "a", "☃"),
                9,
                2_592_000_000L,
                1,
                Optional.of("d"),
                Optional.of("g"));
        WireWriter out = new WireWriter();
        QueueOpWire.writeMessage(out, message);
        assertEquals(message, QueueOpWire.readMessage(new WireReader(out.toBytes())));
    }

    @Example
    void anUndeliveredNackKeepsItsDelay() throws MalformedMessageException {
        QueueOp nack = new QueueOp.Nack(List.of("r"), QueueTable.UNDELIVERED, false, "");
        WireWriter out = new WireWriter();
        QueueOpWire.write(out, nack);
        assertEquals(nack, QueueOpWire.read(new WireReader(out.toBytes())));
    }

    private static void checkCanonical(byte[] bytes) {
        Object value;
        try {
            value = decode(bytes);
        } catch (MalformedMessageException e) {
            return;
        }
        assertArrayEquals(bytes, encode(value));
    }

    private static byte[] encode(Object value) {
        WireWriter out = new WireWriter();
        if (value instanceof QueueMessage message) {
            QueueWire.write(out, message);
        } else if (value instanceof QueueCommand command) {
            QueueWire.writeCommand(out, command);
        } else {
            out.u8(SNAPSHOT);
            QueueWire.writeSnapshot(out, (QueueTables.Snapshot) value);
        }
        return out.toByteArray();
    }

    private static Object decode(byte[] bytes) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        int type = in.u8();
        Object value = type == SNAPSHOT
                ? QueueWire.readSnapshot(in)
                : type < MESSAGE ? QueueWire.readCommand(type, in) : QueueWire.read(type, in);
        in.end();
        return value;
    }
}

package io.sinkron.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockAnswer.Holder;
import io.sinkron.lock.LockAnswer.LockView;
import io.sinkron.lock.LockAnswer.RefusedCycle;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Remember;
import io.sinkron.lock.LockImages.HoldImage;
import io.sinkron.lock.LockImages.LevelImage;
import io.sinkron.lock.LockImages.LockImage;
import io.sinkron.lock.LockImages.RememberedImage;
import io.sinkron.lock.LockImages.SessionImage;
import io.sinkron.lock.LockImages.TicketImage;
import io.sinkron.lock.LockImages.WaitImage;
import io.sinkron.lock.LockMessage;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.lock.LockTable;
import io.sinkron.spi.MalformedMessageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What {@link LockWire} writes it reads, and what it reads from arbitrary bytes is written as the same bytes again. */
class LockWireProperties {
    private static final int SNAPSHOT = 255;

    @Provide
    Arbitrary<Object> values() {
        return Arbitraries.randomValue(random -> new Maker(random).value());
    }

    @Property(tries = 3_000)
    void whatIsWrittenComesBackAsItWas(@ForAll("values") Object value) throws MalformedMessageException {
        assertEquals(value, decode(encode(value), kind(value)));
    }

    @Property(tries = 1_000)
    void whatIsCutOffIsMalformed(@ForAll("values") Object value, @ForAll @IntRange(max = 999) int permille) {
        byte[] bytes = encode(value);
        byte[] cut = Arrays.copyOf(bytes, (int) (bytes.length * (long) permille / 1_000));
        assertThrows(MalformedMessageException.class, () -> decode(cut, kind(value)));
    }

    @Property(tries = 3_000)
    void damagedBytesAreMalformedOrMeanExactlyWhatTheySay(
            @ForAll("values") Object value, @ForAll int at, @ForAll byte damage) {
        byte[] bytes = encode(value);
        bytes[Math.floorMod(at, bytes.length)] ^= damage;
        meansWhatItSaysOrIsMalformed(bytes, kind(value));
    }

    @Property(tries = 3_000)
    void arbitraryBytesAreMalformedOrMeanExactlyWhatTheySay(
            @ForAll @Size(min = 1, max = 64) byte[] bytes, @ForAll @IntRange(min = 16, max = 51) int type) {
        for (int kind = 0; kind < 4; kind++) {
            byte[] typed = bytes.clone();
            typed[0] = (byte) (kind == 3 ? SNAPSHOT : type);
            meansWhatItSaysOrIsMalformed(typed, kind);
        }
    }

    private static void meansWhatItSaysOrIsMalformed(byte[] bytes, int kind) {
        Object value;
        try {
            value = decode(bytes, kind);
        } catch (MalformedMessageException malformed) {
            return;
        }
        assertArrayEquals(bytes, encode(value), () -> "read as " + value);
    }

    @Example
    void everyKindHasItsOwnTypeByteWithinItsRange() {
        Set<Byte> messages = new HashSet<>();
        Set<Byte> commands = new HashSet<>();
        Set<Byte> answers = new HashSet<>();
        Maker maker = new Maker(new Random(1));
        maker.messages().forEach(value -> messages.add(encode(value)[0]));
        maker.commands().forEach(value -> commands.add(encode(value)[0]));
        maker.answers().forEach(value -> answers.add(encode(value)[0]));
        assertEquals(LockMessage.class.getPermittedSubclasses().length, messages.size());
        assertEquals(LockCommand.class.getPermittedSubclasses().length, commands.size());
        assertEquals(LockAnswer.class.getPermittedSubclasses().length, answers.size());
        assertTrue(messages.stream().allMatch(type -> type >= 48 && type <= 63));
        assertTrue(commands.stream().allMatch(type -> type >= 16 && type <= 47));
        assertTrue(answers.stream().allMatch(type -> type >= 16 && type <= 63));
    }

    @Example
    void aHugeCountIsRefusedBeforeAnythingIsMade() {
        byte[] bytes = new WireWriter()
                .u8(SNAPSHOT)
                .varint(0)
                .varint(Integer.MAX_VALUE)
                .toByteArray();
        assertThrows(MalformedMessageException.class, () -> decode(bytes, 3));
    }

    private static int kind(Object value) {
        return value instanceof LockMessage
                ? 0
                : value instanceof LockCommand ? 1 : value instanceof LockAnswer ? 2 : 3;
    }

    private static byte[] encode(Object value) {
        WireWriter out = new WireWriter();
        if (value instanceof LockMessage message) {
            LockWire.write(out, message);
        } else if (value instanceof LockCommand command) {
            LockWire.writeCommand(out, command);
        } else if (value instanceof LockAnswer answer) {
            LockWire.writeAnswer(out, answer);
        } else {
            LockWire.writeSnapshot(out.u8(SNAPSHOT), (LockTable.Snapshot) value);
        }
        return out.toByteArray();
    }

    private static Object decode(byte[] bytes, int kind) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        int type = in.u8();
        if (kind == 3 && type != SNAPSHOT) {
            throw in.malformed("not the byte that this test puts before a snapshot");
        }
        Object value = switch (kind) {
            case 0 -> LockWire.read(type, in);
            case 1 -> LockWire.readCommand(type, in);
            case 2 -> LockWire.readAnswer(type, in);
            default -> LockWire.readSnapshot(in);
        };
        in.end();
        return value;
    }

    /** Makes values of every kind from one random source; its lists hold one to a few elements. */
    private static final class Maker {
        private static final List<String> TEXTS =
                List.of("", "a", "default", "orders/42", "naïve", "\uD83D\uDD12", "x".repeat(128), "é".repeat(100));
        private final Random random;

        Maker(Random random) {
            this.random = random;
        }

        Object value() {
            List<Object> all = new ArrayList<>(messages());
            all.addAll(commands());
            all.addAll(answers());
            all.add(snapshot());
            return all.get(random.nextInt(all.size()));
        }

        List<LockMessage> messages() {
            return List.of(
                    new LockMessage.KeepAlive(number(), text()),
                    new LockMessage.KeepAliveAnswer(number(), text(), number()),
                    new LockMessage.KeepAliveRefused(number()));
        }

        List<LockCommand> commands() {
            return List.of(
                    new LockCommand.OpenSession(text(), number(), text(), node()),
                    new LockCommand.CloseSession(text()),
                    new LockCommand.ExpireSession(text(), number()),
                    new LockCommand.Acquire(owner(), text(), mode(), -number(), text(), policy(), remember()),
                    new LockCommand.Release(owner(), text(), number(), remember()),
                    new LockCommand.CancelWait(id(), flag(), flag()),
                    new LockCommand.ForceRelease(text()),
                    new LockCommand.ReadLock(text()),
                    new LockCommand.ReadLocks(text(), text(), random.nextInt()),
                    new LockCommand.ReadGraph(),
                    new LockCommand.ReadSessions(text()));
        }

        List<LockAnswer> answers() {
            List<LockAnswer> answers = new ArrayList<>(List.of(
                    new LockAnswer.SessionOpened(text(), number()),
                    new LockAnswer.Done(),
                    granted(),
                    new LockAnswer.Released(text(), depth()),
                    new LockAnswer.ForceReleased(text(), List.of(owner(), owner())),
                    view(),
                    new LockAnswer.LockViews(List.of(view(), view()), text()),
                    new LockAnswer.WaitCancelled(text()),
                    new LockAnswer.SessionExpired(text()),
                    new LockAnswer.IdempotencyMismatch(text()),
                    new LockAnswer.TooMany(text(), number()),
                    new LockAnswer.NotHolder(text(), owner(), -number()),
                    new LockAnswer.Deadlock(text(), List.of(step(), step())),
                    new LockAnswer.LockTimeout(text(), List.of(holder()), number())));
            answers.add(new LockAnswer.GraphView(
                    List.of(new LockAnswer.GraphEdge(owner(), owner(), text())), List.of(refused())));
            answers.add(new LockAnswer.SessionViews(List.of(new LockAnswer.SessionView(
                    text(),
                    text(),
                    number(),
                    node(),
                    List.of(new LockAnswer.SessionHold(text(), text(), mode(), number())),
                    List.of(new LockAnswer.SessionWait(text(), text(), mode(), depth()))))));
            return answers;
        }

        private LockTable.Snapshot snapshot() {
            SessionImage session = new SessionImage(
                    text(),
                    text(),
                    number(),
                    node(),
                    List.of(text(), text()),
                    List.of(new RememberedImage(flag(), text(), random.nextLong(), granted())));
            LockImage lock = new LockImage(
                    text(),
                    List.of(new HoldImage(
                            owner(),
                            mode(),
                            number(),
                            depth(),
                            number(),
                            List.of(new LevelImage(Optional.of(text()), number(), List.of(id(), id()))))),
                    List.of(wait(number(), List.of())),
                    List.of(wait(number(), List.of(wait(0, List.of())))));
            return new LockTable.Snapshot(number(), List.of(session), List.of(lock), List.of(refused()));
        }

        private WaitImage wait(long order, List<WaitImage> followers) {
            return new WaitImage(
                    owner(),
                    mode(),
                    text(),
                    policy(),
                    remember(),
                    order,
                    List.of(new TicketImage(id(), number())),
                    followers);
        }

        private LockAnswer.Granted granted() {
            return new LockAnswer.Granted(owner(), text(), mode(), number(), depth());
        }

        private LockView view() {
            return new LockView(
                    text(), List.of(holder()), List.of(new LockAnswer.Waiter(owner(), mode(), depth(), number())));
        }

        private Holder holder() {
            return new Holder(owner(), mode(), number(), depth());
        }

        private RefusedCycle refused() {
            return new RefusedCycle(-number(), List.of(step()));
        }

        private CycleStep step() {
            return new CycleStep(owner(), text(), text(), mode(), owner(), mode());
        }

        private LockOwner owner() {
            return new LockOwner(text(), text());
        }

        private CommandId id() {
            return new CommandId(node(), Math.max(1, number()), Math.max(1, number()));
        }

        private NodeId node() {
            return NodeId.of("n" + random.nextInt(20));
        }

        private Optional<Remember> remember() {
            return flag() ? Optional.of(new Remember(text(), random.nextLong())) : Optional.empty();
        }

        private LockMode mode() {
            return flag() ? LockMode.EXCLUSIVE : LockMode.SHARED;
        }

        private DeadlockPolicy policy() {
            return flag() ? DeadlockPolicy.WAIT : DeadlockPolicy.REJECT;
        }

        private String text() {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }

        /** Small ones mostly, and up to the greatest. */
        private long number() {
            return random.nextLong() >>> 1 + random.nextInt(63);
        }

        private int depth() {
            return 1 + (random.nextInt() >>> 1 + random.nextInt(30)) % 1_000_000;
        }

        private boolean flag() {
            return random.nextBoolean();
        }
    }
}

package io.sinkron.wire;

import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.Acquire;
import io.sinkron.lock.LockCommand.CancelWait;
import io.sinkron.lock.LockCommand.CloseSession;
import io.sinkron.lock.LockCommand.ExpireSession;
import io.sinkron.lock.LockCommand.ForceRelease;
import io.sinkron.lock.LockCommand.OpenSession;
import io.sinkron.lock.LockCommand.ReadGraph;
import io.sinkron.lock.LockCommand.ReadLock;
import io.sinkron.lock.LockCommand.ReadLocks;
import io.sinkron.lock.LockCommand.ReadSessions;
import io.sinkron.lock.LockCommand.Release;
import io.sinkron.lock.LockMessage;
import io.sinkron.lock.LockMessage.KeepAlive;
import io.sinkron.lock.LockMessage.KeepAliveAnswer;
import io.sinkron.lock.LockMessage.KeepAliveRefused;
import io.sinkron.lock.LockTable;
import io.sinkron.spi.MalformedMessageException;

/**
 * The binary form of what the lock package says and is told. Type bytes: messages 48 to 63, commands 16 to 47, answers 16 to 63. Each
 * {@code write} puts the type byte first; each {@code read} is given it. Reading throws {@link MalformedMessageException} and nothing
 * else, whatever the bytes are. Thread-safe.
 */
public final class LockWire {
    private static final int KEEP_ALIVE = 48;
    private static final int KEEP_ALIVE_ANSWER = 49;
    private static final int KEEP_ALIVE_REFUSED = 50;

    private static final int OPEN_SESSION = 16;
    private static final int CLOSE_SESSION = 17;
    private static final int EXPIRE_SESSION = 18;
    private static final int ACQUIRE = 19;
    private static final int RELEASE = 20;
    private static final int CANCEL_WAIT = 21;
    private static final int FORCE_RELEASE = 22;
    private static final int READ_LOCK = 23;
    private static final int READ_LOCKS = 24;
    private static final int READ_GRAPH = 25;
    private static final int READ_SESSIONS = 26;

    private LockWire() {}

    /** Writes a message with its type byte. */
    public static void write(WireWriter out, LockMessage message) {
        if (message instanceof KeepAlive m) {
            out.u8(KEEP_ALIVE).varint(m.request()).text(m.session());
        } else if (message instanceof KeepAliveAnswer m) {
            out.u8(KEEP_ALIVE_ANSWER).varint(m.request()).text(m.session()).varint(m.ttlMillis());
        } else if (message instanceof KeepAliveRefused m) {
            out.u8(KEEP_ALIVE_REFUSED).varint(m.request());
        } else {
            throw new IllegalArgumentException("no binary form of " + message.getClass());
        }
    }

    /** Reads a message whose type byte has been read. */
    public static LockMessage read(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case KEEP_ALIVE -> new KeepAlive(in.varint(), in.text());
            case KEEP_ALIVE_ANSWER -> new KeepAliveAnswer(in.varint(), in.text(), in.varint());
            case KEEP_ALIVE_REFUSED -> new KeepAliveRefused(in.varint());
            default -> throw in.malformed("no lock message has the type " + type);
        };
    }

    /** Writes a command with its type byte. */
    public static void writeCommand(WireWriter out, LockCommand command) {
        if (command instanceof Acquire c) {
            LockAnswerWire.owner(out.u8(ACQUIRE), c.owner()).text(c.lock());
            LockAnswerWire.mode(out, c.mode()).signed(c.waitMillis()).text(c.label());
            LockSnapshotWire.policy(out, c.onDeadlock());
            LockSnapshotWire.remember(out, c.remember());
        } else if (command instanceof Release c) {
            LockAnswerWire.owner(out.u8(RELEASE), c.owner()).text(c.lock()).signed(c.token());
            LockSnapshotWire.remember(out, c.remember());
        } else if (command instanceof CancelWait c) {
            LockSnapshotWire.id(out.u8(CANCEL_WAIT), c.acquire());
            out.bool(c.timedOut()).bool(c.giveBack());
        } else if (command instanceof OpenSession c) {
            out.u8(OPEN_SESSION)
                    .text(c.session())
                    .varint(c.ttlMillis())
                    .text(c.label())
                    .node(c.node());
        } else if (command instanceof CloseSession c) {
            out.u8(CLOSE_SESSION).text(c.session());
        } else if (command instanceof ExpireSession c) {
            out.u8(EXPIRE_SESSION).text(c.session()).varint(c.term());
        } else if (command instanceof ForceRelease c) {
            out.u8(FORCE_RELEASE).text(c.lock());
        } else if (command instanceof ReadLock c) {
            out.u8(READ_LOCK).text(c.lock());
        } else if (command instanceof ReadLocks c) {
            out.u8(READ_LOCKS).text(c.prefix()).text(c.after()).signed(c.limit());
        } else if (command instanceof ReadGraph) {
            out.u8(READ_GRAPH);
        } else if (command instanceof ReadSessions c) {
            out.u8(READ_SESSIONS).text(c.session());
        } else {
            throw new IllegalArgumentException("no binary form of " + command.getClass());
        }
    }

    /** Reads a command whose type byte has been read. */
    public static LockCommand readCommand(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case OPEN_SESSION -> new OpenSession(in.text(), in.varint(), in.text(), in.node());
            case CLOSE_SESSION -> new CloseSession(in.text());
            case EXPIRE_SESSION -> new ExpireSession(in.text(), in.varint());
            case ACQUIRE ->
                new Acquire(
                        LockAnswerWire.owner(in),
                        in.text(),
                        LockAnswerWire.mode(in),
                        in.signed(),
                        in.text(),
                        LockSnapshotWire.policy(in),
                        LockSnapshotWire.remember(in));
            case RELEASE ->
                new Release(LockAnswerWire.owner(in), in.text(), in.signed(), LockSnapshotWire.remember(in));
            case CANCEL_WAIT -> new CancelWait(LockSnapshotWire.id(in), in.bool(), in.bool());
            case FORCE_RELEASE -> new ForceRelease(in.text());
            case READ_LOCK -> new ReadLock(in.text());
            case READ_LOCKS -> new ReadLocks(in.text(), in.text(), int32(in));
            case READ_GRAPH -> new ReadGraph();
            case READ_SESSIONS -> new ReadSessions(in.text());
            default -> throw in.malformed("no lock command has the type " + type);
        };
    }

    /** Writes an answer with its type byte. */
    public static void writeAnswer(WireWriter out, LockAnswer answer) {
        LockAnswerWire.write(out, answer);
    }

    /** Reads an answer whose type byte has been read. */
    public static LockAnswer readAnswer(int type, WireReader in) throws MalformedMessageException {
        return LockAnswerWire.read(type, in);
    }

    /** Writes a snapshot of the table. */
    public static void writeSnapshot(WireWriter out, LockTable.Snapshot snapshot) {
        LockSnapshotWire.write(out, snapshot);
    }

    /** Reads a snapshot of the table. */
    public static LockTable.Snapshot readSnapshot(WireReader in) throws MalformedMessageException {
        return LockSnapshotWire.read(in);
    }

    private static int int32(WireReader in) throws MalformedMessageException {
        long value = in.signed();
        if (value != (int) value) {
            throw in.malformed("a limit is " + value + ", which is no 32-bit number");
        }
        return (int) value;
    }
}

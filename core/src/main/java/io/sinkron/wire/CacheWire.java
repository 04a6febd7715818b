package io.sinkron.wire;

import io.sinkron.cache.AuditedCopy;
import io.sinkron.cache.CacheMessage;
import io.sinkron.cache.CacheMessage.AuditQuery;
import io.sinkron.cache.CacheMessage.AuditReply;
import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupAck;
import io.sinkron.cache.CacheMessage.BackupQuery;
import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.BusUpgr;
import io.sinkron.cache.CacheMessage.Changed;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Interest;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.StateQuery;
import io.sinkron.cache.CacheMessage.StateReply;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cache.CacheMessage.WriteBackAck;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The binary form of what {@code cache} says, proposes and remembers. Messages have the types 96 to 127, commands 64 to 79, remembered answers 96 to
 * 127. Every message begins with its epoch and key.
 */
public final class CacheWire {
    private static final int BUS_RD = 96;
    private static final int BUS_RDX = 97;
    private static final int BUS_UPGR = 98;
    private static final int SNOOP = 99;
    private static final int SNOOP_RESPONSE = 100;
    private static final int GRANT = 101;
    private static final int GRANT_ACK = 102;
    private static final int WRITE_BACK = 103;
    private static final int WRITE_BACK_ACK = 104;
    private static final int BACKUP = 105;
    private static final int BACKUP_ACK = 106;
    private static final int BACKUP_RELEASE = 107;
    private static final int BACKUP_QUERY = 108;
    private static final int STATE_QUERY = 109;
    private static final int STATE_REPLY = 110;
    private static final int AUDIT_QUERY = 111;
    private static final int AUDIT_REPLY = 112;
    private static final int INTEREST = 113;
    private static final int CHANGED = 114;

    private static final int MEMORY_COMMAND = 64;
    private static final int EXECUTED = 96;

    private static final int GET_FENCED = 0;
    private static final int PUT_IF_NEWER = 1;
    private static final int SWEEP = 2;
    private static final int FETCHED = 0;
    private static final int STORED = 1;
    private static final int FENCED = 2;
    private static final int SWEPT = 3;

    private static final int MIN_RECENT_BYTES = 12;
    private static final int MIN_OPERATION_BYTES = 3;
    private static final int MIN_ANSWER_BYTES = 2;
    private static final int MIN_ENTRY_BYTES = 7;

    private static final Permission[] PERMISSIONS = Permission.values();
    private static final LineState[] STATES = LineState.values();
    private static final ChangeKind[] CHANGES = ChangeKind.values();

    private CacheWire() {}

    /** Writes the type and the message. */
    public static void write(WireWriter out, CacheMessage message) {
        if (message instanceof BusRd m) {
            head(out, BUS_RD, m).varint(m.request());
        } else if (message instanceof BusRdX m) {
            head(out, BUS_RDX, m).varint(m.request());
        } else if (message instanceof BusUpgr m) {
            head(out, BUS_UPGR, m).varint(m.request());
        } else if (message instanceof Snoop m) {
            head(out, SNOOP, m).varint(m.txn()).bool(m.exclusive());
        } else if (message instanceof SnoopResponse m) {
            head(out, SNOOP_RESPONSE, m).varint(m.txn()).bool(m.keptShared());
            writeOptional(out, m.dirty());
        } else if (message instanceof Grant m) {
            head(out, GRANT, m)
                    .varint(m.request())
                    .varint(m.txn())
                    .u8(m.permission().ordinal());
            m.data().ifPresent(data -> writeValue(out, data));
        } else if (message instanceof GrantAck m) {
            head(out, GRANT_ACK, m).varint(m.txn()).bool(m.accepted());
        } else if (message instanceof WriteBack m) {
            writeValue(head(out, WRITE_BACK, m), m.value());
        } else if (message instanceof WriteBackAck m) {
            head(out, WRITE_BACK_ACK, m).varint(m.version());
        } else {
            writeAside(out, message);
        }
    }

    private static void writeAside(WireWriter out, CacheMessage message) {
        if (message instanceof Backup m) {
            writeValue(head(out, BACKUP, m), m.value());
        } else if (message instanceof BackupAck m) {
            head(out, BACKUP_ACK, m).varint(m.version());
        } else if (message instanceof BackupRelease m) {
            head(out, BACKUP_RELEASE, m).varint(m.version());
        } else if (message instanceof BackupQuery m) {
            head(out, BACKUP_QUERY, m).varint(m.version());
        } else if (message instanceof StateQuery m) {
            head(out, STATE_QUERY, m).varint(m.query());
        } else if (message instanceof StateReply m) {
            head(out, STATE_REPLY, m).varint(m.query()).u8(m.state().ordinal());
        } else if (message instanceof AuditQuery m) {
            head(out, AUDIT_QUERY, m).varint(m.audit());
        } else if (message instanceof AuditReply m) {
            writeCopy(head(out, AUDIT_REPLY, m).varint(m.audit()), m.copy());
        } else if (message instanceof Interest m) {
            head(out, INTEREST, m).varint(m.generation()).count(m.regions().size());
            m.regions().forEach(out::text);
        } else {
            Changed m = (Changed) message;
            head(out, CHANGED, m).varint(m.version()).u8(m.kind().ordinal()).varint(m.generation());
        }
    }

    private static Interest readInterest(long epoch, Bytes key, WireReader in) throws MalformedMessageException {
        if (!key.isEmpty()) {
            throw in.malformed("what a node listens to is about a key");
        }
        long generation = natural(in, "generation");
        int count = in.count(1);
        if (count > Interest.MAX_REGIONS) {
            throw in.malformed(count + " caches, at most " + Interest.MAX_REGIONS + " are allowed");
        }
        List<String> regions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            regions.add(in.text());
        }
        return new Interest(epoch, generation, regions);
    }

    private static Changed readChanged(long epoch, Bytes key, WireReader in) throws MalformedMessageException {
        long version = natural(in, "version");
        ChangeKind kind = CHANGES[index(in, "kind", CHANGES.length)];
        return new Changed(epoch, key, version, kind, natural(in, "generation"));
    }

    private static void writeCopy(WireWriter out, AuditedCopy copy) {
        out.u8(copy.state().ordinal()).bool(copy.dirty()).bool(copy.serving()).bool(copy.present());
        out.varint(copy.version()).fixed64(copy.hash());
        out.varint(copy.grantEpoch()).varint(copy.grantTxn());
    }

    private static AuditedCopy readCopy(WireReader in) throws MalformedMessageException {
        LineState state = STATES[index(in, "state", STATES.length)];
        boolean dirty = in.bool();
        boolean serving = in.bool();
        boolean present = in.bool();
        long version = natural(in, "version");
        long hash = in.fixed64();
        return new AuditedCopy(state, dirty, serving, present, version, hash, natural(in, "epoch"), natural(in, "txn"));
    }

    private static WireWriter head(WireWriter out, int type, CacheMessage message) {
        return out.u8(type).varint(message.epoch()).bytes(message.key());
    }

    /** The message of this type, which has been read already. */
    public static CacheMessage read(int type, WireReader in) throws MalformedMessageException {
        if (type < BUS_RD || type > CHANGED) {
            throw in.malformed("no cache message has the type " + type);
        }
        long epoch = natural(in, "epoch");
        Bytes key = in.bytes();
        return switch (type) {
            case BUS_RD -> new BusRd(epoch, key, natural(in, "request"));
            case BUS_RDX -> new BusRdX(epoch, key, natural(in, "request"));
            case BUS_UPGR -> new BusUpgr(epoch, key, natural(in, "request"));
            case SNOOP -> new Snoop(epoch, key, natural(in, "txn"), in.bool());
            case SNOOP_RESPONSE -> new SnoopResponse(epoch, key, natural(in, "txn"), in.bool(), readOptional(in));
            case GRANT -> readGrant(epoch, key, in);
            case GRANT_ACK -> new GrantAck(epoch, key, natural(in, "txn"), in.bool());
            case WRITE_BACK -> new WriteBack(epoch, key, readValue(in));
            case WRITE_BACK_ACK -> new WriteBackAck(epoch, key, natural(in, "version"));
            case BACKUP -> new Backup(epoch, key, readValue(in));
            case BACKUP_ACK -> new BackupAck(epoch, key, natural(in, "version"));
            case BACKUP_RELEASE -> new BackupRelease(epoch, key, natural(in, "version"));
            case BACKUP_QUERY -> new BackupQuery(epoch, key, natural(in, "version"));
            case STATE_QUERY -> new StateQuery(epoch, key, natural(in, "query"));
            case STATE_REPLY ->
                new StateReply(epoch, key, natural(in, "query"), STATES[index(in, "state", STATES.length)]);
            case AUDIT_QUERY -> new AuditQuery(epoch, key, natural(in, "audit"));
            case AUDIT_REPLY -> new AuditReply(epoch, key, natural(in, "audit"), readCopy(in));
            case INTEREST -> readInterest(epoch, key, in);
            default -> readChanged(epoch, key, in);
        };
    }

    private static Grant readGrant(long epoch, Bytes key, WireReader in) throws MalformedMessageException {
        long request = natural(in, "request");
        long txn = natural(in, "txn");
        Permission permission = PERMISSIONS[index(in, "permission", PERMISSIONS.length)];
        Optional<MemoryValue> data =
                permission == Permission.MODIFY_IN_PLACE ? Optional.empty() : Optional.of(readValue(in));
        return new Grant(epoch, key, request, txn, permission, data);
    }

    /** Writes a value as caches and main memory keep it. */
    public static void writeValue(WireWriter out, MemoryValue value) {
        out.varint(value.version()).bool(value.deleted()).bytes(value.value());
        out.varint(value.expiresAtMillis()).count(value.recent().size());
        for (RecentWrite write : value.recent()) {
            out.text(write.key()).fixed64(write.fingerprint()).varint(write.version());
            out.bool(write.deleted()).varint(write.atMillis());
        }
    }

    /** Reads what {@link #writeValue} wrote. */
    public static MemoryValue readValue(WireReader in) throws MalformedMessageException {
        long version = natural(in, "version");
        boolean deleted = in.bool();
        Bytes value = in.bytes();
        long expires = natural(in, "expiry");
        int count = in.count(MIN_RECENT_BYTES);
        if (count > MemoryValue.MAX_RECENT) {
            throw in.malformed(count + " remembered writes, at most " + MemoryValue.MAX_RECENT + " are allowed");
        }
        List<RecentWrite> recent = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            recent.add(
                    new RecentWrite(in.text(), in.fixed64(), natural(in, "version"), in.bool(), natural(in, "time")));
        }
        return new MemoryValue(version, deleted, value, expires, recent);
    }

    private static void writeOptional(WireWriter out, Optional<MemoryValue> value) {
        out.bool(value.isPresent());
        value.ifPresent(present -> writeValue(out, present));
    }

    private static Optional<MemoryValue> readOptional(WireReader in) throws MalformedMessageException {
        return in.bool() ? Optional.of(readValue(in)) : Optional.empty();
    }

    /** Writes the type and the command. */
    public static void writeCommand(WireWriter out, MemoryCommand command) {
        out.u8(MEMORY_COMMAND).count(command.operations().size());
        for (MemoryOp op : command.operations()) {
            if (op instanceof MemoryOp.Sweep sweep) {
                out.u8(SWEEP).bytes(sweep.from()).bytes(sweep.to());
                out.text(sweep.cursor()).varint(sweep.limit());
                continue;
            }
            boolean isPut = op instanceof MemoryOp.PutIfNewer;
            out.u8(isPut ? PUT_IF_NEWER : GET_FENCED).bytes(op.key()).varint(op.epoch());
            if (op instanceof MemoryOp.PutIfNewer put) {
                writeValue(out, put.value());
            }
        }
    }

    /** The command of this type, which has been read already. */
    public static MemoryCommand readCommand(int type, WireReader in) throws MalformedMessageException {
        if (type != MEMORY_COMMAND) {
            throw in.malformed("no cache command has the type " + type);
        }
        int count = in.count(MIN_OPERATION_BYTES);
        List<MemoryOp> operations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            operations.add(readOperation(in));
        }
        return new MemoryCommand(operations);
    }

    private static MemoryOp readOperation(WireReader in) throws MalformedMessageException {
        int kind = index(in, "operation", SWEEP + 1);
        Bytes key = in.bytes();
        if (kind == SWEEP) {
            Bytes to = in.bytes();
            return new MemoryOp.Sweep(key, to, in.text(), (int) in.varint("limit", 1, MemoryOp.Sweep.MAX_SWEEP));
        }
        long epoch = natural(in, "epoch");
        return kind == PUT_IF_NEWER
                ? new MemoryOp.PutIfNewer(key, epoch, readValue(in))
                : new MemoryOp.GetFenced(key, epoch);
    }

    /** Writes the type and the answer. */
    public static void writeAnswer(WireWriter out, MemoryCommand.Executed executed) {
        out.u8(EXECUTED).count(executed.answers().size());
        for (MemoryAnswer answer : executed.answers()) {
            if (answer instanceof MemoryAnswer.Fetched fetched) {
                writeValue(out.u8(FETCHED), fetched.value());
            } else if (answer instanceof MemoryAnswer.Stored stored) {
                out.u8(STORED).varint(stored.version());
            } else if (answer instanceof MemoryAnswer.Swept swept) {
                out.u8(SWEPT).varint(swept.removed()).text(swept.cursor());
            } else {
                out.u8(FENCED).varint(((MemoryAnswer.Fenced) answer).fence());
            }
        }
    }

    /** The answer of this type, which has been read already. */
    public static MemoryCommand.Executed readAnswer(int type, WireReader in) throws MalformedMessageException {
        if (type != EXECUTED) {
            throw in.malformed("no cache answer has the type " + type);
        }
        int count = in.count(MIN_ANSWER_BYTES);
        List<MemoryAnswer> answers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            answers.add(
                    switch (index(in, "answer", SWEPT + 1)) {
                        case FETCHED -> new MemoryAnswer.Fetched(readValue(in));
                        case STORED -> new MemoryAnswer.Stored(natural(in, "version"));
                        case SWEPT -> new MemoryAnswer.Swept((int) in.varint("count", 0, Integer.MAX_VALUE), in.text());
                        default -> new MemoryAnswer.Fenced(natural(in, "fence"));
                    });
        }
        return new MemoryCommand.Executed(answers);
    }

    /** Writes a main memory. */
    public static void writeSnapshot(WireWriter out, MemoryTable.Snapshot snapshot) {
        out.count(snapshot.entries().size());
        for (MemoryTable.Entry entry : snapshot.entries()) {
            out.bytes(entry.key()).varint(entry.fence());
            writeValue(out, entry.value());
        }
    }

    /** Reads what {@link #writeSnapshot} wrote; the keys must be in their order. */
    public static MemoryTable.Snapshot readSnapshot(WireReader in) throws MalformedMessageException {
        int count = in.count(MIN_ENTRY_BYTES);
        List<MemoryTable.Entry> entries = new ArrayList<>(count);
        Bytes previous = null;
        for (int i = 0; i < count; i++) {
            Bytes key = in.bytes();
            if (previous != null && previous.compareTo(key) >= 0) {
                throw in.malformed("the keys of main memory are out of order");
            }
            previous = key;
            long fence = natural(in, "fence");
            entries.add(new MemoryTable.Entry(key, readValue(in), fence));
        }
        return new MemoryTable.Snapshot(entries);
    }

    private static int index(WireReader in, String name, int size) throws MalformedMessageException {
        int value = in.u8();
        if (value >= size) {
            throw in.malformed(name + " is " + value + ", the greatest known is " + (size - 1));
        }
        return value;
    }

    private static long natural(WireReader in, String name) throws MalformedMessageException {
        return in.varint(name, 0, Long.MAX_VALUE);
    }
}

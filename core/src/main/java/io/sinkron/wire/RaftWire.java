package io.sinkron.wire;

import io.sinkron.common.Bytes;
import io.sinkron.common.Message;
import io.sinkron.raft.ConfigurationFormat;
import io.sinkron.raft.Proposals;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage;
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
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.MalformedMessageException;
import java.util.ArrayList;
import java.util.List;

/**
 * Raft's messages as bytes: type byte, group id (0, the only one so far), then the record's parts in their order; indices and terms as
 * varints, rounds and stamps zig-zag. The entries of an append carry no index: it follows from the place before them, so no gap can be
 * written. Stateless.
 */
public final class RaftWire {
    /** The first type byte that belongs to Raft. */
    public static final int FIRST_TYPE = 1;

    /** The last type byte that belongs to Raft. */
    public static final int LAST_TYPE = 31;

    private static final int PRE_VOTE_REQUEST = 1;
    private static final int PRE_VOTE_RESPONSE = 2;
    private static final int VOTE_REQUEST = 3;
    private static final int VOTE_RESPONSE = 4;
    private static final int APPEND_ENTRIES = 5;
    private static final int APPEND_ACCEPTED = 6;
    private static final int APPEND_REJECTED = 7;
    private static final int INSTALL_SNAPSHOT = 8;
    private static final int INSTALL_SNAPSHOT_RESPONSE = 9;
    private static final int TIMEOUT_NOW = 10;
    private static final int READ_REQUEST = 11;
    private static final int READ_RESPONSE = 12;
    private static final int PROPOSALS = 31;

    private static final Campaign[] CAMPAIGNS = Campaign.values();

    private static final long ONLY_GROUP = 0;
    private static final int ENTRY_MIN_BYTES = 4;

    /** Far beyond any real index or term, and far enough below the largest long that sums can't overflow. */
    private static final long MAX_NUMBER = Long.MAX_VALUE / 2;

    private RaftWire() {}

    /**
     * Writes the type byte and the message.
     *
     * @throws IllegalArgumentException if it's neither a {@link RaftMessage} nor {@link Proposals}
     */
    public static void write(WireWriter out, Message message) {
        if (message instanceof Proposals proposals) {
            out.u8(PROPOSALS).varint(ONLY_GROUP).count(proposals.commands().size());
            proposals.commands().forEach(out::bytes);
        } else if (message instanceof AppendEntries m) {
            writeAppend(out, m);
        } else if (message instanceof AppendAccepted m) {
            begin(out, APPEND_ACCEPTED, m)
                    .signed(m.round())
                    .varint(m.verifiedIndex())
                    .varint(m.durableIndex())
                    .varint(m.identity());
        } else if (message instanceof AppendRejected m) {
            begin(out, APPEND_REJECTED, m).signed(m.round()).varint(m.prevIndex());
            out.varint(m.hintIndex()).varint(m.hintTerm()).varint(m.identity());
        } else if (message instanceof InstallSnapshot m) {
            writeInstall(out, m);
        } else if (message instanceof InstallSnapshotResponse m) {
            begin(out, INSTALL_SNAPSHOT_RESPONSE, m)
                    .signed(m.round())
                    .varint(m.index())
                    .varint(m.offset())
                    .varint(m.identity());
        } else {
            writeVoting(out, message);
        }
    }

    private static void writeVoting(WireWriter out, Message message) {
        if (message instanceof PreVoteRequest m) {
            begin(out, PRE_VOTE_REQUEST, m)
                    .varint(m.lastIndex())
                    .varint(m.lastTerm())
                    .varint(m.round());
        } else if (message instanceof PreVoteResponse m) {
            begin(out, PRE_VOTE_RESPONSE, m).varint(m.campaignTerm()).bool(m.granted());
            out.varint(m.identity()).varint(m.round()).bool(m.blank()).varint(m.lastIndex());
        } else if (message instanceof VoteRequest m) {
            begin(out, VOTE_REQUEST, m).varint(m.lastIndex()).varint(m.lastTerm());
            out.u8(m.campaign().ordinal()).varint(m.receiver());
        } else if (message instanceof VoteResponse m) {
            begin(out, VOTE_RESPONSE, m).bool(m.granted()).varint(m.identity()).varint(m.clusterMillis());
        } else if (message instanceof TimeoutNow m) {
            begin(out, TIMEOUT_NOW, m);
        } else if (message instanceof ReadRequest m) {
            begin(out, READ_REQUEST, m).varint(m.asker()).varint(m.id());
        } else if (message instanceof ReadResponse m) {
            begin(out, READ_RESPONSE, m).varint(m.asker()).varint(m.id()).signed(m.index());
        } else {
            throw new IllegalArgumentException("not a message of Raft: " + message.getClass());
        }
    }

    private static WireWriter begin(WireWriter out, int type, RaftMessage message) {
        return out.u8(type).varint(ONLY_GROUP).varint(message.term());
    }

    private static void writeAppend(WireWriter out, AppendEntries m) {
        begin(out, APPEND_ENTRIES, m).signed(m.round()).varint(m.prevIndex()).varint(m.prevTerm());
        out.varint(m.commitIndex()).count(m.entries().size());
        for (LogEntry entry : m.entries()) {
            out.varint(entry.term())
                    .signed(entry.stampMillis())
                    .u8(entry.kind().code())
                    .bytes(entry.payload());
        }
    }

    private static void writeInstall(WireWriter out, InstallSnapshot m) {
        begin(out, INSTALL_SNAPSHOT, m).signed(m.round()).varint(m.index()).varint(m.snapshotTerm());
        out.signed(m.stampMillis())
                .bytes(m.config())
                .varint(m.sizeBytes())
                .varint(m.offset())
                .bytes(m.chunk())
                .signed(m.checksum());
    }

    /**
     * Reads the message after its type byte.
     *
     * @throws MalformedMessageException if there isn't one, or its type isn't Raft's
     */
    public static Message read(int type, WireReader in) throws MalformedMessageException {
        in.varint("group", ONLY_GROUP, ONLY_GROUP);
        if (type == PROPOSALS) {
            int count = in.count(1);
            List<Bytes> commands = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                commands.add(in.bytes());
            }
            return new Proposals(commands);
        }
        long term = number("term", in);
        return switch (type) {
            case PRE_VOTE_REQUEST -> new PreVoteRequest(term, number("index", in), number("term", in), identity(in));
            case PRE_VOTE_RESPONSE ->
                new PreVoteResponse(
                        term,
                        number("term", in),
                        in.bool(),
                        identity(in),
                        identity(in),
                        in.bool(),
                        number("index", in));
            case VOTE_REQUEST ->
                new VoteRequest(term, number("index", in), number("term", in), campaign(in), identity(in));
            case VOTE_RESPONSE -> new VoteResponse(term, in.bool(), identity(in), number("clusterMillis", in));
            case APPEND_ENTRIES -> readAppend(term, in);
            case APPEND_ACCEPTED ->
                new AppendAccepted(term, in.signed(), number("index", in), number("index", in), identity(in));
            case APPEND_REJECTED ->
                new AppendRejected(
                        term, in.signed(), number("index", in), number("index", in), number("term", in), identity(in));
            case INSTALL_SNAPSHOT -> readInstall(term, in);
            case INSTALL_SNAPSHOT_RESPONSE ->
                new InstallSnapshotResponse(term, in.signed(), number("index", in), number("offset", in), identity(in));
            case TIMEOUT_NOW -> new TimeoutNow(term);
            case READ_REQUEST -> new ReadRequest(term, identity(in), number("id", in));
            case READ_RESPONSE -> readReadResponse(term, in);
            default -> throw in.malformed("type " + type + " is not a message of Raft");
        };
    }

    private static AppendEntries readAppend(long term, WireReader in) throws MalformedMessageException {
        long round = in.signed();
        long prevIndex = number("index", in);
        long prevTerm = number("term", in);
        long commitIndex = number("index", in);
        int count = in.count(ENTRY_MIN_BYTES);
        List<LogEntry> entries = new ArrayList<>(count);
        long lastTerm = Math.max(1, prevTerm);
        for (int i = 1; i <= count; i++) {
            lastTerm = in.varint("entry term", lastTerm, Math.max(lastTerm, term));
            long stamp = in.signed();
            LogEntry.Kind kind = kind(in);
            Bytes payload = in.bytes();
            if (kind == LogEntry.Kind.CONFIG) {
                checkMembership(payload, in);
            }
            entries.add(new LogEntry(prevIndex + i, lastTerm, stamp, kind, payload));
        }
        return new AppendEntries(term, round, prevIndex, prevTerm, commitIndex, entries);
    }

    /** A membership that can't be read must not get as far as the log. */
    private static void checkMembership(Bytes config, WireReader in) throws MalformedMessageException {
        try {
            ConfigurationFormat.decode(config);
        } catch (IllegalArgumentException e) {
            throw in.malformed(e.getMessage());
        }
    }

    private static InstallSnapshot readInstall(long term, WireReader in) throws MalformedMessageException {
        long round = in.signed();
        long index = in.varint("index", 1, MAX_NUMBER);
        long snapshotTerm = in.varint("term", 1, MAX_NUMBER);
        long stamp = in.signed();
        Bytes config = in.bytes();
        if (!config.isEmpty()) {
            checkMembership(config, in);
        }
        return new InstallSnapshot(
                term,
                round,
                index,
                snapshotTerm,
                stamp,
                config,
                number("size", in),
                number("offset", in),
                in.bytes(),
                in.signed());
    }

    private static ReadResponse readReadResponse(long term, WireReader in) throws MalformedMessageException {
        long asker = identity(in);
        long id = number("id", in);
        long index = in.signed();
        if (index < RaftEffects.REFUSED) {
            throw in.malformed("read index " + index + " is below " + RaftEffects.REFUSED);
        }
        return new ReadResponse(term, asker, id, index);
    }

    private static Campaign campaign(WireReader in) throws MalformedMessageException {
        int code = in.u8();
        if (code >= CAMPAIGNS.length) {
            throw in.malformed("unknown campaign " + code + ", known are 0 to " + (CAMPAIGNS.length - 1));
        }
        return CAMPAIGNS[code];
    }

    private static long identity(WireReader in) throws MalformedMessageException {
        return in.varint("identity", 0, Long.MAX_VALUE);
    }

    private static LogEntry.Kind kind(WireReader in) throws MalformedMessageException {
        int code = in.u8();
        try {
            return LogEntry.Kind.ofCode(code);
        } catch (IllegalArgumentException e) {
            throw in.malformed(e.getMessage());
        }
    }

    private static long number(String name, WireReader in) throws MalformedMessageException {
        return in.varint(name, 0, MAX_NUMBER);
    }
}

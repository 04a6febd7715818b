package io.sinkron.wire;

import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueOp.MessageState;
import io.sinkron.spi.QueueSettings;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The binary form of queue operations, and of the messages and settings in them. Canonical: headers stand in the order of their names. Stores may
 * use it for what they keep.
 */
public final class QueueOpWire {
    /** How many bytes a message takes at least. */
    static final int MIN_MESSAGE_BYTES = 7;

    /** How many bytes an operation takes at least. */
    static final int MIN_OPERATION_BYTES = 1;

    private static final int CLAIM = 0;
    private static final int CONFIGURE = 1;
    private static final int ENQUEUE = 2;
    private static final int RECEIVE = 3;
    private static final int RETURN_CONSUMER = 4;
    private static final int ACK = 5;
    private static final int NACK = 6;
    private static final int EXTEND = 7;
    private static final int SWEEP = 8;
    private static final int PEEK = 9;
    private static final int STATS = 10;
    private static final int PURGE = 11;
    private static final int DROP = 12;
    private static final int PAUSE = 13;
    private static final int REDRIVE = 14;
    private static final int TAKE_MOVES = 15;
    private static final int FORGET_MOVES = 16;

    private QueueOpWire() {}

    /** Writes an operation, its kind first. */
    public static void write(WireWriter out, QueueOp op) {
        if (op instanceof QueueOp.Enqueue o) {
            out.u8(ENQUEUE);
            WireLists.write(out, o.messages(), QueueOpWire::writeMessage);
            out.bool(o.remember().isPresent());
            o.remember().ifPresent(r -> out.text(r.key()).fixed64(r.fingerprint()));
            out.bytes(o.nonce());
        } else if (op instanceof QueueOp.Receive o) {
            out.u8(RECEIVE).varint(o.max()).varint(o.visibilityMillis()).text(o.consumer());
            out.bytes(o.nonce());
        } else if (op instanceof QueueOp.Ack o) {
            WireLists.write(out.u8(ACK), o.receipts(), WireWriter::text);
        } else if (op instanceof QueueOp.Nack o) {
            WireLists.write(out.u8(NACK), o.receipts(), WireWriter::text);
            out.signed(o.delayMillis()).bool(o.deadLetter()).text(o.reason());
        } else if (op instanceof QueueOp.Extend o) {
            WireLists.write(out.u8(EXTEND), o.receipts(), WireWriter::text);
            out.varint(o.visibilityMillis());
        } else if (op instanceof QueueOp.Configure o) {
            writeSettings(out.u8(CONFIGURE), o.settings());
        } else if (op instanceof QueueOp.ReturnConsumer o) {
            out.u8(RETURN_CONSUMER).text(o.consumer());
        } else if (op instanceof QueueOp.Sweep o) {
            out.u8(SWEEP).varint(o.limit());
        } else if (op instanceof QueueOp.Peek o) {
            out.u8(PEEK).u8(stateCode(o.state())).varint(o.limit());
        } else if (op instanceof QueueOp.Pause o) {
            out.u8(PAUSE).bool(o.paused());
        } else if (op instanceof QueueOp.Redrive o) {
            out.u8(REDRIVE).text(o.to()).varint(o.max());
        } else if (op instanceof QueueOp.TakeMoves o) {
            out.u8(TAKE_MOVES).varint(o.limit());
        } else if (op instanceof QueueOp.ForgetMoves o) {
            WireLists.write(out.u8(FORGET_MOVES), o.ids(), WireWriter::text);
        } else if (op instanceof QueueOp.Claim) {
            out.u8(CLAIM);
        } else if (op instanceof QueueOp.Stats) {
            out.u8(STATS);
        } else if (op instanceof QueueOp.Purge) {
            out.u8(PURGE);
        } else {
            out.u8(DROP);
        }
    }

    /** Reads what {@link #write} wrote. */
    public static QueueOp read(WireReader in) throws MalformedMessageException {
        int kind = in.u8();
        return switch (kind) {
            case CLAIM -> new QueueOp.Claim();
            case CONFIGURE -> new QueueOp.Configure(readSettings(in));
            case ENQUEUE ->
                new QueueOp.Enqueue(
                        WireLists.read(in, MIN_MESSAGE_BYTES, QueueOpWire::readMessage), readRemember(in), in.bytes());
            case RECEIVE -> new QueueOp.Receive(in.varint32("max"), natural(in, "visibility"), in.text(), in.bytes());
            case RETURN_CONSUMER -> new QueueOp.ReturnConsumer(in.text());
            case ACK -> new QueueOp.Ack(WireLists.read(in, 1, WireReader::text));
            case NACK -> new QueueOp.Nack(WireLists.read(in, 1, WireReader::text), in.signed(), in.bool(), in.text());
            case EXTEND -> new QueueOp.Extend(WireLists.read(in, 1, WireReader::text), natural(in, "visibility"));
            case SWEEP -> new QueueOp.Sweep(in.varint32("limit"));
            case PEEK -> new QueueOp.Peek(state(in.u8(), in), in.varint32("limit"));
            case STATS -> new QueueOp.Stats();
            case PURGE -> new QueueOp.Purge();
            case DROP -> new QueueOp.Drop();
            case PAUSE -> new QueueOp.Pause(in.bool());
            case REDRIVE -> new QueueOp.Redrive(in.text(), in.varint32("max"));
            case TAKE_MOVES -> new QueueOp.TakeMoves(in.varint32("limit"));
            case FORGET_MOVES -> new QueueOp.ForgetMoves(WireLists.read(in, 1, WireReader::text));
            default -> throw in.malformed("no queue operation has the kind " + kind);
        };
    }

    private static Optional<QueueOp.Remember> readRemember(WireReader in) throws MalformedMessageException {
        return in.bool() ? Optional.of(new QueueOp.Remember(in.text(), in.fixed64())) : Optional.empty();
    }

    /** Writes a message to be enqueued. */
    public static void writeMessage(WireWriter out, NewMessage message) {
        out.bytes(message.body());
        writeHeaders(out, message.headers());
        out.u8(message.priority()).varint(message.delayMillis()).varint(message.ttlMillis());
        out.optionalText(message.dedupId()).optionalText(message.group());
    }

    /** Reads what {@link #writeMessage} wrote. */
    public static NewMessage readMessage(WireReader in) throws MalformedMessageException {
        return new NewMessage(
                in.bytes(),
                readHeaders(in),
                readPriority(in),
                in.varint("delay", 0, QueueSettings.MAX_DELAY_MILLIS),
                in.varint("ttl", 0, QueueSettings.MAX_DELAY_MILLIS),
                in.optionalText(),
                in.optionalText());
    }

    /** A priority from 0 to 9. */
    static int readPriority(WireReader in) throws MalformedMessageException {
        int priority = in.u8();
        if (priority > 9) {
            throw in.malformed("a priority is " + priority + ", allowed are 0 to 9");
        }
        return priority;
    }

    /** Writes headers, in the order of their names. */
    public static void writeHeaders(WireWriter out, Map<String, String> headers) {
        out.count(headers.size());
        if (!headers.isEmpty()) {
            new TreeMap<>(headers).forEach((name, value) -> out.text(name).text(value));
        }
    }

    /** Reads what {@link #writeHeaders} wrote; names must be in their order, each once. */
    public static Map<String, String> readHeaders(WireReader in) throws MalformedMessageException {
        int count = in.count(2);
        if (count == 0) {
            return Map.of();
        }
        TreeMap<String, String> headers = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String name = in.text();
            if (!headers.isEmpty() && headers.lastKey().compareTo(name) >= 0) {
                throw in.malformed("headers are not in the order of their names");
            }
            headers.put(name, in.text());
        }
        return Collections.unmodifiableMap(headers);
    }

    /** Writes settings. */
    public static void writeSettings(WireWriter out, QueueSettings settings) {
        out.varint(settings.visibilityTimeoutMillis()).varint(settings.maxDeliveries());
        out.optionalText(settings.deadLetter()).varint(settings.maxLength()).varint(settings.retentionMillis());
    }

    /** Reads what {@link #writeSettings} wrote. */
    public static QueueSettings readSettings(WireReader in) throws MalformedMessageException {
        long visibility = natural(in, "visibility");
        int maxDeliveries = in.varint32("max deliveries");
        Optional<String> deadLetter = in.optionalText();
        long maxLength = natural(in, "max length");
        long retention = natural(in, "retention");
        try {
            return new QueueSettings(visibility, maxDeliveries, deadLetter, maxLength, retention);
        } catch (IllegalArgumentException e) {
            throw in.malformed(e.getMessage());
        }
    }

    static int stateCode(MessageState state) {
        return switch (state) {
            case READY -> 0;
            case DELAYED -> 1;
            case IN_FLIGHT -> 2;
        };
    }

    static MessageState state(int code, WireReader in) throws MalformedMessageException {
        return switch (code) {
            case 0 -> MessageState.READY;
            case 1 -> MessageState.DELAYED;
            case 2 -> MessageState.IN_FLIGHT;
            default -> throw in.malformed("no state of a message is " + code);
        };
    }

    /** A number from 0. */
    static long natural(WireReader in, String name) throws MalformedMessageException {
        return in.varint(name, 0, Long.MAX_VALUE);
    }
}

package io.sinkron.wire;

import static io.sinkron.wire.QueueOpWire.natural;

import io.sinkron.queue.QueueReply;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueAnswer.Delivery;

/** The binary form of what queue operations and the queue service answer. Types 64 to 95. */
public final class QueueAnswerWire {
    /** How many bytes an answer takes at least. */
    static final int MIN_ANSWER_BYTES = 1;

    private static final int MIN_DELIVERY_BYTES = 9;
    private static final int MIN_MOVE_BYTES = 2 + QueueOpWire.MIN_MESSAGE_BYTES;

    private static final int EXECUTED = 64;
    private static final int QUEUE_NAMES = 65;
    private static final int DESCRIPTION = 66;
    private static final int CLAIMED = 67;
    private static final int CONFIGURED = 68;
    private static final int ENQUEUED = 69;
    private static final int RECEIVED = 70;
    private static final int ACKED = 71;
    private static final int RETURNED = 72;
    private static final int EXTENDED = 73;
    private static final int SWEPT = 74;
    private static final int PEEKED = 75;
    private static final int COUNTED = 76;
    private static final int PURGED = 77;
    private static final int DONE = 78;
    private static final int REDRIVEN = 79;
    private static final int MOVES = 80;
    private static final int STALE_EPOCH = 81;
    private static final int NO_SUCH_QUEUE = 82;
    private static final int QUEUE_FULL = 83;
    private static final int IDEMPOTENCY_MISMATCH = 84;

    private QueueAnswerWire() {}

    /** Writes a reply of the service, its type first. */
    public static void writeReply(WireWriter out, QueueReply reply) {
        if (reply instanceof QueueReply.Executed r) {
            WireLists.write(out.u8(EXECUTED), r.answers(), QueueAnswerWire::write);
        } else if (reply instanceof QueueReply.QueueNames r) {
            WireLists.write(out.u8(QUEUE_NAMES), r.names(), WireWriter::text);
        } else if (reply instanceof QueueReply.Description r) {
            out.u8(DESCRIPTION).text(r.queue()).node(r.owner()).varint(r.epoch());
            writeCounted(out, r.counted());
        }
    }

    /** The reply of this type, which has been read already. */
    public static QueueReply readReply(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case EXECUTED -> new QueueReply.Executed(WireLists.read(in, MIN_ANSWER_BYTES, i -> read(i.u8(), i)));
            case QUEUE_NAMES -> new QueueReply.QueueNames(WireLists.read(in, 1, WireReader::text));
            case DESCRIPTION -> new QueueReply.Description(in.text(), in.node(), natural(in, "epoch"), readCounted(in));
            default -> throw in.malformed("no reply of the queue service has the type " + type);
        };
    }

    /** Whether {@link #readReply} reads this type; {@link #read} reads the others. */
    static boolean isReply(int type) {
        return type <= DESCRIPTION;
    }

    /** Writes the answer of one operation, its type first. */
    public static void write(WireWriter out, QueueAnswer answer) {
        if (answer instanceof QueueAnswer.Enqueued a) {
            writeEnqueued(out.u8(ENQUEUED), a);
        } else if (answer instanceof QueueAnswer.Received a) {
            WireLists.write(out.u8(RECEIVED), a.deliveries(), QueueAnswerWire::writeDelivery);
            out.signed(a.nextDueMillis()).bool(a.movesPending());
        } else if (answer instanceof QueueAnswer.Acked a) {
            WireLists.write(out.u8(ACKED).varint(a.count()), a.stale(), WireWriter::text);
        } else if (answer instanceof QueueAnswer.Returned a) {
            WireLists.write(out.u8(RETURNED).varint(a.count()), a.stale(), WireWriter::text);
            out.bool(a.movesPending());
        } else if (answer instanceof QueueAnswer.Extended a) {
            WireLists.write(out.u8(EXTENDED).varint(a.count()), a.stale(), WireWriter::text);
        } else if (answer instanceof QueueAnswer.Swept a) {
            out.u8(SWEPT).varint(a.ready()).signed(a.nextDueMillis()).bool(a.movesPending());
        } else if (answer instanceof QueueAnswer.Peeked a) {
            WireLists.write(out.u8(PEEKED), a.messages(), QueueAnswerWire::writeDelivery);
        } else if (answer instanceof QueueAnswer.Counted a) {
            writeCounted(out.u8(COUNTED), a);
        } else if (answer instanceof QueueAnswer.Moves a) {
            WireLists.write(out.u8(MOVES), a.moves(), QueueAnswerWire::writeMove);
        } else if (answer instanceof QueueAnswer.Configured a) {
            QueueOpWire.writeSettings(out.u8(CONFIGURED), a.settings());
        } else {
            writeShort(out, answer);
        }
    }

    private static void writeShort(WireWriter out, QueueAnswer answer) {
        if (answer instanceof QueueAnswer.Claimed a) {
            out.u8(CLAIMED).varint(a.epoch());
        } else if (answer instanceof QueueAnswer.Purged a) {
            out.u8(PURGED).varint(a.count());
        } else if (answer instanceof QueueAnswer.Redriven a) {
            out.u8(REDRIVEN).varint(a.count());
        } else if (answer instanceof QueueAnswer.StaleEpoch a) {
            out.u8(STALE_EPOCH).varint(a.storedEpoch());
        } else if (answer instanceof QueueAnswer.NoSuchQueue a) {
            out.u8(NO_SUCH_QUEUE).text(a.queue());
        } else if (answer instanceof QueueAnswer.QueueFull a) {
            out.u8(QUEUE_FULL).varint(a.maxLength());
        } else if (answer instanceof QueueAnswer.IdempotencyMismatch a) {
            out.u8(IDEMPOTENCY_MISMATCH).text(a.key());
        } else {
            out.u8(DONE);
        }
    }

    /** The answer of this type, which has been read already. */
    public static QueueAnswer read(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case CLAIMED -> new QueueAnswer.Claimed(natural(in, "epoch"));
            case CONFIGURED -> new QueueAnswer.Configured(QueueOpWire.readSettings(in));
            case ENQUEUED -> readEnqueued(in);
            case RECEIVED ->
                new QueueAnswer.Received(
                        WireLists.read(in, MIN_DELIVERY_BYTES, QueueAnswerWire::readDelivery), in.signed(), in.bool());
            case ACKED -> new QueueAnswer.Acked(in.varint32("count"), WireLists.read(in, 1, WireReader::text));
            case RETURNED ->
                new QueueAnswer.Returned(in.varint32("count"), WireLists.read(in, 1, WireReader::text), in.bool());
            case EXTENDED -> new QueueAnswer.Extended(in.varint32("count"), WireLists.read(in, 1, WireReader::text));
            case SWEPT -> new QueueAnswer.Swept(natural(in, "ready"), in.signed(), in.bool());
            case PEEKED ->
                new QueueAnswer.Peeked(WireLists.read(in, MIN_DELIVERY_BYTES, QueueAnswerWire::readDelivery));
            case COUNTED -> readCounted(in);
            case PURGED -> new QueueAnswer.Purged(natural(in, "count"));
            case DONE -> new QueueAnswer.Done();
            case REDRIVEN -> new QueueAnswer.Redriven(natural(in, "count"));
            case MOVES -> new QueueAnswer.Moves(WireLists.read(in, MIN_MOVE_BYTES, QueueAnswerWire::readMove));
            case STALE_EPOCH -> new QueueAnswer.StaleEpoch(natural(in, "epoch"));
            case NO_SUCH_QUEUE -> new QueueAnswer.NoSuchQueue(in.text());
            case QUEUE_FULL -> new QueueAnswer.QueueFull(natural(in, "max length"));
            case IDEMPOTENCY_MISMATCH -> new QueueAnswer.IdempotencyMismatch(in.text());
            default -> throw in.malformed("no answer of a queue has the type " + type);
        };
    }

    /** Writes the items of an enqueue. */
    static void writeEnqueued(WireWriter out, QueueAnswer.Enqueued answer) {
        WireLists.write(out, answer.items(), (o, item) -> o.text(item.id()).bool(item.deduplicated()));
    }

    /** Reads what {@link #writeEnqueued} wrote. */
    static QueueAnswer.Enqueued readEnqueued(WireReader in) throws MalformedMessageException {
        return new QueueAnswer.Enqueued(WireLists.read(in, 2, i -> new QueueAnswer.Enqueued.Item(i.text(), i.bool())));
    }

    /** Writes a message on its way to another queue. */
    static void writeMove(WireWriter out, QueueAnswer.Moves.Move move) {
        out.text(move.id()).text(move.to());
        QueueOpWire.writeMessage(out, move.message());
    }

    /** Reads what {@link #writeMove} wrote. */
    static QueueAnswer.Moves.Move readMove(WireReader in) throws MalformedMessageException {
        return new QueueAnswer.Moves.Move(in.text(), in.text(), QueueOpWire.readMessage(in));
    }

    private static void writeDelivery(WireWriter out, Delivery delivery) {
        out.text(delivery.id()).text(delivery.receipt()).bytes(delivery.body());
        QueueOpWire.writeHeaders(out, delivery.headers());
        out.u8(delivery.priority()).optionalText(delivery.group()).varint(delivery.deliveries());
        out.varint(delivery.enqueuedAtMillis()).varint(delivery.visibleUntilMillis());
    }

    private static Delivery readDelivery(WireReader in) throws MalformedMessageException {
        return new Delivery(
                in.text(),
                in.text(),
                in.bytes(),
                QueueOpWire.readHeaders(in),
                QueueOpWire.readPriority(in),
                in.optionalText(),
                in.varint32("deliveries"),
                natural(in, "time"),
                natural(in, "time"));
    }

    private static void writeCounted(WireWriter out, QueueAnswer.Counted counted) {
        out.varint(counted.ready()).varint(counted.delayed()).varint(counted.inFlight());
        out.varint(counted.dead()).varint(counted.oldestAgeMillis()).bool(counted.paused());
        QueueOpWire.writeSettings(out, counted.settings());
    }

    private static QueueAnswer.Counted readCounted(WireReader in) throws MalformedMessageException {
        return new QueueAnswer.Counted(
                natural(in, "ready"),
                natural(in, "delayed"),
                natural(in, "in flight"),
                natural(in, "dead"),
                natural(in, "age"),
                in.bool(),
                QueueOpWire.readSettings(in));
    }
}

package io.sinkron.wire;

import static io.sinkron.wire.QueueOpWire.natural;

import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueMessage;
import io.sinkron.queue.QueueReply;
import io.sinkron.queue.QueueRequest;
import io.sinkron.queue.QueueTables;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.QueueAnswer;

/**
 * The binary form of what {@code queue} says, proposes, answers and remembers. Messages have the types 64 to 95, commands 48 to 63, answers 64
 * to 95. Operations and their answers are in {@link QueueOpWire} and {@link QueueAnswerWire}.
 */
public final class QueueWire {
    private static final int REQUESTS = 64;
    private static final int REPLIES = 65;

    private static final int EXECUTE = 48;
    private static final int LIST_QUEUES = 49;

    private static final int OPERATE = 0;
    private static final int DEQUEUE = 1;
    private static final int DESCRIBE = 2;

    private static final int ANSWERED = 0;
    private static final int NOT_OWNER = 1;

    private static final int MIN_REQUEST_BYTES = 4;
    private static final int MIN_REPLY_BYTES = 3;

    private QueueWire() {}

    /** Writes the type and the message. */
    public static void write(WireWriter out, QueueMessage message) {
        if (message instanceof QueueMessage.Requests m) {
            out.u8(REQUESTS).fixed64(m.stream()).varint(m.target()).varint(m.epoch());
            WireLists.write(out, m.requests(), QueueWire::writeRequest);
            WireLists.write(out, m.cancelled(), WireWriter::varint);
            WireLists.write(out, m.settled(), WireWriter::varint);
        } else if (message instanceof QueueMessage.Replies m) {
            out.u8(REPLIES).fixed64(m.stream());
            WireLists.write(out, m.replies(), QueueWire::writeReply);
        }
    }

    /** The message of this type, which has been read already. */
    public static QueueMessage read(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case REQUESTS ->
                new QueueMessage.Requests(
                        in.fixed64(),
                        natural(in, "target"),
                        natural(in, "epoch"),
                        WireLists.read(in, MIN_REQUEST_BYTES, QueueWire::readRequest),
                        WireLists.read(in, 1, i -> natural(i, "sequence")),
                        WireLists.read(in, 1, i -> natural(i, "sequence")));
            case REPLIES ->
                new QueueMessage.Replies(in.fixed64(), WireLists.read(in, MIN_REPLY_BYTES, QueueWire::readReply));
            default -> throw in.malformed("no queue message has the type " + type);
        };
    }

    private static void writeRequest(WireWriter out, QueueMessage.Request request) {
        out.varint(request.sequence()).varint(request.remainingMillis()).text(request.queue());
        if (request.request() instanceof QueueRequest.Operate operate) {
            QueueOpWire.write(out.u8(OPERATE), operate.operation());
        } else if (request.request() instanceof QueueRequest.Dequeue dequeue) {
            out.u8(DEQUEUE).varint(dequeue.max()).varint(dequeue.waitMillis());
            out.varint(dequeue.visibilityMillis()).text(dequeue.consumer());
        } else {
            out.u8(DESCRIBE);
        }
    }

    private static QueueMessage.Request readRequest(WireReader in) throws MalformedMessageException {
        long sequence = natural(in, "sequence");
        long remainingMillis = in.varint("remaining", 0, Integer.MAX_VALUE);
        String queue = in.text();
        int kind = in.u8();
        QueueRequest request = switch (kind) {
            case OPERATE -> new QueueRequest.Operate(QueueOpWire.read(in));
            case DEQUEUE ->
                new QueueRequest.Dequeue(
                        in.varint32("max"),
                        in.varint("wait", 0, Integer.MAX_VALUE),
                        natural(in, "visibility"),
                        in.text());
            case DESCRIBE -> new QueueRequest.Describe();
            default -> throw in.malformed("no request to a queue has the kind " + kind);
        };
        return new QueueMessage.Request(sequence, remainingMillis, queue, request);
    }

    private static void writeReply(WireWriter out, QueueMessage.Reply reply) {
        out.varint(reply.sequence());
        if (reply instanceof QueueMessage.Answered answered) {
            writeAny(out.u8(ANSWERED), answered.answer());
        } else if (reply instanceof QueueMessage.NotOwner moved) {
            out.u8(NOT_OWNER).varint(moved.epoch()).bool(moved.maybeDone());
        }
    }

    private static QueueMessage.Reply readReply(WireReader in) throws MalformedMessageException {
        long sequence = natural(in, "sequence");
        int kind = in.u8();
        return switch (kind) {
            case ANSWERED -> new QueueMessage.Answered(sequence, readAny(in));
            case NOT_OWNER -> new QueueMessage.NotOwner(sequence, natural(in, "epoch"), in.bool());
            default -> throw in.malformed("no reply of a queue's owner has the kind " + kind);
        };
    }

    private static void writeAny(WireWriter out, Answer answer) {
        if (answer instanceof QueueAnswer queue) {
            QueueAnswerWire.write(out, queue);
        } else if (answer instanceof QueueReply reply) {
            QueueAnswerWire.writeReply(out, reply);
        } else if (answer instanceof Refusal refusal) {
            RefusalWire.write(out, refusal);
        } else {
            throw new IllegalArgumentException(
                    "no codec for the answer " + answer.getClass().getName());
        }
    }

    private static Answer readAny(WireReader in) throws MalformedMessageException {
        int type = in.u8();
        if (type < RefusalWire.FIRST_OTHER) {
            return RefusalWire.read(type, in);
        }
        return QueueAnswerWire.isReply(type) ? QueueAnswerWire.readReply(type, in) : QueueAnswerWire.read(type, in);
    }

    /** Writes the type and the command. */
    public static void writeCommand(WireWriter out, QueueCommand command) {
        if (command instanceof QueueCommand.Execute c) {
            out.u8(EXECUTE).text(c.queue()).varint(c.epoch());
            WireLists.write(out, c.operations(), QueueOpWire::write);
        } else {
            out.u8(LIST_QUEUES);
        }
    }

    /** The command of this type, which has been read already. */
    public static QueueCommand readCommand(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case EXECUTE ->
                new QueueCommand.Execute(
                        in.text(),
                        natural(in, "epoch"),
                        WireLists.read(in, QueueOpWire.MIN_OPERATION_BYTES, QueueOpWire::read));
            case LIST_QUEUES -> new QueueCommand.ListQueues();
            default -> throw in.malformed("no queue command has the type " + type);
        };
    }

    /** Writes the type and an answer of the replicated tables. */
    public static void writeAnswer(WireWriter out, QueueReply answer) {
        QueueAnswerWire.writeReply(out, answer);
    }

    /** The answer of this type, which has been read already. */
    public static QueueReply readAnswer(int type, WireReader in) throws MalformedMessageException {
        return QueueAnswerWire.readReply(type, in);
    }

    /** Writes all queues. */
    public static void writeSnapshot(WireWriter out, QueueTables.Snapshot snapshot) {
        QueueSnapshotWire.write(out, snapshot);
    }

    /** Reads what {@link #writeSnapshot} wrote. */
    public static QueueTables.Snapshot readSnapshot(WireReader in) throws MalformedMessageException {
        return QueueSnapshotWire.read(in);
    }
}

package io.sinkron.wire;

import static io.sinkron.wire.QueueOpWire.natural;

import io.sinkron.queue.QueueSnapshot;
import io.sinkron.queue.QueueTables;
import io.sinkron.spi.MalformedMessageException;
import java.util.Optional;

/** The binary form of the replicated queues' snapshot. Canonical, as the snapshot is. */
final class QueueSnapshotWire {
    private static final int MIN_QUEUE_BYTES = 3;
    private static final int MIN_MESSAGE_BYTES = 13;
    private static final int MIN_DEDUP_BYTES = 3;
    private static final int MIN_REQUEST_BYTES = 11;
    private static final int MIN_MOVE_BYTES = 9;

    private QueueSnapshotWire() {}

    static void write(WireWriter out, QueueTables.Snapshot snapshot) {
        WireLists.write(out, snapshot.queues(), QueueSnapshotWire::writeQueue);
    }

    static QueueTables.Snapshot read(WireReader in) throws MalformedMessageException {
        return new QueueTables.Snapshot(WireLists.read(in, MIN_QUEUE_BYTES, QueueSnapshotWire::readQueue));
    }

    private static void writeQueue(WireWriter out, QueueSnapshot queue) {
        out.text(queue.name()).varint(queue.epoch()).bool(queue.contents().isPresent());
        queue.contents().ifPresent(contents -> writeContents(out, contents));
    }

    private static QueueSnapshot readQueue(WireReader in) throws MalformedMessageException {
        String name = in.text();
        long epoch = natural(in, "epoch");
        return new QueueSnapshot(name, epoch, in.bool() ? Optional.of(readContents(in)) : Optional.empty());
    }

    private static void writeContents(WireWriter out, QueueSnapshot.Contents contents) {
        QueueOpWire.writeSettings(out, contents.settings());
        out.bool(contents.paused()).varint(contents.timeMillis()).varint(contents.sequence());
        out.varint(contents.dead());
        WireLists.write(out, contents.messages(), QueueSnapshotWire::writeMessage);
        WireLists.write(
                out,
                contents.dedups(),
                (o, dedup) -> o.text(dedup.dedupId()).text(dedup.messageId()).varint(dedup.sinceMillis()));
        WireLists.write(out, contents.requests(), QueueSnapshotWire::writeRequest);
        WireLists.write(out, contents.moves(), QueueAnswerWire::writeMove);
    }

    private static QueueSnapshot.Contents readContents(WireReader in) throws MalformedMessageException {
        return new QueueSnapshot.Contents(
                QueueOpWire.readSettings(in),
                in.bool(),
                natural(in, "time"),
                natural(in, "sequence"),
                natural(in, "dead"),
                WireLists.read(in, MIN_MESSAGE_BYTES, QueueSnapshotWire::readMessage),
                WireLists.read(
                        in, MIN_DEDUP_BYTES, i -> new QueueSnapshot.Dedup(i.text(), i.text(), natural(i, "time"))),
                WireLists.read(in, MIN_REQUEST_BYTES, QueueSnapshotWire::readRequest),
                WireLists.read(in, MIN_MOVE_BYTES, QueueAnswerWire::readMove));
    }

    private static void writeMessage(WireWriter out, QueueSnapshot.Message message) {
        out.text(message.id()).varint(message.sequence()).bytes(message.body());
        QueueOpWire.writeHeaders(out, message.headers());
        out.u8(message.priority()).optionalText(message.group());
        out.varint(message.enqueuedMillis()).varint(message.expiresMillis());
        out.u8(QueueOpWire.stateCode(message.state())).varint(message.dueMillis());
        out.varint(message.deliveries()).text(message.receipt()).text(message.consumer());
    }

    private static QueueSnapshot.Message readMessage(WireReader in) throws MalformedMessageException {
        return new QueueSnapshot.Message(
                in.text(),
                natural(in, "sequence"),
                in.bytes(),
                QueueOpWire.readHeaders(in),
                QueueOpWire.readPriority(in),
                in.optionalText(),
                natural(in, "time"),
                natural(in, "expiry"),
                QueueOpWire.state(in.u8(), in),
                natural(in, "due time"),
                in.varint32("deliveries"),
                in.text(),
                in.text());
    }

    private static void writeRequest(WireWriter out, QueueSnapshot.Request request) {
        out.text(request.key()).fixed64(request.fingerprint());
        QueueAnswerWire.writeEnqueued(out, request.answer());
        out.varint(request.sinceMillis());
    }

    private static QueueSnapshot.Request readRequest(WireReader in) throws MalformedMessageException {
        return new QueueSnapshot.Request(
                in.text(), in.fixed64(), QueueAnswerWire.readEnqueued(in), natural(in, "time"));
    }
}

package io.sinkron.wire;

import io.sinkron.common.CommandId;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Remember;
import io.sinkron.lock.LockImages.HoldImage;
import io.sinkron.lock.LockImages.LevelImage;
import io.sinkron.lock.LockImages.LockImage;
import io.sinkron.lock.LockImages.RememberedImage;
import io.sinkron.lock.LockImages.SessionImage;
import io.sinkron.lock.LockImages.TicketImage;
import io.sinkron.lock.LockImages.WaitImage;
import io.sinkron.lock.LockTable;
import io.sinkron.spi.MalformedMessageException;
import java.util.List;
import java.util.Optional;

/**
 * The binary form of the lock table's snapshot. Everything is written in the order in which the table keeps it, so equal tables have equal
 * bytes.
 */
final class LockSnapshotWire {
    private LockSnapshotWire() {}

    static void write(WireWriter out, LockTable.Snapshot snapshot) {
        out.varint(snapshot.lastOrder());
        WireLists.write(out, snapshot.sessions(), LockSnapshotWire::session);
        WireLists.write(out, snapshot.locks(), LockSnapshotWire::lock);
        WireLists.write(out, snapshot.refusedCycles(), LockAnswerWire::refusedCycle);
    }

    static LockTable.Snapshot read(WireReader in) throws MalformedMessageException {
        return new LockTable.Snapshot(
                in.varint(),
                WireLists.read(in, 6, LockSnapshotWire::session),
                WireLists.read(in, 4, LockSnapshotWire::lock),
                WireLists.read(in, 2, LockAnswerWire::refusedCycle));
    }

    static void id(WireWriter out, CommandId id) {
        out.node(id.origin()).varint(id.incarnation()).varint(id.sequence());
    }

    static CommandId id(WireReader in) throws MalformedMessageException {
        return new CommandId(
                in.node(), in.varint("incarnation", 1, Long.MAX_VALUE), in.varint("sequence", 1, Long.MAX_VALUE));
    }

    static void remember(WireWriter out, Optional<Remember> remember) {
        out.bool(remember.isPresent());
        remember.ifPresent(r -> out.text(r.key()).fixed64(r.fingerprint()));
    }

    static Optional<Remember> remember(WireReader in) throws MalformedMessageException {
        return in.bool() ? Optional.of(new Remember(in.text(), in.fixed64())) : Optional.empty();
    }

    static void policy(WireWriter out, DeadlockPolicy policy) {
        out.bool(policy == DeadlockPolicy.WAIT);
    }

    static DeadlockPolicy policy(WireReader in) throws MalformedMessageException {
        return in.bool() ? DeadlockPolicy.WAIT : DeadlockPolicy.REJECT;
    }

    private static void session(WireWriter out, SessionImage image) {
        out.text(image.session()).text(image.label()).varint(image.ttlMillis()).node(image.node());
        WireLists.write(out, image.owners(), WireWriter::text);
        WireLists.write(out, image.remembered(), LockSnapshotWire::remembered);
    }

    private static SessionImage session(WireReader in) throws MalformedMessageException {
        return new SessionImage(
                in.text(),
                in.text(),
                in.varint(),
                in.node(),
                WireLists.read(in, 1, WireReader::text),
                WireLists.read(in, 11, LockSnapshotWire::remembered));
    }

    private static void remembered(WireWriter out, RememberedImage image) {
        out.bool(image.release()).text(image.key()).fixed64(image.fingerprint());
        LockAnswerWire.write(out, image.answer());
    }

    private static RememberedImage remembered(WireReader in) throws MalformedMessageException {
        return new RememberedImage(in.bool(), in.text(), in.fixed64(), LockAnswerWire.read(in.u8(), in));
    }

    private static void lock(WireWriter out, LockImage image) {
        WireLists.write(out.text(image.lock()), image.holders(), LockSnapshotWire::hold);
        WireLists.write(out, image.upgrades(), LockSnapshotWire::place);
        WireLists.write(out, image.queue(), LockSnapshotWire::place);
    }

    private static LockImage lock(WireReader in) throws MalformedMessageException {
        return new LockImage(
                in.text(),
                WireLists.read(in, 7, LockSnapshotWire::hold),
                WireLists.read(in, 9, LockSnapshotWire::place),
                WireLists.read(in, 9, LockSnapshotWire::place));
    }

    private static void hold(WireWriter out, HoldImage image) {
        LockAnswerWire.mode(LockAnswerWire.owner(out, image.owner()), image.mode())
                .varint(image.token())
                .varint(image.depth())
                .varint(image.order());
        WireLists.write(out, image.levels(), LockSnapshotWire::level);
    }

    private static HoldImage hold(WireReader in) throws MalformedMessageException {
        return new HoldImage(
                LockAnswerWire.owner(in),
                LockAnswerWire.mode(in),
                in.varint(),
                (int) in.varint("depth", 1, Integer.MAX_VALUE),
                in.varint(),
                WireLists.read(in, 3, LockSnapshotWire::level));
    }

    private static void level(WireWriter out, LevelImage image) {
        WireLists.write(out.optionalText(image.key()).varint(image.tokenBefore()), image.ids(), LockSnapshotWire::id);
    }

    private static LevelImage level(WireReader in) throws MalformedMessageException {
        return new LevelImage(in.optionalText(), in.varint(), WireLists.read(in, 4, LockSnapshotWire::id));
    }

    private static void place(WireWriter out, WaitImage image) {
        follower(out.varint(image.order()), image);
        WireLists.write(out, image.followers(), LockSnapshotWire::follower);
    }

    private static WaitImage place(WireReader in) throws MalformedMessageException {
        return wait(in, in.varint(), true);
    }

    private static void follower(WireWriter out, WaitImage image) {
        LockAnswerWire.mode(LockAnswerWire.owner(out, image.owner()), image.mode())
                .text(image.label());
        policy(out, image.onDeadlock());
        remember(out, image.remember());
        WireLists.write(out, image.tickets(), LockSnapshotWire::ticket);
    }

    private static WaitImage follower(WireReader in) throws MalformedMessageException {
        return wait(in, 0, false);
    }

    /** Only a place has a rank and followers; so nothing is nested deeper than that, whatever the bytes are. */
    private static WaitImage wait(WireReader in, long order, boolean place) throws MalformedMessageException {
        return new WaitImage(
                LockAnswerWire.owner(in),
                LockAnswerWire.mode(in),
                in.text(),
                policy(in),
                remember(in),
                order,
                WireLists.read(in, 5, LockSnapshotWire::ticket),
                place ? WireLists.read(in, 7, LockSnapshotWire::follower) : List.of());
    }

    private static void ticket(WireWriter out, TicketImage image) {
        id(out, image.id());
        out.signed(image.sinceMillis());
    }

    private static TicketImage ticket(WireReader in) throws MalformedMessageException {
        return new TicketImage(id(in), in.signed());
    }
}

package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The writer's side of durability: gets every written value to where its caller wants it, and answers the caller then. One backup and one write-back
 * of a line are in flight at most; writes that come meanwhile go together in the next one, which is this cache's group commit.
 *
 * <p>A value is <em>safe</em>, and shown to readers, when another node or main memory has acknowledged it, or when its writer asked for
 * {@code WRITE_BACK}. Machine only.
 */
final class DirtyLines {
    private final Context context;
    private final PendingCalls calls;
    private final Changes changes;
    private final Set<Line> dirty = new LinkedHashSet<>();
    private int rescuing;

    DirtyLines(Context context, PendingCalls calls, Changes changes) {
        this.context = context;
        this.calls = calls;
        this.changes = changes;
    }

    int size() {
        return dirty.size();
    }

    /** What main memory hasn't got. */
    Flushed unsaved() {
        int atRisk = 0;
        List<Flushed.Unsaved> first = new ArrayList<>();
        for (Line line : dirty) {
            LineWork work = line.work();
            boolean isBackedUp = work.holder != null && work.backedUp >= line.value.version();
            atRisk += isBackedUp ? 0 : 1;
            if (first.size() < Flushed.MAX_LISTED) {
                first.add(new Flushed.Unsaved(line.key, line.value.version(), isBackedUp));
            }
        }
        return new Flushed(dirty.size(), atRisk, first);
    }

    /** How many lines are being offered to main memory past the home. */
    int rescuing() {
        return rescuing;
    }

    /** A write has replaced the line's value. */
    void written(Line line, MemoryValue value) {
        changes.written(line, line.work());
        line.state = ControllerState.M;
        line.value = value;
        dirty.add(line);
    }

    /** Answers a performed call as soon as the version it has written or seen is as safe as it asks for. */
    void promise(Line line, PendingCall call) {
        LineWork work = line.workOrNull();
        switch (call.durability()) {
            case WRITE_BACK -> {
                line.show(line.value);
                calls.answer(call, call.answer);
            }
            case BACKED_UP -> {
                if (!line.state.isDirty() || work.backedUp >= call.version) {
                    calls.answer(call, call.answer);
                } else {
                    work.uncovered.add(call);
                }
            }
            case WRITE_THROUGH -> {
                if (!line.state.isDirty()) {
                    calls.answer(call, call.answer);
                } else {
                    work.unsaved.add(call);
                }
            }
        }
    }

    /** Sends what the waiting calls need and what isn't under way yet. */
    void secure(Line line) {
        LineWork work = line.workOrNull();
        if (work == null || line.state != ControllerState.M || context.placement == null) {
            return;
        }
        if (!work.uncovered.isEmpty()) {
            backUp(line, work);
        }
        if (!work.unsaved.isEmpty()) {
            writeBack(line);
        }
    }

    /** Hands the newest value to a second node, unless a backup is in flight; to main memory if there is no second node. */
    private void backUp(Line line, LineWork work) {
        if (work.backingUp != null) {
            return;
        }
        if (work.holder == null) {
            chooseHolder(line, work);
        }
        if (work.holder == null) {
            writeBack(line);
        } else {
            work.backingUp = line.value;
            context.outbox.send(work.holder, new Backup(context.epoch(), line.key, line.value));
        }
    }

    private void chooseHolder(Line line, LineWork work) {
        Optional<NodeId> holder = context.placement.backup(line.key, context.self);
        if (holder.isPresent()) {
            work.holder = holder.get();
            work.holderIncarnation =
                    context.view.member(holder.get()).orElseThrow().incarnation();
            work.backedUp = 0;
        }
    }

    /** Sends the newest value to main memory, unless a write-back is in flight. */
    void writeBack(Line line) {
        LineWork work = line.work();
        if (work.writingBack == null && work.rescueEpoch == 0 && context.placement != null) {
            work.writingBack = line.value;
            sendWriteBack(line, work);
        }
    }

    private void sendWriteBack(Line line, LineWork work) {
        NodeId home = context.placement.home(line.key);
        context.outbox.send(home, new WriteBack(context.epoch(), line.key, work.writingBack));
    }

    /** Whether something was sent, or handed over with a snoop's response, that must be sent again if no answer comes. */
    boolean isOutstanding(Line line, LineWork work) {
        return work.writingBack != null
                || work.backingUp != null
                || line.state == ControllerState.MI_A
                || line.state == ControllerState.MS_A;
    }

    /** Sends again what isn't answered. A backup that isn't answered goes to main memory as well: whichever comes first will do. */
    void retry(Line line) {
        LineWork work = line.work();
        if (context.placement == null || work.rescueEpoch != 0) {
            return;
        }
        if (work.backingUp != null) {
            context.outbox.send(work.holder, new Backup(context.epoch(), line.key, work.backingUp));
        }
        if (work.writingBack != null) {
            work.writingBack = line.value;
            sendWriteBack(line, work);
        } else if (line.state.isDirty()) {
            writeBack(line);
        }
    }

    /** The holder has the backup of this version. */
    void backedUp(Line line, NodeId from, long version) {
        LineWork work = line.workOrNull();
        if (work == null
                || work.backingUp == null
                || work.backingUp.version() != version
                || !from.equals(work.holder)) {
            return;
        }
        MemoryValue safe = work.backingUp;
        work.backingUp = null;
        work.backedUp = version;
        becameSafe(line, work, safe);
        cover(work.uncovered, version);
        secure(line);
    }

    /** Main memory has this version. Only the version retained ends the wait (rule P8); that of an older write-back covers older calls. */
    void saved(Line line, long version) {
        LineWork work = line.workOrNull();
        if (work == null || !line.state.isDirty()) {
            return;
        }
        if (line.value.version() == version) {
            becameSafe(line, work, line.value);
            cover(work.uncovered, version);
            cover(work.unsaved, version);
            becameClean(line, work);
        } else if (work.writingBack != null && work.writingBack.version() == version) {
            becameSafe(line, work, work.writingBack);
            work.writingBack = null;
            cover(work.uncovered, version);
            cover(work.unsaved, version);
            secure(line);
        }
    }

    /** While the line is shared again, none but its newest value may be shown, for that is what others are shown. */
    private void becameSafe(Line line, LineWork work, MemoryValue safe) {
        changes.safe(line, work, safe);
        if (line.state == ControllerState.M || safe.version() == line.value.version()) {
            line.show(safe);
        }
    }

    private void cover(PendingCall.Queue performed, long version) {
        for (PendingCall call = performed.first(); call != null && call.version <= version; call = performed.first()) {
            calls.answer(call, call.answer);
        }
    }

    private void becameClean(Line line, LineWork work) {
        if (work.holder != null) {
            BackupRelease release = new BackupRelease(context.epoch(), line.key, line.value.version());
            context.outbox.send(work.holder, release);
        }
        switch (line.state) {
            case M -> line.state = ControllerState.E;
            case MS_A -> line.state = ControllerState.S;
            default -> line.clear();
        }
        forget(line, work);
        line.counters.writeBacks.increment();
    }

    private void forget(Line line, LineWork work) {
        dirty.remove(line);
        if (work.rescueEpoch != 0) {
            work.rescueEpoch = 0;
            rescuing--;
        }
        work.writingBack = null;
        work.backingUp = null;
        work.holder = null;
        work.backedUp = 0;
        work.hasLostHolder = false;
        work.untold = null;
    }

    /** Saves every dirty line; the lines stay. */
    List<Line> writeBackAll() {
        List<Line> all = new ArrayList<>(dirty);
        all.forEach(this::writeBack);
        return all;
    }

    /** A holder asks whether it must go on holding this version. */
    void queried(Line line, NodeId holder, CacheMessage.BackupQuery query) {
        boolean isNeeded = line != null && line.state.isDirty() && holder.equals(line.work().holder);
        if (!isNeeded) {
            context.outbox.send(holder, new BackupRelease(context.epoch(), query.key(), query.version()));
        }
    }

    /** A new view is installed: what was sent in the old one is void, and so is a backup at a node that has left. */
    void viewInstalled(Line line) {
        LineWork work = line.work();
        work.writingBack = null;
        work.backingUp = null;
        if (work.holder != null && !context.view.has(work.holder, work.holderIncarnation)) {
            work.hasLostHolder = true;
            work.holder = null;
            work.backedUp = 0;
        }
    }

    /**
     * The new view is active. Values on their way go to main memory again. One whose holder was lost moves to another holder, and to main memory as
     * well: the one is there though main memory may be away, the other though the next node may fail.
     */
    void viewActive(Line line) {
        LineWork work = line.work();
        if (line.state != ControllerState.M || work.hasLostHolder) {
            writeBack(line);
        }
        if (line.state == ControllerState.M && work.hasLostHolder) {
            backUp(line, work);
        }
        secure(line);
    }

    /**
     * This node may have been excluded in between, so others may have read an older value. Its data goes to main memory in the epoch of its last
     * membership, and the key's fence decides: it is refused if and only if somebody has read the key in a later epoch.
     */
    void rescue(Line line, long epoch) {
        LineWork work = line.work();
        line.state = ControllerState.MI_A;
        work.writingBack = null;
        work.backingUp = null;
        work.holder = null;
        if (work.rescueEpoch == 0) {
            work.rescueEpoch = epoch;
            rescuing++;
            sendRescue(line, work);
        }
    }

    private void sendRescue(Line line, LineWork work) {
        context.outbox.memory(
                new MemoryOp.PutIfNewer(line.key, work.rescueEpoch, line.value),
                new MemoryUse.Rescue(line.key, line.value.version()));
    }

    /** Main memory couldn't be reached: the rescue is tried again. */
    void rescueFailed(Line line) {
        context.timers.schedule(context.retryAt(), () -> {
            LineWork work = line.workOrNull();
            if (work != null && work.rescueEpoch != 0) {
                sendRescue(line, work);
            }
        });
    }

    /** Main memory has refused the rescue: the line is lost to a later view. */
    void rescueRefused(Line line) {
        LineWork work = line.work();
        Refusal unknown = new Refusal.OutcomeUnknown("this node was taken for dead before the write was safe");
        while (!work.uncovered.isEmpty()) {
            calls.answer(work.uncovered.first(), unknown);
        }
        while (!work.unsaved.isEmpty()) {
            calls.answer(work.unsaved.first(), unknown);
        }
        line.clear();
        forget(line, work);
    }
}

package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupAck;
import io.sinkron.cache.CacheMessage.BackupQuery;
import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values this node holds for writers elsewhere, one a key and writer. It lets go of one only when the writer says that main memory has it. When
 * a view is installed that has lost a writer, that writer's values go to main memory <em>before</em> this node reports the view as installed: so
 * when the view becomes active, and the first grant of it is given, nothing acknowledged is missing.
 *
 * <p>They are stored in the epoch in which they were taken over. Had anybody read the key in a later epoch, then the writer would have been asked
 * first, or would have been excluded and this very step done: so a fence that refuses the value proves it outdated. Machine only.
 */
final class BackupKeeper {
    private final Context context;
    private final Map<Slot, Held> held = new LinkedHashMap<>();
    private int recovering;
    private boolean isSweeping;

    /** Whose value of which key. */
    record Slot(Bytes key, NodeId writer) {}

    private static final class Held {
        private MemoryValue value;
        private long epoch;
        private long incarnation;
        private long heardAt;
        private boolean isRecovering;
    }

    BackupKeeper(Context context) {
        this.context = context;
    }

    /** How many values must get into main memory before this node has installed the view. */
    int recovering() {
        return recovering;
    }

    /** How many values are held. */
    int size() {
        return held.size();
    }

    /** A writer hands its newest value over. */
    void backup(NodeId writer, Backup backup) {
        Held slot = held.computeIfAbsent(new Slot(backup.key(), writer), s -> new Held());
        if (slot.isRecovering) {
            return;
        }
        if (slot.value == null || slot.value.version() <= backup.value().version()) {
            slot.value = backup.value();
            slot.epoch = context.epoch();
            slot.incarnation = context.view.member(writer).orElseThrow().incarnation();
            slot.heardAt = context.now;
        }
        context.outbox.send(
                writer,
                new BackupAck(context.epoch(), backup.key(), backup.value().version()));
        sweepLater();
    }

    /** Main memory has this version. */
    void release(NodeId writer, BackupRelease release) {
        Slot slot = new Slot(release.key(), writer);
        Held known = held.get(slot);
        if (known != null && !known.isRecovering && known.value.version() <= release.version()) {
            held.remove(slot);
        }
    }

    /** A view is installed: whose writer it has lost, that value goes to main memory. */
    void viewInstalled() {
        for (Map.Entry<Slot, Held> entry : held.entrySet()) {
            Held value = entry.getValue();
            if (!value.isRecovering && !context.view.has(entry.getKey().writer(), value.incarnation)) {
                value.isRecovering = true;
                recovering++;
                recover(entry.getKey(), value);
            }
        }
    }

    private void recover(Slot slot, Held value) {
        context.outbox.memory(
                new MemoryOp.PutIfNewer(slot.key(), value.epoch, value.value),
                new MemoryUse.Recover(slot.key(), slot.writer(), value.value.version()));
    }

    /** Main memory has the value, or refuses it as outdated. */
    void recovered(MemoryUse.Recover use, MemoryAnswer answer) {
        held.remove(new Slot(use.key(), use.writer()));
        recovering--;
    }

    /** Main memory couldn't be reached: tried again. */
    void recoverFailed(MemoryUse.Recover use) {
        Slot slot = new Slot(use.key(), use.writer());
        context.timers.schedule(context.retryAt(), () -> recover(slot, held.get(slot)));
    }

    private void sweepLater() {
        if (!isSweeping) {
            isSweeping = true;
            context.timers.schedule(context.now + context.options.backupQueryNanos(), this::sweep);
        }
    }

    /** A release may have been lost: asks the writers of old backups whether they still count on them. */
    private void sweep() {
        isSweeping = false;
        List<Map.Entry<Slot, Held>> all = new ArrayList<>(held.entrySet());
        for (Map.Entry<Slot, Held> entry : all) {
            Held value = entry.getValue();
            NodeId writer = entry.getKey().writer();
            boolean isOld = context.now - value.heardAt - context.options.backupQueryNanos() >= 0;
            if (isOld && !value.isRecovering && context.view.has(writer, value.incarnation)) {
                context.outbox.send(
                        writer, new BackupQuery(context.epoch(), entry.getKey().key(), value.value.version()));
            }
        }
        if (!held.isEmpty()) {
            sweepLater();
        }
    }
}

package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.common.Message;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the caches of two nodes say to each other. Every message names the view it was sent in, and a receiver in another view drops it: whatever
 * is still wanted is sent again in the new one. None may be relied upon to arrive, to arrive once, or in order. Immutable.
 */
public sealed interface CacheMessage extends Message {
    /** The view that the sender has installed. */
    long epoch();

    /** The key it is about; empty if it is about none. */
    Bytes key();

    /** A cache wants to read: asks the home for a copy. */
    record BusRd(long epoch, Bytes key, long request) implements CacheMessage {}

    /** A cache without a copy wants to write: asks the home for the only copy. */
    record BusRdX(long epoch, Bytes key, long request) implements CacheMessage {}

    /** A cache that holds the line as S wants to write: asks the home to invalidate all others. */
    record BusUpgr(long epoch, Bytes key, long request) implements CacheMessage {}

    /**
     * The home asks a cache to give up its copy ({@code exclusive}) or to share it.
     *
     * @param txn the home's transaction; grows with each within an epoch
     */
    record Snoop(long epoch, Bytes key, long txn, boolean exclusive) implements CacheMessage {}

    /**
     * A cache has obeyed a snoop.
     *
     * @param keptShared whether it still has a readable copy
     * @param dirty what main memory must store before anybody is granted the line
     */
    record SnoopResponse(long epoch, Bytes key, long txn, boolean keptShared, Optional<MemoryValue> dirty)
            implements CacheMessage {}

    /**
     * The home gives the requester its permission.
     *
     * @param request the request that it answers; it is accepted for no other
     * @param data from main memory; empty with {@link Permission#MODIFY_IN_PLACE} only
     */
    record Grant(long epoch, Bytes key, long request, long txn, Permission permission, Optional<MemoryValue> data)
            implements CacheMessage {
        /** Rejects a grant that lacks the data its permission needs. */
        public Grant {
            Objects.requireNonNull(permission, "permission");
            if (data.isEmpty() != (permission == Permission.MODIFY_IN_PLACE)) {
                throw new IllegalArgumentException("a grant of " + permission + " with data: " + data.isPresent());
            }
        }
    }

    /** The requester's answer to a grant; ends the transaction ("Unblock" in gem5's protocols). */
    record GrantAck(long epoch, Bytes key, long txn, boolean accepted) implements CacheMessage {}

    /** Dirty data on its way to main memory, through the home. The sender keeps it until it is acknowledged. */
    record WriteBack(long epoch, Bytes key, MemoryValue value) implements CacheMessage {}

    /** Main memory has the version that was written back, or that came with a {@link SnoopResponse}. */
    record WriteBackAck(long epoch, Bytes key, long version) implements CacheMessage {}

    /** A writer asks another node to hold its newest value too. */
    record Backup(long epoch, Bytes key, MemoryValue value) implements CacheMessage {}

    /** The value of this version is held. */
    record BackupAck(long epoch, Bytes key, long version) implements CacheMessage {}

    /** Main memory has this version: what is held of it or below isn't needed any more. */
    record BackupRelease(long epoch, Bytes key, long version) implements CacheMessage {}

    /** The holder asks the writer whether a backup is still needed, for its release may have been lost. */
    record BackupQuery(long epoch, Bytes key, long version) implements CacheMessage {}

    /**
     * What the sender listens to.
     *
     * @param generation grows with each announcement that says something else
     * @param regions the caches' names, empty for the unnamed one; at most {@link #MAX_REGIONS}, in order
     */
    record Interest(long epoch, long generation, List<String> regions) implements CacheMessage {
        /** The most caches that one node may listen to. */
        public static final int MAX_REGIONS = 1_024;

        /** Takes an immutable copy; rejects too many. */
        public Interest {
            regions = List.copyOf(regions);
            if (regions.size() > MAX_REGIONS) {
                throw new IllegalArgumentException(regions.size() + " caches, at most " + MAX_REGIONS + " are allowed");
            }
        }

        @Override
        public Bytes key() {
            return Bytes.EMPTY;
        }
    }

    /**
     * A key was written; to those who listen.
     *
     * @param generation the receiver's announcement that the sender knew when it wrote
     */
    record Changed(long epoch, Bytes key, long version, ChangeKind kind, long generation) implements CacheMessage {
        /** Rejects a missing kind. */
        public Changed {
            Objects.requireNonNull(kind, "kind");
        }
    }

    /** Asks for the state of a line. */
    record StateQuery(long epoch, Bytes key, long query) implements CacheMessage {}

    /** The state of a line at the sender. */
    record StateReply(long epoch, Bytes key, long query, LineState state) implements CacheMessage {}

    /** A home that audits a line asks a node for its copy. */
    record AuditQuery(long epoch, Bytes key, long audit) implements CacheMessage {}

    /** The sender's copy as it was when the query came; nothing has changed by it. */
    record AuditReply(long epoch, Bytes key, long audit, AuditedCopy copy) implements CacheMessage {}

    /** What a grant permits. */
    enum Permission {
        /** To read; others may too: S. */
        SHARED,
        /** To read, and nobody else has a copy: E. */
        EXCLUSIVE,
        /** To write, with data: M. */
        MODIFY,
        /** To write one's own copy, which was never lost: M. Only a home that knows the requester's copy to be valid may say so. */
        MODIFY_IN_PLACE
    }
}

package io.sinkron.cache;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryOp;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What a client asks of the coherent cache, at any node. Immutable. */
public sealed interface CacheRequest {
    /** The condition of a {@link Put} or {@link Delete}: in any case. */
    long ANY_VERSION = -1;

    /** The condition of a {@link Put} or {@link Delete}: only if the key is there, whatever its version. */
    long IF_PRESENT = -2;

    /** The condition of a {@link Put} or {@link Delete}: only if the key is absent. */
    long IF_ABSENT = 0;

    /** The key it is about; empty if it is about none. */
    Bytes key();

    /** What writes a key for its caller. */
    sealed interface Write extends CacheRequest {
        /** When it is answered. */
        Durability durability();
    }

    /** Reads a key; linearizable. */
    record Get(Bytes key) implements CacheRequest {}

    /**
     * Writes a key.
     *
     * @param ifVersion write only if the key has this version; or {@link #IF_ABSENT}, {@link #IF_PRESENT}, {@link #ANY_VERSION}
     * @param ttlMillis how long the value lives, 0 for ever
     * @param durability when the write is answered
     * @param remember with it, a repetition within 5 minutes gets the first answer and no second effect
     */
    record Put(
            Bytes key, Bytes value, long ifVersion, long ttlMillis, Durability durability, Optional<Remember> remember)
            implements Write {}

    /** Deletes a key; {@code ifVersion} as in {@link Put}. */
    record Delete(Bytes key, long ifVersion, Durability durability, Optional<Remember> remember) implements Write {}

    /**
     * Computes what shall become of a key from what is there, atomically and once: this node gets the line, and the function runs in the turn in
     * which the line is its own. Answered with {@link CacheAnswer.Updated}; refused with {@link CacheAnswer.ComputeFailed} if the function fails,
     * and as a bad request if its value is too large: nothing is written then. The function never goes over the wire.
     *
     * @param maxValueBytes the greatest size of a value that it may write
     * @param durability when it is answered
     * @param remember with it, a repetition within 5 minutes of a call that has written gets that call's answer, and the function doesn't run; a
     *     call that has kept what was there isn't remembered, for it had no effect
     */
    record Update(Bytes key, Updater updater, int maxValueBytes, Durability durability, Optional<Remember> remember)
            implements Write {
        /** Rejects a missing function. */
        public Update {
            Objects.requireNonNull(updater, "updater");
        }
    }

    /**
     * Claims the loading of an absent key for its caller, so that one load runs in the whole cluster. Answered with {@link CacheAnswer.Claimed}
     * if the caller is to load it; with {@link CacheAnswer.Value} if the key is there; with {@link CacheAnswer.BeingLoaded} while somebody else's
     * claim holds. The claim is a tombstone in the key's own line that ends by itself: to everybody else the key is absent. It isn't backed up: if
     * this node is lost, so is whoever was to load.
     *
     * @param claimMillis how long the claim holds, in cluster time; at least 1
     */
    record Claim(Bytes key, long claimMillis) implements CacheRequest {
        /** Rejects a claim without a time. */
        public Claim {
            if (claimMillis < 1) {
                throw new IllegalArgumentException("a claim for " + claimMillis + " ms");
            }
        }
    }

    /**
     * Writes what was loaded under a claim, if nothing has happened to the key since: no put, delete, update, or later claim. A claim that is
     * over, but after which nobody has come, counts. Answered with {@link CacheAnswer.Written} or {@link CacheAnswer.ClaimLost}.
     *
     * @param claimVersion what the claim was answered with
     * @param ttlMillis how long the value lives, 0 for ever
     * @param durability when it is answered
     */
    record Fulfil(Bytes key, Bytes value, long claimVersion, long ttlMillis, Durability durability) implements Write {}

    /**
     * Gives a claim back after a load that failed or found nothing, so that the next one needn't wait for its end. Answered with
     * {@link CacheAnswer.Written} or {@link CacheAnswer.ClaimLost}.
     */
    record Unclaim(Bytes key, long claimVersion) implements CacheRequest {}

    /**
     * Waits until this node's copy of the key isn't of this version any more, or is lost: for the end of a load elsewhere. Answered with
     * {@link CacheAnswer.Awaited}: at once if there is no such copy here, and at its deadline, which is no failure. Asks nobody for anything.
     *
     * @param version as in {@link CacheAnswer.BeingLoaded}
     */
    record Await(Bytes key, long version) implements CacheRequest {}

    /**
     * From now on this node hears of the changes of these caches, and of no others: as {@link CacheEffect.Changed}, in the runtime as an event.
     * Answered with {@link CacheAnswer.Listening} as soon as that is under way, not when all nodes know of it; refused as overloaded for more than
     * {@link CacheMessage.Interest#MAX_REGIONS}.
     *
     * @param regions the names of the caches, empty for the unnamed one
     */
    record Listen(Set<String> regions) implements CacheRequest {
        /** Takes an immutable copy. */
        public Listen {
            regions = Set.copyOf(regions);
        }

        @Override
        public Bytes key() {
            return Bytes.EMPTY;
        }
    }

    /**
     * Takes keys out of main memory that nobody can name any more, a step at a time; see {@link MemoryOp.Sweep}. Answered with
     * {@link CacheAnswer.Swept}. May be repeated.
     *
     * @param from the first key, inclusive
     * @param to the end, exclusive
     * @param cursor empty for the beginning, and then what the last step was answered with
     */
    record Sweep(Bytes from, Bytes to, String cursor) implements CacheRequest {
        @Override
        public Bytes key() {
            return from;
        }
    }

    /** Asks every node for the state of its copy. No atomic snapshot. */
    record States(Bytes key) implements CacheRequest {}

    /** When a write is answered. */
    enum Durability {
        /** When a second node holds the value too; survives the loss of any one node. The default. */
        BACKED_UP,
        /** When main memory has it. */
        WRITE_THROUGH,
        /** At once; lost if this node dies before it is written back. Nobody else sees it before main memory has it. */
        WRITE_BACK
    }

    /** Names a write of a key, so that its repetition has no second effect. */
    record Remember(String key, long fingerprint) {}
}

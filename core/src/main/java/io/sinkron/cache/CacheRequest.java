package io.sinkron.cache;

import io.sinkron.common.Bytes;
import java.util.Optional;

/** What a client asks of the coherent cache, at any node. Immutable. */
public sealed interface CacheRequest {
    /** The key it is about. */
    Bytes key();

    /** Reads a key; linearizable. */
    record Get(Bytes key) implements CacheRequest {}

    /**
     * Writes a key.
     *
     * @param ifVersion write only if the key has this version; 0: only if it is absent; -1: in any case
     * @param ttlMillis how long the value lives, 0 for ever
     * @param durability when the write is answered
     * @param remember with it, a repetition within 5 minutes gets the first answer and no second effect
     */
    record Put(
            Bytes key, Bytes value, long ifVersion, long ttlMillis, Durability durability, Optional<Remember> remember)
            implements CacheRequest {}

    /** Deletes a key; {@code ifVersion} as in {@link Put}. */
    record Delete(Bytes key, long ifVersion, Durability durability, Optional<Remember> remember)
            implements CacheRequest {}

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

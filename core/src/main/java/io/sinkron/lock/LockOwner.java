package io.sinkron.lock;

import java.util.Objects;

/**
 * Who holds or waits: a name inside a session. Owners are the nodes of the wait-for graph; sessions never are, because two threads of
 * one session that wait for each other's locks are two owners.
 *
 * @param session the session's id
 * @param name the owner's name in it, 1 to 128 bytes of UTF-8
 */
public record LockOwner(String session, String name) {
    /** Rejects missing parts. */
    public LockOwner {
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(name, "name");
    }
}

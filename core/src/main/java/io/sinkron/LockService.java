package io.sinkron;

import io.sinkron.lock.LockAnswer.ForceReleased;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockAnswer.LockView;
import io.sinkron.lock.LockAnswer.LockViews;
import io.sinkron.lock.LockAnswer.Released;
import io.sinkron.lock.LockAnswer.SessionOpened;
import io.sinkron.lock.LockAnswer.SessionViews;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Replicated shared and exclusive locks. Most programs open a {@link LockSession}, which is kept alive for them; the methods that take a
 * session id serve programs that speak for others (such as an HTTP server) and keep sessions alive by {@link #keepAlive} alone.
 * Thread-safe; every stage ends by its timeout, and fails with a {@link SinkronException}.
 */
public interface LockService {
    /** Opens a session that this node keeps alive until it is closed. */
    CompletionStage<LockSession> openSession(Duration ttl, String label);

    /** {@link #openSession} with a time to live of 30 seconds, blocking. */
    default LockSession openSession() {
        return Blocking.join(() -> openSession(Duration.ofSeconds(30), ""));
    }

    /** Opens a session that only {@link #keepAlive} extends. Its id is 128 random bits. */
    CompletionStage<SessionOpened> createSession(Duration ttl, String label, CallOptions options);

    /** Extends a session by its time to live from now. Fails with {@link SessionExpiredException}. */
    CompletionStage<SessionOpened> keepAlive(String session, CallOptions options);

    /** Ends a session; nothing happens if it is over. */
    CompletionStage<Void> closeSession(String session, CallOptions options);

    /** One session. Fails with {@link SessionExpiredException}. */
    CompletionStage<SessionViews> session(String session, CallOptions options);

    /** All sessions. */
    CompletionStage<SessionViews> sessions(CallOptions options);

    /** As {@link LockSession#acquire}, for a session named by its id. The options' timeout comes on top of the request's wait. */
    CompletionStage<Granted> acquire(String session, LockRequest request, CallOptions options);

    /**
     * Undoes an acquire whose grant nobody will use, such as one whose client hung up before the answer was written: as if it had been cancelled before it
     * was granted. A later acquire with its idempotency key starts anew. For one of the last 65 536 acquires of this node; nothing for others.
     *
     * @param acquire what {@link #acquire} returned, done or not
     */
    void giveBack(CompletionStage<Granted> acquire);

    /** As {@link LockSession#release}, for a session named by its id. */
    CompletionStage<Released> release(String session, String owner, String lock, long token, CallOptions options);

    /** The administrator's release of every hold on a lock. */
    CompletionStage<ForceReleased> forceRelease(String lock, CallOptions options);

    /** One lock; linearizable. */
    CompletionStage<LockView> lock(String lock, CallOptions options);

    /** One lock by this node's copy, which may lag behind. */
    CompletionStage<LockView> lockStale(String lock, CallOptions options);

    /** Locks that are held or waited for, in order of the names' bytes; linearizable. */
    CompletionStage<LockViews> locks(String prefix, String after, int limit, CallOptions options);

    /** The wait-for graph; linearizable, or by this node's copy. */
    CompletionStage<GraphView> graph(boolean stale, CallOptions options);
}

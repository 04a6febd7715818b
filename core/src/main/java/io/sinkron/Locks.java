package io.sinkron;

import io.sinkron.lock.LockAnswer.Done;
import io.sinkron.lock.LockAnswer.ForceReleased;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockAnswer.LockView;
import io.sinkron.lock.LockAnswer.LockViews;
import io.sinkron.lock.LockAnswer.Released;
import io.sinkron.lock.LockAnswer.SessionOpened;
import io.sinkron.lock.LockAnswer.SessionViews;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.Remember;
import io.sinkron.lock.LockOwner;
import io.sinkron.node.Call;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/** The lock service over the replicated lock table. */
final class Locks implements LockService {
    private static final long MIN_TTL_MILLIS = 1_000;
    private static final long MAX_TTL_MILLIS = 3_600_000;
    private static final int SESSION_ID_BYTES = 16;
    private static final SecureRandom SESSION_IDS = new SecureRandom();

    private final Calls calls;
    private final ScheduledExecutorService timer;

    Locks(Calls calls, ScheduledExecutorService timer) {
        this.calls = calls;
        this.timer = timer;
    }

    @Override
    public CompletionStage<LockSession> openSession(Duration ttl, String label) {
        long asked = System.nanoTime();
        return createSession(ttl, label, CallOptions.DEFAULT)
                .thenApply(opened -> KeptSession.start(this, opened, asked, timer));
    }

    @Override
    public CompletionStage<SessionOpened> createSession(Duration ttl, String label, CallOptions options) {
        return Arguments.checked(() -> {
            long millis = Arguments.millis("ttl_ms", ttl, MIN_TTL_MILLIS, MAX_TTL_MILLIS);
            Arguments.label("label", label);
            byte[] id = new byte[SESSION_ID_BYTES];
            SESSION_IDS.nextBytes(id);
            LockCommand open = new LockCommand.OpenSession(
                    HexFormat.of().formatHex(id),
                    millis,
                    label,
                    calls.loop().status().self());
            return calls.replicate(open, options, Duration.ZERO, SessionOpened.class, opened -> {
                calls.replicate(new LockCommand.CloseSession(opened.session()), CallOptions.DEFAULT, Done.class);
            });
        });
    }

    @Override
    public CompletionStage<SessionOpened> keepAlive(String session, CallOptions options) {
        return Arguments.checked(() -> calls.call(
                options,
                Duration.ZERO,
                (id, deadline) -> new Call.KeepAlive(id, deadline, session),
                answer -> Refusals.expect(answer, SessionOpened.class),
                ignored -> {}));
    }

    @Override
    public CompletionStage<Void> closeSession(String session, CallOptions options) {
        return Arguments.checked(() -> calls.replicate(new LockCommand.CloseSession(session), options, Done.class)
                .thenAccept(done -> {}));
    }

    @Override
    public CompletionStage<SessionViews> session(String session, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.name("session", session);
            return calls.replicate(new LockCommand.ReadSessions(session), options, SessionViews.class);
        });
    }

    @Override
    public CompletionStage<SessionViews> sessions(CallOptions options) {
        return Arguments.checked(() -> calls.replicate(new LockCommand.ReadSessions(""), options, SessionViews.class));
    }

    @Override
    public CompletionStage<Granted> acquire(String session, LockRequest request, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.name("name", request.lock());
            Arguments.owner("owner", request.owner());
            Arguments.label("label", request.label());
            long waitMillis = Arguments.millis("wait_ms", request.maxWait(), 0, LockRequest.MAX_WAIT.toMillis());
            LockCommand.Acquire acquire = new LockCommand.Acquire(
                    new LockOwner(session, request.owner()),
                    request.lock(),
                    request.mode(),
                    waitMillis,
                    request.label(),
                    request.onDeadlock(),
                    remember(options, request));
            return calls.replicate(acquire, options, Duration.ofMillis(waitMillis), Granted.class, granted -> {});
        });
    }

    @Override
    public CompletionStage<Released> release(
            String session, String owner, String lock, long token, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.name("name", lock);
            Arguments.owner("owner", owner);
            LockCommand.Release release = new LockCommand.Release(
                    new LockOwner(session, owner), lock, token, remember(options, owner, lock, token));
            return calls.replicate(release, options, Released.class);
        });
    }

    private static Optional<Remember> remember(CallOptions options, Object... request) {
        return options.idempotencyKey().map(key -> new Remember(key, Calls.fingerprint(request)));
    }

    @Override
    public void giveBack(CompletionStage<Granted> acquire) {
        calls.loop().abandon(acquire);
    }

    @Override
    public CompletionStage<ForceReleased> forceRelease(String lock, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.name("name", lock);
            return calls.replicate(new LockCommand.ForceRelease(lock), options, ForceReleased.class);
        });
    }

    @Override
    public CompletionStage<LockView> lock(String lock, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.name("name", lock);
            return calls.replicate(new LockCommand.ReadLock(lock), options, LockView.class);
        });
    }

    @Override
    public CompletionStage<LockView> lockStale(String lock, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.name("name", lock);
            return stale(new LockCommand.ReadLock(lock), options, LockView.class);
        });
    }

    @Override
    public CompletionStage<LockViews> locks(String prefix, String after, int limit, CallOptions options) {
        return Arguments.checked(() -> {
            Arguments.range("limit", limit, 1, 1_000);
            return calls.replicate(new LockCommand.ReadLocks(prefix, after, limit), options, LockViews.class);
        });
    }

    @Override
    public CompletionStage<GraphView> graph(boolean stale, CallOptions options) {
        LockCommand read = new LockCommand.ReadGraph();
        return Arguments.checked(
                () -> stale ? stale(read, options, GraphView.class) : calls.replicate(read, options, GraphView.class));
    }

    private <T> CompletionStage<T> stale(LockCommand read, CallOptions options, Class<T> type) {
        return calls.call(
                options,
                Duration.ZERO,
                (id, deadline) -> new Call.ReadStale(id, deadline, read),
                answer -> Refusals.expect(answer, type),
                ignored -> {});
    }
}

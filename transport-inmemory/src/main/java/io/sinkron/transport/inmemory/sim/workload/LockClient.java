package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.node.Call;
import io.sinkron.transport.inmemory.check.FencedLock.Owner;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * One client of the locks: opens a session, keeps it alive, takes one lock after the other while it holds what it has (so that cycles build
 * up), gives them back, and now and then cancels a wait, ends its session or dies without a word.
 */
final class LockClient {
    private static final long MILLI = 1_000_000;
    private static final long CALL_TIMEOUT_NANOS = 3_000 * MILLI;
    private static final int TRIES = 4;

    private final String name;
    private final Environment environment;
    private final SeededRandom random;
    private final LockWatch watch;
    private final LockNames names;
    private final Pace pace;
    private final Deque<LockWatch.Hold> held = new ArrayDeque<>();
    private LockSessionState session;
    private NodeId home;
    private int sessions;
    private long requests;
    private boolean draining;
    private boolean done;

    LockClient(String name, Environment environment, LockWatch watch, LockNames names, Pace pace) {
        this.name = name;
        this.environment = environment;
        this.random = environment.random().split(name);
        this.watch = watch;
        this.names = names;
        this.pace = pace;
    }

    void drain() {
        draining = true;
    }

    boolean isDone() {
        return done;
    }

    /** Begins something new, or ends. */
    void next() {
        if (session == null || session.isOver()) {
            held.clear();
            if (draining) {
                done = true;
            } else {
                open();
            }
        } else if (draining || random.chance(0.02)) {
            close();
        } else if (random.chance(0.01)) {
            environment.mark("client died with its session");
            abandon();
        } else {
            take(names.pick(random), random.chance(0.15));
        }
    }

    private void pause(long maxMillis) {
        think(random.nextLong(maxMillis * MILLI + 1), this::next);
    }

    private void think(long nanos, Runnable then) {
        environment.after(draining ? nanos : pace.thinking(environment.nowNanos(), nanos), then);
    }

    private void open() {
        home = Attempts.anyNode(environment);
        LockSessionState opening = new LockSessionState(name + "-" + sessions++);
        long ttlMillis = random.nextLong(1_000, 6_000);
        long asked = environment.nowNanos();
        var command = new LockCommand.OpenSession(opening.id(), ttlMillis, name, home);
        Attempts.begin(environment, home, CALL_TIMEOUT_NANOS, 1, replicate(command, 0), outcome -> {
            if (outcome.answer() instanceof LockAnswer.SessionOpened) {
                session = opening;
                opening.confirmed(asked, ttlMillis);
                environment.mark("session opened");
                watchLapse(opening);
                keepAlive(opening, ttlMillis);
            }
            pause(200);
        });
    }

    /** When the time is over that the client can be sure of, the cluster may end the session. */
    private void watchLapse(LockSessionState watched) {
        long left = watched.validUntilNanos() - environment.nowNanos();
        environment.after(left, () -> {
            if (watched.isOver()) {
                return;
            }
            if (watched.validUntilNanos() <= environment.nowNanos()) {
                watch.mayEnd(watched);
            } else {
                watchLapse(watched);
            }
        });
    }

    private void keepAlive(LockSessionState kept, long ttlMillis) {
        if (kept.isOver()) {
            return;
        }
        long asked = environment.nowNanos();
        NodeId node = random.chance(0.8) ? home : Attempts.anyNode(environment);
        environment.call(
                node,
                ttlMillis * MILLI / 2,
                (id, now, deadline) -> new Call.KeepAlive(id, deadline, kept.id()),
                answer -> keptAlive(kept, asked, answer));
        environment.after(ttlMillis * MILLI / 4, () -> keepAlive(kept, ttlMillis));
    }

    private void keptAlive(LockSessionState kept, long asked, Answer answer) {
        if (answer instanceof LockAnswer.SessionOpened opened) {
            boolean wasValid = kept.isValid(environment.nowNanos());
            kept.confirmed(asked, opened.ttlMillis());
            if (kept.hasLapsed() && !wasValid) {
                environment.mark("session saved after its time");
                watch.revalidated(kept);
            }
            if (!wasValid && !kept.isOver()) {
                watchLapse(kept);
            }
        } else if (answer instanceof LockAnswer.SessionExpired) {
            expired(kept);
        }
    }

    private void expired(LockSessionState ended) {
        if (ended.isOver()) {
            return;
        }
        if (ended.isValid(environment.nowNanos())) {
            throw new Violation(
                    "L16 a session lives as long as its client may rely on it",
                    ended.id() + " was said to be over at " + environment.nowNanos() + ", valid until "
                            + ended.validUntilNanos());
        }
        environment.mark("session expired");
        watch.mayEnd(ended);
        watch.over(ended);
    }

    private void abandon() {
        watch.mayEnd(session);
        watch.over(session);
        pause(500);
    }

    private void close() {
        LockSessionState closing = session;
        watch.mayEnd(closing);
        watch.over(closing);
        Attempts.begin(
                environment,
                home,
                CALL_TIMEOUT_NANOS,
                TRIES,
                replicate(new LockCommand.CloseSession(closing.id()), 0),
                outcome -> pause(200));
    }

    private void take(String lock, boolean shared) {
        LockSessionState asking = session;
        Owner owner = new Owner(asking.id(), "o");
        long waitMillis = new long[] {0, 300, 1_500, 4_000, 4_000}[random.nextInt(5)];
        boolean remembered = random.nextBoolean();
        Optional<LockCommand.Remember> remember =
                remembered ? Optional.of(new LockCommand.Remember("r" + requests++, requests)) : Optional.empty();
        var command = new LockCommand.Acquire(
                new LockOwner(asking.id(), owner.name()),
                lock,
                shared ? LockMode.SHARED : LockMode.EXCLUSIVE,
                waitMillis,
                name,
                LockCommand.DeadlockPolicy.REJECT,
                remember);
        LockWatch.Asked asked = watch.acquiring(asking, lock, owner, !shared);
        boolean[] cancelled = new boolean[1];
        Environment.Handle handle = Attempts.begin(
                environment,
                home,
                CALL_TIMEOUT_NANOS + waitMillis * MILLI,
                remembered ? TRIES : 1,
                replicate(command, waitMillis * MILLI),
                outcome -> taken(asking, asked, lock, owner, !shared, outcome, cancelled[0]));
        if (!remembered && random.chance(0.1)) {
            environment.after(random.nextLong(400 * MILLI), () -> {
                if (environment.cancel(handle)) {
                    cancelled[0] = true;
                    environment.mark("wait cancelled");
                }
            });
        }
    }

    private void taken(
            LockSessionState asking,
            LockWatch.Asked asked,
            String lock,
            Owner owner,
            boolean exclusive,
            Attempts.Outcome outcome,
            boolean cancelled) {
        if (outcome.answer() instanceof LockAnswer.SessionExpired) {
            expired(asking);
        }
        if (outcome.answer() instanceof LockAnswer.Granted granted && !cancelled && !asking.isOver()) {
            environment.mark("lock granted");
            var hold = new LockWatch.Hold(asking, lock, owner, exclusive, granted.token());
            watch.granted(asked, hold);
            keep(hold, granted.holds());
            think(random.nextLong(60 * MILLI), this::takeMoreOrGiveBack);
        } else if (outcome.surelyNothing()) {
            watch.refused(asked);
            mark(outcome.answer());
            giveAllBack();
        } else {
            watch.unknown(asked, asking);
            closeUnlessOver(asking);
        }
    }

    /** An upgrade takes the place of all levels of the shared hold; anything else is one level more. */
    private void keep(LockWatch.Hold hold, int depth) {
        int levels = 1;
        for (LockWatch.Hold other : List.copyOf(held)) {
            if (other.lock().equals(hold.lock())) {
                levels++;
                if (other.token() != hold.token()) {
                    held.remove(other);
                    watch.upgraded(other);
                }
            }
        }
        boolean upgrade = held.stream().noneMatch(other -> other.lock().equals(hold.lock())) && levels > 1;
        for (int level = upgrade ? levels - 1 : 1; level > 0; level--) {
            held.push(hold);
        }
        Violation.check(
                depth == (upgrade ? levels - 1 : levels),
                "L13 a hold is as deep as its grants",
                hold + " is said to be held " + depth + " times");
        if (upgrade) {
            environment.mark("lock upgraded");
        }
    }

    private void mark(Answer answer) {
        if (answer instanceof LockAnswer.Deadlock deadlock) {
            environment.mark("deadlock refused");
            if (deadlock.cycle().size() > 2) {
                environment.mark("deadlock of three or more refused");
            }
        } else if (answer instanceof LockAnswer.LockTimeout) {
            environment.mark("lock timed out");
        }
    }

    private void takeMoreOrGiveBack() {
        if (!draining && !session.isOver() && held.size() < 3 && random.chance(0.7)) {
            boolean again = random.chance(0.1);
            LockWatch.Hold top = held.peek();
            take(again ? top.lock() : names.pick(random), again && !top.exclusive());
        } else {
            think(random.nextLong(100 * MILLI), this::giveAllBack);
        }
    }

    private void giveAllBack() {
        if (held.isEmpty() || session.isOver()) {
            held.clear();
            pause(100);
            return;
        }
        LockSessionState holding = session;
        LockWatch.Hold hold = held.pop();
        LockWatch.Asked asked = watch.releasing(hold);
        var command = new LockCommand.Release(
                new LockOwner(hold.owner().session(), hold.owner().name()),
                hold.lock(),
                hold.token(),
                Optional.of(new LockCommand.Remember("r" + requests++, requests)));
        Attempts.begin(environment, home, CALL_TIMEOUT_NANOS, TRIES, replicate(command, 0), outcome -> {
            if (outcome.answer() instanceof LockAnswer.Released) {
                watch.released(asked);
                giveAllBack();
            } else if (outcome.answer() instanceof LockAnswer.NotHolder && !outcome.maybeApplied()) {
                environment.mark("released what was lost");
                watch.notHolder(asked);
                giveAllBack();
            } else {
                if (outcome.answer() instanceof LockAnswer.SessionExpired) {
                    expired(holding);
                }
                watch.unknownRelease(asked);
                closeUnlessOver(holding);
            }
        });
    }

    /** After an outcome that nobody knows, only the end of the session makes sure that nothing is left behind. */
    private void closeUnlessOver(LockSessionState unsure) {
        if (unsure.isOver()) {
            giveAllBack();
        } else {
            held.clear();
            close();
        }
    }

    private static Environment.Request replicate(LockCommand command, long waitNanos) {
        return (id, now, deadline) -> new Call.Replicate(id, deadline, command, waitNanos);
    }

    /** For reports. */
    @Override
    public String toString() {
        return name + " " + (session == null ? "without a session" : session.id()) + " holds " + List.copyOf(held);
    }
}

package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockMode;
import io.sinkron.transport.inmemory.check.FencedLock;
import io.sinkron.transport.inmemory.check.FencedLock.Acquire;
import io.sinkron.transport.inmemory.check.FencedLock.Done;
import io.sinkron.transport.inmemory.check.FencedLock.EndSession;
import io.sinkron.transport.inmemory.check.FencedLock.Granted;
import io.sinkron.transport.inmemory.check.FencedLock.Input;
import io.sinkron.transport.inmemory.check.FencedLock.Look;
import io.sinkron.transport.inmemory.check.FencedLock.NotHolder;
import io.sinkron.transport.inmemory.check.FencedLock.Output;
import io.sinkron.transport.inmemory.check.FencedLock.Owner;
import io.sinkron.transport.inmemory.check.FencedLock.Release;
import io.sinkron.transport.inmemory.check.FencedLock.Seen;
import io.sinkron.transport.inmemory.check.History;
import io.sinkron.transport.inmemory.check.Linearizability;
import io.sinkron.transport.inmemory.check.Operation;
import io.sinkron.transport.inmemory.check.Verdict;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that all clients know about all locks, in one place that no client has. L1/L2: no two clients that both may rely on their
 * sessions hold one lock in modes that don't go together. L3: a token that was asked for after another one was known is greater. At the end the
 * history of each lock must be linearizable.
 */
final class LockWatch {
    /** A hold as its client sees it. */
    record Hold(LockSessionState session, String lock, Owner owner, boolean exclusive, long token) {}

    /** A call in the history of a lock. */
    record Asked(int id, String lock, long tokenFloor) {}

    private final Environment environment;
    private final History<Input, Output> history = new History<>();
    private final Map<String, List<Hold>> holds = new HashMap<>();
    private final Map<String, Long> highestToken = new HashMap<>();
    private final Set<Long> told = new HashSet<>();

    LockWatch(Environment environment) {
        this.environment = environment;
    }

    Asked acquiring(LockSessionState session, String lock, Owner owner, boolean exclusive) {
        session.locks().add(lock);
        int id = history.invoke(new Acquire(lock, owner, exclusive), environment.nowNanos());
        if (session.hasLapsed()) {
            mayEnd(session, lock);
        }
        return new Asked(id, lock, highestToken.getOrDefault(lock, 0L));
    }

    /** A client looks who holds a lock. */
    Asked looking(String lock) {
        return new Asked(history.invoke(new Look(lock), environment.nowNanos()), lock, 0);
    }

    /** It was told. */
    void seen(Asked asked, LockAnswer.LockView view) {
        List<FencedLock.Hold> holders = new ArrayList<>();
        for (LockAnswer.Holder holder : view.holders()) {
            Owner owner = new Owner(holder.owner().session(), holder.owner().name());
            holders.add(
                    new FencedLock.Hold(owner, holder.mode() == LockMode.EXCLUSIVE, holder.token(), holder.holds()));
        }
        history.ok(asked.id, new Seen(holders), environment.nowNanos());
    }

    /** The acquire, or the look, had no effect. */
    void refused(Asked asked) {
        history.fail(asked.id);
    }

    /** Nobody knows, and the node may give back what it got: for this lock the session may as well have ended. */
    void unknown(Asked asked, LockSessionState session) {
        history.info(asked.id);
        mayEnd(session, asked.lock);
    }

    /** A client was told that it holds the lock. */
    void granted(Asked asked, Hold hold) {
        history.ok(asked.id, new Granted(hold.token), environment.nowNanos());
        List<Hold> others = holds.computeIfAbsent(hold.lock, key -> new ArrayList<>());
        boolean again = others.stream().anyMatch(other -> other.owner.equals(hold.owner) && other.token == hold.token);
        if (!again && hold.token <= asked.tokenFloor) {
            throw new Violation(
                    "L3 tokens only grow", hold + " was asked for when token " + asked.tokenFloor + " was known");
        }
        highestToken.merge(hold.lock, hold.token, Math::max);
        told.add(hold.token);
        others.add(hold);
        alone(hold);
    }

    /** The client's hold has become another one: an upgrade replaces mode and token at the same depth. */
    void upgraded(Hold from) {
        holds.get(from.lock).remove(from);
    }

    /** A session can be relied on again: what it holds is compared once more. */
    void revalidated(LockSessionState session) {
        for (String lock : session.locks()) {
            for (Hold hold : holds.getOrDefault(lock, List.of())) {
                if (hold.session == session) {
                    alone(hold);
                }
            }
        }
    }

    private void alone(Hold hold) {
        long now = environment.nowNanos();
        if (!hold.session.isValid(now)) {
            return;
        }
        for (Hold other : holds.get(hold.lock)) {
            boolean together = other.owner.equals(hold.owner) || !other.exclusive && !hold.exclusive;
            if (!together && other.session.isValid(now)) {
                throw new Violation("L1 an exclusive holder is alone", hold + " and " + other + " both hold");
            }
        }
    }

    /** The client gives one level of a hold back: it doesn't rely on it any more. */
    Asked releasing(Hold hold) {
        holds.get(hold.lock).remove(hold);
        int id = history.invoke(new Release(hold.lock, hold.owner, hold.token), environment.nowNanos());
        return new Asked(id, hold.lock, 0);
    }

    void released(Asked asked) {
        history.ok(asked.id, new Done(), environment.nowNanos());
    }

    void notHolder(Asked asked) {
        history.ok(asked.id, new NotHolder(), environment.nowNanos());
    }

    void unknownRelease(Asked asked) {
        history.info(asked.id);
    }

    /** From now on the cluster may end the session, or has been asked to. */
    void mayEnd(LockSessionState session) {
        session.lapse();
        session.locks().forEach(lock -> mayEnd(session, lock));
    }

    private void mayEnd(LockSessionState session, String lock) {
        if (session.mayHaveEnded().add(lock)) {
            history.info(history.invoke(new EndSession(lock, session.id()), environment.nowNanos()));
        }
    }

    /** The session's client doesn't rely on it any more. */
    void over(LockSessionState session) {
        session.end();
        for (String lock : session.locks()) {
            holds.getOrDefault(lock, new ArrayList<>()).removeIf(hold -> hold.session == session);
        }
    }

    /**
     * A try of an acquire that ended unknown may have been granted and given back before a later try of it was granted: a look at that first hold tells of
     * what no client was ever told, and which the history, with one call for all tries, has no place for.
     */
    private boolean canBeJudged(Operation<Input, Output> call) {
        return !(call.isKnown() && call.output().get() instanceof Seen seen)
                || seen.holders().stream().allMatch(hold -> told.contains(hold.token()));
    }

    /** L1 to L3 once more, over whole histories. */
    void check() {
        Linearizability<FencedLock.State, Input, Output> checker = new Linearizability<>(new FencedLock());
        for (Map.Entry<String, List<Operation<Input, Output>>> part :
                history.partition(Input::lock).entrySet()) {
            Verdict<FencedLock.State, Input, Output> verdict = checker.check(
                    part.getValue().stream().filter(this::canBeJudged).toList());
            environment.mark("lock history checked");
            if (!verdict.isLinearizable()) {
                throw new Violation(
                        "L17 the history of a lock is linearizable", "lock " + part.getKey() + ": " + verdict);
            }
        }
    }
}

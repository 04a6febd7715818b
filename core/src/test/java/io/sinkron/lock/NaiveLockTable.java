package io.sinkron.lock;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Remember;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The lock table as one would write it on a blackboard: the whole graph is computed anew for each question. What the real one is compared
 * with.
 */
final class NaiveLockTable extends NaiveLockState {
    private static final LockOwner NOBODY = new LockOwner("", "");

    /** When the refused cycles that are kept were refused. */
    final List<Long> refusedAt = new ArrayList<>();
    /** What the last command answered. */
    final Map<CommandId, Answer> answers = new LinkedHashMap<>();
    /** The graph that a refused acquire of the last command would have made. */
    final Map<CommandId, NaiveGraph> refusals = new LinkedHashMap<>();

    private long lastOrder;
    private long index;

    NaiveLockTable(LockLimits limits) {
        super(limits);
    }

    void apply(CommandId id, LockCommand command, long atIndex, long term, long atMillis) {
        begin(atIndex, atMillis);
        if (command instanceof LockCommand.OpenSession c) {
            answers.put(id, open(c));
        } else if (command instanceof LockCommand.CloseSession c) {
            answers.put(id, new LockAnswer.Done());
            end(c.session());
        } else if (command instanceof LockCommand.ExpireSession c) {
            answers.put(id, new LockAnswer.Done());
            if (c.term() == term) {
                end(c.session());
            }
        } else if (command instanceof LockCommand.Acquire c) {
            acquire(id, c);
        } else if (command instanceof LockCommand.Release c) {
            release(id, c);
        } else if (command instanceof LockCommand.CancelWait c) {
            cancel(id, c);
        } else if (command instanceof LockCommand.ForceRelease c) {
            force(id, c.lock());
        }
        listOwners(command instanceof LockCommand.Acquire c ? c.owner() : NOBODY);
    }

    void endWaitsOf(NodeId origin, long belowIncarnation, long atIndex, long atMillis) {
        begin(atIndex, atMillis);
        List<String> touched = new ArrayList<>();
        List<CommandId> gone = new ArrayList<>();
        everyRequest().forEach(request -> gone.addAll(request.since.keySet()));
        gone.removeIf(id -> !id.origin().equals(origin) || id.incarnation() >= belowIncarnation);
        gone.sort((a, b) -> a.incarnation() != b.incarnation()
                ? Long.compare(a.incarnation(), b.incarnation())
                : Long.compare(a.sequence(), b.sequence()));
        for (CommandId id : gone) {
            Request request = waiting(id);
            if (request != null) {
                touched.add(request.acquire.lock());
                leave(id, request, new LockAnswer.WaitCancelled(request.acquire.lock()));
            }
        }
        touched.forEach(this::advance);
        listOwners(NOBODY);
    }

    private void begin(long atIndex, long atMillis) {
        index = atIndex;
        stamp = atMillis;
        answers.clear();
        refusals.clear();
    }

    private Answer open(LockCommand.OpenSession c) {
        if (!sessions.containsKey(c.session())) {
            if (sessions.size() >= limits.maxSessions()) {
                return new LockAnswer.TooMany("maxSessions", limits.maxSessions());
            }
            if (c.ttlMillis() < 1) {
                return new Refusal.BadRequest(
                        "ttl_ms", "a session needs an id and a ttl of at least 1 ms, not " + c.ttlMillis());
            }
            Session session = new Session();
            session.ttlMillis = c.ttlMillis();
            session.label = c.label();
            session.node = c.node();
            sessions.put(c.session(), session);
        }
        return new LockAnswer.SessionOpened(c.session(), sessions.get(c.session()).ttlMillis);
    }

    private void end(String session) {
        if (sessions.remove(session) == null) {
            return;
        }
        List<String> touched = new ArrayList<>();
        for (LockOwner owner : owners) {
            if (owner.session().equals(session)) {
                places(owner).forEach(place -> touched.add(place.lock));
                holds.stream().filter(hold -> hold.owner.equals(owner)).forEach(hold -> touched.add(hold.lock));
            }
        }
        for (List<Place> line : lines.values()) {
            for (Place place : List.copyOf(line)) {
                if (place.owner.session().equals(session)) {
                    line.remove(place);
                    for (Request request : place.requests) {
                        answerAll(request, new LockAnswer.SessionExpired(session));
                    }
                }
            }
        }
        holds.removeIf(hold -> hold.owner.session().equals(session));
        touched.forEach(this::advance);
    }

    private void acquire(CommandId id, LockCommand.Acquire c) {
        Session session = sessions.get(c.owner().session());
        if (session == null) {
            answers.put(id, new LockAnswer.SessionExpired(c.owner().session()));
        } else if (c.remember().isEmpty() || !isRepetition(id, c, session)) {
            acquireAnew(id, c);
        }
    }

    private boolean isRepetition(CommandId id, LockCommand.Acquire c, Session session) {
        Remember name = c.remember().orElseThrow();
        Kept kept = kept(session, false, name.key());
        if (kept != null) {
            boolean same = kept.name().fingerprint() == name.fingerprint();
            answers.put(id, same ? kept.answer() : new LockAnswer.IdempotencyMismatch(name.key()));
            LockAnswer.Granted granted = (LockAnswer.Granted) kept.answer();
            Hold hold = hold(granted.owner(), granted.lock());
            if (same && hold != null) {
                hold.grants.stream()
                        .filter(grant -> name.key().equals(grant.key))
                        .findFirst()
                        .ifPresent(grant -> grant.ids.add(id));
            }
            return true;
        }
        for (Request request : everyRequest()) {
            Remember other = request.acquire.remember().orElse(null);
            if (other != null
                    && other.key().equals(name.key())
                    && request.acquire.owner().session().equals(c.owner().session())) {
                if (other.fingerprint() != name.fingerprint()) {
                    answers.put(id, new LockAnswer.IdempotencyMismatch(name.key()));
                } else if (c.waitMillis() == 0) {
                    answers.put(id, timeout(request.acquire.lock(), 0));
                } else if (waitingCommands() >= limits.maxWaits()) {
                    answers.put(id, new LockAnswer.TooMany("maxWaits", limits.maxWaits()));
                } else {
                    request.since.put(id, stamp);
                }
                return true;
            }
        }
        return false;
    }

    private void acquireAnew(CommandId id, LockCommand.Acquire c) {
        Hold hold = hold(c.owner(), c.lock());
        List<Hold> holders = holders(c.lock());
        boolean known = !holders.isEmpty() || lines.containsKey(c.lock());
        boolean deeper = hold != null && (hold.mode == LockMode.EXCLUSIVE || c.mode() == LockMode.SHARED);
        boolean granted = hold != null
                ? deeper || holders.size() == 1
                : !lines.containsKey(c.lock()) && holders.stream().allMatch(h -> h.mode.isCompatibleWith(c.mode()));
        Request request = new Request();
        request.acquire = c;
        request.since.put(id, stamp);
        if (!known && lockNames().size() >= limits.maxLocks()) {
            answers.put(id, new LockAnswer.TooMany("maxLocks", limits.maxLocks()));
        } else if (hold == null && holds.size() >= limits.maxHolds()) {
            answers.put(id, new LockAnswer.TooMany("maxHolds", limits.maxHolds()));
        } else if (deeper && hold.depth >= limits.maxDepth()) {
            answers.put(id, new LockAnswer.TooMany("maxDepth", limits.maxDepth()));
        } else if (granted) {
            grant(request);
        } else if (c.waitMillis() == 0) {
            answers.put(id, timeout(c.lock(), 0));
        } else if (requestsFor(c.lock()) >= limits.maxWaitersPerLock()) {
            answers.put(id, new LockAnswer.TooMany("maxWaitersPerLock", limits.maxWaitersPerLock()));
        } else if (waitingCommands() >= limits.maxWaits()) {
            answers.put(id, new LockAnswer.TooMany("maxWaits", limits.maxWaits()));
        } else {
            Place place = place(c.owner(), c.lock());
            if (place != null) {
                place.requests.add(request);
            } else {
                takePlace(request, hold != null);
            }
        }
    }

    private void takePlace(Request request, boolean upgrade) {
        Place place = new Place();
        place.owner = request.acquire.owner();
        place.lock = request.acquire.lock();
        place.order = ++lastOrder;
        place.upgrade = upgrade;
        place.requests.add(request);
        List<Place> line = lines.computeIfAbsent(request.acquire.lock(), name -> new ArrayList<>());
        int upgrades = (int) line.stream().filter(each -> each.upgrade).count();
        line.add(upgrade ? upgrades : line.size(), place);
        NaiveGraph graph = graph();
        if (request.acquire.onDeadlock() == DeadlockPolicy.REJECT
                && graph.closesCycle(place.owner, request.acquire.lock())) {
            refuse(request, graph);
            line.remove(place);
            lines.values().removeIf(List::isEmpty);
        }
    }

    private void refuse(Request request, NaiveGraph graph) {
        request.since.keySet().forEach(id -> refusals.put(id, graph));
        answerAll(request, new LockAnswer.Deadlock(request.acquire.lock(), List.of()));
        refusedAt.add(stamp);
        if (refusedAt.size() > limits.refusedCyclesKept()) {
            refusedAt.remove(0);
        }
    }

    private void answerAll(Request request, Answer answer) {
        request.since.keySet().forEach(id -> answers.put(id, answer));
    }

    private void grant(Request request) {
        LockCommand.Acquire c = request.acquire;
        Hold hold = hold(c.owner(), c.lock());
        Grant grant = new Grant();
        grant.key = c.remember().map(Remember::key).orElse(null);
        if (hold == null) {
            hold = new Hold();
            hold.owner = c.owner();
            hold.lock = c.lock();
            hold.mode = c.mode();
            hold.token = index;
            holds.add(hold);
        } else if (hold.mode == LockMode.EXCLUSIVE || c.mode() == LockMode.SHARED) {
            if (hold.depth >= limits.maxDepth()) {
                answerAll(request, new LockAnswer.TooMany("maxDepth", limits.maxDepth()));
                return;
            }
            hold.depth++;
        } else {
            grant.tokenBefore = hold.token;
            hold.mode = LockMode.EXCLUSIVE;
            hold.token = index;
        }
        hold.grants.add(grant);
        grant.ids.addAll(request.since.keySet());
        LockAnswer answer = new LockAnswer.Granted(hold.owner, hold.lock, hold.mode, hold.token, hold.depth);
        c.remember().ifPresent(name -> keep(c.owner().session(), new Kept(false, name, answer)));
        answerAll(request, answer);
    }

    private void keep(String session, Kept kept) {
        List<Kept> all = sessions.get(session).kept;
        if (all.size() >= limits.rememberedPerSession()) {
            all.remove(0);
        }
        all.add(kept);
    }

    private void advance(String lock) {
        List<Place> led = new ArrayList<>();
        while (true) {
            List<Place> line = lines.getOrDefault(lock, List.of());
            Place first = line.isEmpty() ? null : line.get(0);
            if (first != null && isNext(lock, first)) {
                line.remove(first);
                grant(first.requests.remove(0));
                led.add(first);
            } else if (!led.isEmpty()) {
                admitFollowers(led.remove(0));
            } else {
                break;
            }
        }
        lines.values().removeIf(List::isEmpty);
    }

    private boolean isNext(String lock, Place first) {
        return first.upgrade
                ? holders(lock).size() == 1
                : holders(lock).stream().allMatch(hold -> hold.mode.isCompatibleWith(first.mode()));
    }

    private void admitFollowers(Place led) {
        for (Request request : led.requests) {
            Hold hold = hold(led.owner, request.acquire.lock());
            Place place = place(led.owner, request.acquire.lock());
            if (hold.mode == LockMode.EXCLUSIVE || request.acquire.mode() == LockMode.SHARED) {
                grant(request);
            } else if (place != null) {
                place.requests.add(request);
            } else {
                takePlace(request, true);
            }
        }
    }

    private void release(CommandId id, LockCommand.Release c) {
        Session session = sessions.get(c.owner().session());
        if (session == null) {
            answers.put(id, new LockAnswer.SessionExpired(c.owner().session()));
            return;
        }
        Kept kept = c.remember().map(name -> kept(session, true, name.key())).orElse(null);
        Hold hold = hold(c.owner(), c.lock());
        if (kept != null) {
            boolean same =
                    kept.name().fingerprint() == c.remember().orElseThrow().fingerprint();
            answers.put(
                    id,
                    same
                            ? kept.answer()
                            : new LockAnswer.IdempotencyMismatch(kept.name().key()));
        } else if (hold == null || hold.token != c.token()) {
            answers.put(id, new LockAnswer.NotHolder(c.lock(), c.owner(), c.token()));
        } else {
            LockAnswer answer = new LockAnswer.Released(c.lock(), hold.depth - 1);
            c.remember().ifPresent(name -> keep(c.owner().session(), new Kept(true, name, answer)));
            answers.put(id, answer);
            oneLevelLess(hold);
            advance(c.lock());
        }
    }

    private void cancel(CommandId id, LockCommand.CancelWait c) {
        Request request = waiting(c.acquire());
        if (request != null) {
            String lock = request.acquire.lock();
            Answer answer = c.timedOut()
                    ? timeout(lock, stamp - request.since.get(c.acquire()))
                    : new LockAnswer.WaitCancelled(lock);
            leave(c.acquire(), request, answer);
            advance(lock);
        } else if (c.giveBack()) {
            giveBack(c.acquire());
        }
        answers.put(id, new LockAnswer.Done());
    }

    private void leave(CommandId id, Request request, Answer answer) {
        answers.put(id, answer);
        request.since.remove(id);
        if (!request.since.isEmpty()) {
            return;
        }
        String lock = request.acquire.lock();
        Place place = place(request.acquire.owner(), lock);
        boolean first = place.requests.get(0) == request;
        place.requests.remove(request);
        while (first && !place.requests.isEmpty()) {
            LockCommand.Acquire heir = place.requests.get(0).acquire;
            NaiveGraph graph = graph();
            boolean more = request.acquire.onDeadlock() == DeadlockPolicy.WAIT
                    || heir.mode() == LockMode.EXCLUSIVE && request.acquire.mode() == LockMode.SHARED;
            if (more && heir.onDeadlock() == DeadlockPolicy.REJECT && graph.leads(place.owner, place.owner)) {
                refuse(place.requests.remove(0), graph);
            } else {
                return;
            }
        }
        if (place.requests.isEmpty()) {
            lines.get(lock).remove(place);
            lines.values().removeIf(List::isEmpty);
        }
    }

    private void giveBack(CommandId id) {
        for (Hold hold : List.copyOf(holds)) {
            for (Grant grant : List.copyOf(hold.grants)) {
                if (grant.ids.remove(id) && grant.ids.isEmpty()) {
                    sessions.get(hold.owner.session())
                            .kept
                            .removeIf(
                                    kept -> !kept.release() && kept.name().key().equals(grant.key));
                    undo(hold, grant);
                    advance(hold.lock);
                }
            }
        }
    }

    private void undo(Hold hold, Grant grant) {
        int at = hold.grants.indexOf(grant);
        boolean newest = at == hold.grants.size() - 1;
        Grant upgrade = hold.grants.stream()
                .skip(at + 1L)
                .filter(each -> each.tokenBefore != 0)
                .findFirst()
                .orElse(null);
        hold.grants.remove(grant);
        if (grant.tokenBefore != 0) {
            if (newest) {
                hold.mode = LockMode.SHARED;
                hold.token = grant.tokenBefore;
            }
        } else if (upgrade != null) {
            upgrade.tokenBefore = 0;
        } else {
            oneLevelLess(hold);
        }
    }

    private void force(CommandId id, String lock) {
        List<LockOwner> released = new ArrayList<>();
        lines.getOrDefault(lock, List.of()).forEach(place -> place.upgrade = false);
        for (Hold hold : holders(lock)) {
            released.add(hold.owner);
            holds.remove(hold);
        }
        answers.put(id, new LockAnswer.ForceReleased(lock, released));
        advance(lock);
    }
}

package io.sinkron.lock;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.lock.IdempotencyMemory.Remembered;
import io.sinkron.lock.IdempotencyMemory.Route;
import io.sinkron.lock.LockAnswer.Done;
import io.sinkron.lock.LockAnswer.ForceReleased;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.IdempotencyMismatch;
import io.sinkron.lock.LockAnswer.LockTimeout;
import io.sinkron.lock.LockAnswer.NotHolder;
import io.sinkron.lock.LockAnswer.Released;
import io.sinkron.lock.LockAnswer.SessionExpired;
import io.sinkron.lock.LockAnswer.SessionOpened;
import io.sinkron.lock.LockAnswer.TooMany;
import io.sinkron.lock.LockAnswer.WaitCancelled;
import io.sinkron.lock.LockCommand.Acquire;
import io.sinkron.lock.LockCommand.CancelWait;
import io.sinkron.lock.LockCommand.CloseSession;
import io.sinkron.lock.LockCommand.ExpireSession;
import io.sinkron.lock.LockCommand.ForceRelease;
import io.sinkron.lock.LockCommand.OpenSession;
import io.sinkron.lock.LockCommand.ReadGraph;
import io.sinkron.lock.LockCommand.ReadLock;
import io.sinkron.lock.LockCommand.ReadLocks;
import io.sinkron.lock.LockCommand.ReadSessions;
import io.sinkron.lock.LockCommand.Release;
import io.sinkron.lock.LockCommand.Remember;
import io.sinkron.lock.LockImages.LockImage;
import io.sinkron.lock.LockImages.SessionImage;
import io.sinkron.lock.LockModel.Hold;
import io.sinkron.lock.LockModel.Level;
import io.sinkron.lock.LockModel.Lock;
import io.sinkron.lock.LockModel.Owner;
import io.sinkron.lock.LockModel.Session;
import io.sinkron.lock.LockModel.Ticket;
import io.sinkron.lock.LockModel.Wait;
import java.util.ArrayList;
import java.util.List;

/**
 * The replicated table of sessions and locks: a deterministic machine that every node applies the same commands to, in the order of the log.
 *
 * <p>What it promises after each command:
 *
 * <ul>
 *   <li>holders of a lock are compatible: one exclusive, or any number of shared ones;
 *   <li>grants follow the queue; nobody passes a waiter of an incompatible mode, and a head that could be granted doesn't wait;
 *   <li>a grant's fencing token is the log index of its command, so tokens grow over all locks, leaders, restores and re-made names;
 *   <li>a session that has ended holds nothing and waits nowhere;
 *   <li>no acquire with {@link LockCommand.DeadlockPolicy#REJECT} waits that would close a cycle of the wait-for graph.
 * </ul>
 *
 * <p>It decides nothing about time: waits are ended by {@link CancelWait}, sessions by {@link ExpireSession}, both proposed by whoever has
 * a clock, and judged here against the state they meet. Each step costs constant time amortised, the search for a cycle aside, which
 * happens only for an owner that somebody may wait for. A repeated command id is filtered out above. Not thread-safe.
 */
public final class LockTable {
    private final LockState state;
    private final WaitForGraph graph = new WaitForGraph();
    private final Holds holds;
    private final Waits waits;
    private final LockReader reader;

    /** An empty table. */
    public LockTable(LockLimits limits) {
        this(new LockState(limits));
    }

    private LockTable(LockState state) {
        this.state = state;
        this.holds = new Holds(state);
        this.waits = new Waits(state, holds, graph);
        this.reader = new LockReader(state);
    }

    /**
     * Applies a command: answers it, unless it waits from now on, and any earlier command that it ends the wait of.
     *
     * @param id the command's id, never applied before
     * @param index its log index; greater than every one applied before
     * @param term the term of its log entry
     * @param stampMillis its cluster time; not smaller than any before
     * @param sink takes the effects
     */
    public void apply(CommandId id, LockCommand command, long index, long term, long stampMillis, LockSink sink) {
        Turn turn = new Turn(index, stampMillis, sink);
        if (command instanceof Acquire acquire) {
            acquire(id, acquire, turn);
        } else if (command instanceof Release release) {
            release(id, release, turn);
        } else if (command instanceof CancelWait cancel) {
            cancel(id, cancel, turn);
        } else if (command instanceof OpenSession open) {
            turn.answer(id, open(open));
        } else if (command instanceof CloseSession close) {
            endSession(id, close.session(), "released", turn);
        } else if (command instanceof ExpireSession expire) {
            // An entry of an older leader's term that was committed by a newer one: that one has extended the session
            // since.
            endSession(id, expire.term() == term ? expire.session() : "", "expired", turn);
        } else if (command instanceof ForceRelease force) {
            forceRelease(id, force.lock(), turn);
        } else {
            turn.answer(id, read(command, stampMillis));
        }
    }

    /**
     * Ends the waits of commands that came from a node's lower incarnations: nobody is there to take their grants. They are answered
     * {@link WaitCancelled}.
     */
    public void endWaitsOf(NodeId origin, long belowIncarnation, long index, long stampMillis, LockSink sink) {
        Turn turn = new Turn(index, stampMillis, sink);
        List<Lock> touched = new ArrayList<>();
        for (Ticket ticket : state.ticketsOf(origin, belowIncarnation)) {
            // One that inherited a place a moment ago may have been refused.
            if (state.ticket(ticket.id()) != null) {
                touched.add(ticket.request().lock);
                waits.endTicket(ticket, new WaitCancelled(ticket.request().lock.name), turn);
            }
        }
        advance(touched, turn);
    }

    /**
     * Answers a command that only reads.
     *
     * @throws IllegalArgumentException if the command isn't one of the {@code Read} ones
     */
    public Answer read(LockCommand readOnly, long stampMillis) {
        if (readOnly instanceof ReadLock read) {
            return reader.lock(read.lock(), stampMillis);
        } else if (readOnly instanceof ReadLocks read) {
            return reader.locks(read, stampMillis);
        } else if (readOnly instanceof ReadGraph) {
            return reader.graph();
        } else if (readOnly instanceof ReadSessions read) {
            return reader.sessions(read.session());
        }
        throw new IllegalArgumentException(readOnly.getClass().getSimpleName() + " is not a read");
    }

    /** The open sessions, in order of their ids. */
    public List<SessionLease> sessions() {
        List<SessionLease> leases = new ArrayList<>(state.sessions.size());
        for (Session session : state.sessions.values()) {
            leases.add(new SessionLease(session.id, session.ttlMillis, session.node));
        }
        leases.sort((a, b) -> Names.compare(a.session(), b.session()));
        return leases;
    }

    /** Whether this session is open. */
    public boolean hasSession(String session) {
        return state.sessions.containsKey(session);
    }

    /** How many locks are held or waited for. */
    public int lockCount() {
        return state.locks.size();
    }

    /** How many commands wait for a grant. */
    public int waitCount() {
        return state.ticketCount();
    }

    /** Waiters and holders that all searches for cycles have looked at so far: their cost, in steps. */
    long graphSteps() {
        return graph.steps();
    }

    /** The whole table as immutable values. A table restored from them behaves exactly like this one for ever. */
    public Snapshot snapshot() {
        return new Snapshot(
                state.lastOrder(),
                LockImages.sessions(state),
                LockImages.locks(state),
                List.copyOf(state.refusedCycles));
    }

    /** The table that a snapshot was taken of. */
    public static LockTable restore(LockLimits limits, Snapshot snapshot) {
        LockState state = new LockState(limits);
        state.restoreOrder(snapshot.lastOrder());
        state.refusedCycles.addAll(snapshot.refusedCycles());
        LockImages.restore(state, snapshot.sessions(), snapshot.locks());
        return new LockTable(state);
    }

    /**
     * A table at one moment. Two replicas that applied the same commands have equal ones.
     *
     * @param lastOrder the rank given last to a hold or a place in a queue
     * @param sessions in order of their opening
     * @param locks in order of their making
     * @param refusedCycles the newest last
     */
    public record Snapshot(
            long lastOrder,
            List<SessionImage> sessions,
            List<LockImage> locks,
            List<LockAnswer.RefusedCycle> refusedCycles) {
        /** Takes immutable copies. */
        public Snapshot {
            sessions = List.copyOf(sessions);
            locks = List.copyOf(locks);
            refusedCycles = List.copyOf(refusedCycles);
        }
    }

    private Answer open(OpenSession open) {
        Session session = state.sessions.get(open.session());
        if (session == null) {
            if (state.sessions.size() >= state.limits.maxSessions()) {
                return new TooMany("maxSessions", state.limits.maxSessions());
            }
            if (open.session().isEmpty() || open.ttlMillis() < 1) {
                return new Refusal.BadRequest(
                        "ttl_ms", "a session needs an id and a ttl of at least 1 ms, not " + open.ttlMillis());
            }
            session = new Session(open.session(), open.label(), open.ttlMillis(), open.node());
            state.sessions.put(session.id, session);
        }
        return new SessionOpened(session.id, session.ttlMillis);
    }

    private void endSession(CommandId id, String name, String what, Turn turn) {
        turn.answer(id, new Done());
        Session session = state.sessions.remove(name);
        if (session == null) {
            return;
        }
        // All leave before anybody comes in, so that nothing is granted to a session that is ending.
        List<Lock> touched = new ArrayList<>();
        for (Owner owner : List.copyOf(session.owners.values())) {
            waits.endAll(owner, touched, turn);
            for (Hold hold = owner.firstHold; hold != null; hold = owner.firstHold) {
                touched.add(hold.lock);
                holds.end(hold, what, turn);
            }
        }
        advance(touched, turn);
    }

    private void advance(List<Lock> touched, Turn turn) {
        for (Lock lock : touched) {
            waits.advance(lock, turn);
        }
    }

    private void acquire(CommandId id, Acquire acquire, Turn turn) {
        Session session = state.sessions.get(acquire.owner().session());
        if (session == null) {
            turn.answer(id, new SessionExpired(acquire.owner().session()));
            return;
        }
        Remember remember = acquire.remember().orElse(null);
        if (remember != null && isRepetition(id, acquire, remember, session, turn)) {
            return;
        }
        Lock lock = state.locks.get(acquire.lock());
        Hold hold = lock == null ? null : lock.holdOf(acquire.owner());
        TooMany tooMany = beyondLimits(lock, hold, acquire.mode());
        if (tooMany != null) {
            turn.answer(id, tooMany);
        } else if (isGrantable(lock, hold, acquire.mode())) {
            Owner owner = state.owner(session, acquire.owner());
            Level level = holds.grant(owner, state.lock(acquire.lock()), acquire.mode(), remember, turn);
            state.addGrant(level, id);
            turn.answer(id, holds.answer(level.hold, remember));
        } else if (acquire.waitMillis() == 0) {
            turn.answer(id, timeout(lock, 0));
        } else if (lock.waits >= state.limits.maxWaitersPerLock()) {
            turn.answer(id, new TooMany("maxWaitersPerLock", state.limits.maxWaitersPerLock()));
        } else if (state.ticketCount() >= state.limits.maxWaits()) {
            turn.answer(id, new TooMany("maxWaits", state.limits.maxWaits()));
        } else {
            Owner owner = state.owner(session, acquire.owner());
            waits.enqueue(
                    new Wait(owner, lock, acquire.mode(), acquire.label(), acquire.onDeadlock(), remember), id, turn);
        }
    }

    /** A holder's request never queues behind others, an upgrade of the sole holder included; everybody else's does. */
    private static boolean isGrantable(Lock lock, Hold hold, LockMode mode) {
        if (hold != null) {
            return Holds.isReentrant(hold, mode) || lock.holders == 1;
        }
        return lock == null || !lock.hasPlaces() && lock.admits(mode);
    }

    private TooMany beyondLimits(Lock lock, Hold hold, LockMode mode) {
        LockLimits limits = state.limits;
        if (lock == null && state.locks.size() >= limits.maxLocks()) {
            return new TooMany("maxLocks", limits.maxLocks());
        } else if (hold == null && state.holdCount() >= limits.maxHolds()) {
            return new TooMany("maxHolds", limits.maxHolds());
        } else if (hold != null && hold.depth >= limits.maxDepth() && Holds.isReentrant(hold, mode)) {
            return new TooMany("maxDepth", limits.maxDepth());
        }
        return null;
    }

    /** Whether the key was used before in this session; then the command has been answered, or waits together with the first. */
    private boolean isRepetition(CommandId id, Acquire acquire, Remember remember, Session session, Turn turn) {
        Remembered known = session.memory == null ? null : session.memory.get(Route.ACQUIRE, remember.key());
        Wait waiting = known == null ? LockState.keyedWait(session, remember.key()) : null;
        if (known == null && waiting == null) {
            return false;
        }
        long fingerprint = known == null ? waiting.remember.fingerprint() : known.fingerprint();
        if (fingerprint != remember.fingerprint()) {
            turn.answer(id, new IdempotencyMismatch(remember.key()));
        } else if (known != null) {
            holds.join((Granted) known.answer(), remember.key(), id);
            turn.answer(id, known.answer());
        } else if (acquire.waitMillis() == 0) {
            turn.answer(id, timeout(waiting.lock, 0));
        } else if (state.ticketCount() >= state.limits.maxWaits()) {
            turn.answer(id, new TooMany("maxWaits", state.limits.maxWaits()));
        } else {
            waits.join(waiting, id, turn);
        }
        return true;
    }

    private LockTimeout timeout(Lock lock, long waitedMillis) {
        return new LockTimeout(lock.name, LockReader.holders(lock, state.limits.holdersNamed()), waitedMillis);
    }

    private void release(CommandId id, Release release, Turn turn) {
        Session session = state.sessions.get(release.owner().session());
        if (session == null) {
            turn.answer(id, new SessionExpired(release.owner().session()));
            return;
        }
        Remember remember = release.remember().orElse(null);
        Remembered known =
                remember == null || session.memory == null ? null : session.memory.get(Route.RELEASE, remember.key());
        if (known != null) {
            boolean same = known.fingerprint() == remember.fingerprint();
            turn.answer(id, same ? known.answer() : new IdempotencyMismatch(remember.key()));
            return;
        }
        Lock lock = state.locks.get(release.lock());
        Hold hold = lock == null ? null : lock.holdOf(release.owner());
        if (hold == null || hold.token != release.token()) {
            turn.answer(id, new NotHolder(release.lock(), release.owner(), release.token()));
            return;
        }
        holds.release(hold, turn);
        Released answer = new Released(lock.name, hold.depth);
        if (remember != null) {
            holds.memory(session).put(new Remembered(Route.RELEASE, remember.key(), remember.fingerprint(), answer));
        }
        turn.answer(id, answer);
        waits.advance(lock, turn);
    }

    private void cancel(CommandId id, CancelWait cancel, Turn turn) {
        Ticket ticket = state.ticket(cancel.acquire());
        Level level = ticket == null && cancel.giveBack() ? state.grant(cancel.acquire()) : null;
        if (ticket != null) {
            Lock lock = ticket.request().lock;
            Answer answer = cancel.timedOut()
                    ? timeout(lock, Math.max(0, turn.stampMillis() - ticket.sinceMillis()))
                    : new WaitCancelled(lock.name);
            waits.end(ticket, answer, turn);
        } else if (level != null) {
            state.removeGrant(level, cancel.acquire());
            // A grant that several commands of one idempotency key were answered with goes back with the last of them.
            if (level.ids.isEmpty()) {
                holds.giveBack(level, turn);
                waits.advance(level.hold.lock, turn);
            }
        }
        turn.answer(id, new Done());
    }

    private void forceRelease(CommandId id, String name, Turn turn) {
        Lock lock = state.locks.get(name);
        List<LockOwner> released = new ArrayList<>();
        if (lock != null) {
            // From the last to the first, so that they keep their order at the head of the queue.
            for (Wait wait = lock.upgrades.last; wait != null; wait = lock.upgrades.last) {
                Holds.demote(wait);
            }
            for (Hold hold = lock.firstHold; hold != null; hold = lock.firstHold) {
                released.add(hold.owner.id);
                holds.end(hold, "released", turn);
            }
        }
        turn.answer(id, new ForceReleased(name, released));
        if (lock != null) {
            waits.advance(lock, turn);
        }
    }
}

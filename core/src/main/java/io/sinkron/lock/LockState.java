package io.sinkron.lock;

import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer.RefusedCycle;
import io.sinkron.lock.LockModel.Hold;
import io.sinkron.lock.LockModel.Level;
import io.sinkron.lock.LockModel.Lock;
import io.sinkron.lock.LockModel.Owner;
import io.sinkron.lock.LockModel.Session;
import io.sinkron.lock.LockModel.Ticket;
import io.sinkron.lock.LockModel.Wait;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The whole replicated state of the lock table: what exists, and the indexes to find it by. What is free or idle is dropped at once, so
 * nothing is left of a lock's name after its last holder. Not thread-safe.
 */
final class LockState {
    /** So many grants more than its depth a hold remembers, for a give-back that comes after other levels were released. */
    private static final int SPARE_LEVELS = 8;

    final LockLimits limits;
    /** By id, in order of their opening. */
    final LinkedHashMap<String, Session> sessions = new LinkedHashMap<>();
    /** By name, in order of their making. */
    final LinkedHashMap<String, Lock> locks = new LinkedHashMap<>();
    /** Those of {@link #locks} that somebody waits for. */
    final LinkedHashMap<String, Lock> contended = new LinkedHashMap<>();
    /** The newest last. */
    final ArrayDeque<RefusedCycle> refusedCycles = new ArrayDeque<>();

    /** The commands that wait, by the node they came from. The outer map is never iterated. */
    private final HashMap<NodeId, LinkedHashMap<CommandId, Ticket>> tickets = new HashMap<>();
    /** The grants of current holds by the commands they answered, for give-backs. Never iterated. */
    private final HashMap<CommandId, Level> grants = new HashMap<>();

    private long lastOrder;
    private int ticketCount;
    private int holdCount;

    LockState(LockLimits limits) {
        this.limits = limits;
    }

    long lastOrder() {
        return lastOrder;
    }

    void restoreOrder(long order) {
        lastOrder = order;
    }

    long nextOrder() {
        return ++lastOrder;
    }

    int holdCount() {
        return holdCount;
    }

    int ticketCount() {
        return ticketCount;
    }

    /** The owner of this name in the session; made if there is none. */
    Owner owner(Session session, LockOwner id) {
        Owner owner = session.owners.get(id.name());
        if (owner == null) {
            owner = new Owner(id, session);
            session.owners.put(id.name(), owner);
        }
        return owner;
    }

    /** Drops an owner that neither holds nor waits. */
    void tidy(Owner owner) {
        if (owner.isIdle()) {
            owner.session.owners.remove(owner.id.name(), owner);
        }
    }

    /** The lock of this name; made if there is none. */
    Lock lock(String name) {
        Lock lock = locks.get(name);
        if (lock == null) {
            lock = new Lock(name);
            locks.put(name, lock);
        }
        return lock;
    }

    /** Drops a lock that is free, and forgets that it is contended if nobody waits. */
    void tidy(Lock lock) {
        if (!lock.hasPlaces()) {
            if (!contended.isEmpty()) {
                contended.remove(lock.name, lock);
            }
            if (lock.holders == 0) {
                locks.remove(lock.name, lock);
            }
        }
    }

    void addHold(Hold hold) {
        hold.link();
        holdCount++;
    }

    /** Takes a hold out with all its levels. */
    void removeHold(Hold hold) {
        hold.unlink();
        holdCount--;
        for (Level level = hold.firstLevel; level != null; level = level.next) {
            forgetIds(level);
        }
    }

    void addGrant(Level level, CommandId id) {
        level.ids = Few.with(level.ids, id);
        grants.put(id, level);
    }

    /** The grant that a command was answered with, while its hold lasts; or null. */
    Level grant(CommandId id) {
        return grants.get(id);
    }

    void removeGrant(Level level, CommandId id) {
        level.ids = Few.without(level.ids, id);
        grants.remove(id);
    }

    void removeLevel(Level level) {
        forgetIds(level);
        level.hold.removeLevel(level);
    }

    /** Keeps a hold that is acquired and released re-entrantly for ever from remembering each of these grants. */
    void trimLevels(Hold hold) {
        while (hold.levels > hold.depth + SPARE_LEVELS) {
            removeLevel(hold.firstLevel);
        }
    }

    private void forgetIds(Level level) {
        for (CommandId id : level.ids) {
            grants.remove(id);
        }
    }

    Ticket ticket(CommandId id) {
        LinkedHashMap<CommandId, Ticket> ofOrigin = tickets.get(id.origin());
        return ofOrigin == null ? null : ofOrigin.get(id);
    }

    void addTicket(Ticket ticket) {
        ticket.request().tickets = Few.with(ticket.request().tickets, ticket);
        tickets.computeIfAbsent(ticket.id().origin(), origin -> new LinkedHashMap<>())
                .put(ticket.id(), ticket);
        ticketCount++;
    }

    /** Forgets that a command waits; its wait's own list is the caller's. */
    void removeTicket(Ticket ticket) {
        LinkedHashMap<CommandId, Ticket> ofOrigin = tickets.get(ticket.id().origin());
        ofOrigin.remove(ticket.id());
        if (ofOrigin.isEmpty()) {
            tickets.remove(ticket.id().origin());
        }
        ticketCount--;
    }

    /** The commands of a node's lower incarnations that wait, in order of their ids. */
    List<Ticket> ticketsOf(NodeId origin, long belowIncarnation) {
        LinkedHashMap<CommandId, Ticket> ofOrigin = tickets.get(origin);
        List<Ticket> old = new ArrayList<>();
        if (ofOrigin != null) {
            for (Ticket ticket : ofOrigin.values()) {
                if (ticket.id().incarnation() < belowIncarnation) {
                    old.add(ticket);
                }
            }
            old.sort(Comparator.comparingLong((Ticket ticket) -> ticket.id().incarnation())
                    .thenComparingLong(ticket -> ticket.id().sequence()));
        }
        return old;
    }

    /** The acquire of this idempotency key that waits in the session, or null. */
    static Wait keyedWait(Session session, String key) {
        return session.keyedWaits == null ? null : session.keyedWaits.get(key);
    }

    static void addKeyedWait(Wait wait) {
        Session session = wait.owner.session;
        if (wait.remember != null) {
            if (session.keyedWaits == null) {
                session.keyedWaits = new HashMap<>(4);
            }
            session.keyedWaits.put(wait.remember.key(), wait);
        }
    }

    static void removeKeyedWait(Wait wait) {
        if (wait.remember != null && wait.owner.session.keyedWaits != null) {
            wait.owner.session.keyedWaits.remove(wait.remember.key(), wait);
        }
    }

    /** Enters a place in the indexes; its list in the lock is the caller's. */
    void addPlace(Wait wait) {
        wait.owner.setPlace(wait);
        contended.put(wait.lock.name, wait.lock);
    }

    void addRefusedCycle(RefusedCycle cycle) {
        if (refusedCycles.size() == limits.refusedCyclesKept()) {
            refusedCycles.removeFirst();
        }
        refusedCycles.addLast(cycle);
    }
}

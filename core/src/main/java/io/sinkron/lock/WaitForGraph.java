package io.sinkron.lock;

import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockModel.Hold;
import io.sinkron.lock.LockModel.Lock;
import io.sinkron.lock.LockModel.Owner;
import io.sinkron.lock.LockModel.Wait;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * The deadlock detector: looks for a cycle through one owner in the wait-for graph, whose nodes are owners and whose edges follow from
 * the table itself, so there is nothing to keep in step with it.
 *
 * <p>A place in a queue waits for
 *
 * <ul>
 *   <li>every other holder of an incompatible mode (hard edges), and
 *   <li>the nearest incompatible waiters ahead (soft edges; PostgreSQL's README of its lock manager, "the deadlock detection algorithm"):
 *       one exclusive waiter, or all members of a run of shared ones. Whatever stands further ahead is reached through these.
 * </ul>
 *
 * An upgrade stands before the queue, among upgrades only; each of those holds the lock, so its hard edges say it all.
 *
 * <p>Only edges that touch the newly placed owner are new, and an owner that is newly passed to others was already reachable from them, so
 * a cycle that a request closes leads through that request: one search from it is enough. The search goes breadth-first and stops at
 * the requester, which gives a shortest cycle and doesn't take converging waits (a diamond), or a cycle elsewhere that was let in
 * on demand, for one of the requester's. It is iterative. Each waiter is walked over once and each lock's holders once a search, so its
 * cost is linear in what is reachable, also behind a hundred thousand readers. Not thread-safe.
 */
final class WaitForGraph {
    /** So many holds of the requester are looked at to find out cheaply that nobody waits for it. */
    private static final int HOLDS_SCANNED = 32;

    /** Owners in order of being reached; those from {@link #next} on are still to be looked at. */
    private final ArrayList<Owner> reached = new ArrayList<>();

    private int next;
    private long search;
    private Owner target;
    private long steps;

    /**
     * A cycle that a new place closes, from its owner back to it.
     *
     * @param place already in its queue
     * @return empty if there is none
     */
    List<CycleStep> cycleThrough(Wait place) {
        return canBeWaitedFor(place) ? search(place.owner, List.of(place)) : List.of();
    }

    /** A cycle through any of the owner's places; empty if there is none. */
    List<CycleStep> cycleThrough(Owner owner) {
        return search(owner, owner.places());
    }

    /** Waiters and holders that all searches together have looked at: what tests bound instead of time. */
    long steps() {
        return steps;
    }

    /** Whether anybody may wait for the owner of a new place; true in doubt. */
    private static boolean canBeWaitedFor(Wait place) {
        if (place.upgrade || place.owner.placeCount() > 1) {
            return true;
        }
        Hold hold = place.owner.firstHold;
        for (int i = 0; i < HOLDS_SCANNED && hold != null; i++) {
            if (hold.lock.hasPlaces()) {
                return true;
            }
            hold = hold.nextOfOwner;
        }
        return hold != null;
    }

    private List<CycleStep> search(Owner from, Collection<Wait> places) {
        search++;
        target = from;
        from.searched = search;
        boolean found = reachFrom(places);
        while (!found && next < reached.size()) {
            found = reachFrom(reached.get(next++).places());
        }
        List<CycleStep> cycle = found ? cycleBackTo(from) : List.of();
        forget();
        return cycle;
    }

    /** Lets go of what was found, so that an owner that stays keeps none alive that has gone. */
    private void forget() {
        for (Owner owner : reached) {
            owner.reachedBy = null;
        }
        target.reachedBy = null;
        target = null;
        reached.clear();
        next = 0;
    }

    private boolean reachFrom(Collection<Wait> places) {
        for (Wait place : places) {
            if (reachHolders(place) || !place.upgrade && reachAhead(place)) {
                return true;
            }
        }
        return false;
    }

    private boolean reachHolders(Wait place) {
        Lock lock = place.lock;
        if (lock.holders == 0 || place.mode.isCompatibleWith(lock.firstHold.mode) || lock.searched == search) {
            return false;
        }
        // The requester passes over its own hold, which is what the others must not do: so it doesn't count as having
        // seen them all.
        if (place.owner != target) {
            lock.searched = search;
        }
        for (Hold hold = lock.firstHold; hold != null; hold = hold.nextInLock) {
            if (hold.owner != place.owner && reach(hold.owner, place, hold.mode)) {
                return true;
            }
        }
        return false;
    }

    private boolean reachAhead(Wait place) {
        Wait ahead = place.prev;
        if (place.mode == LockMode.SHARED) {
            while (ahead != null && ahead.mode == LockMode.SHARED) {
                steps++;
                if (ahead.searched == search) {
                    return false;
                }
                ahead.searched = search;
                ahead = ahead.prev;
            }
        } else if (ahead != null && ahead.mode == LockMode.SHARED) {
            while (ahead != null && ahead.mode == LockMode.SHARED) {
                if (reach(ahead.owner, place, LockMode.SHARED)) {
                    return true;
                }
                ahead = ahead.prev;
            }
            return false;
        }
        if (ahead == null) {
            ahead = place.lock.upgrades.last;
        }
        return ahead != null && reach(ahead.owner, place, LockMode.EXCLUSIVE);
    }

    private boolean reach(Owner owner, Wait by, LockMode mode) {
        steps++;
        if (owner == target) {
            owner.reachedBy = by;
            owner.reachedMode = mode;
            return true;
        }
        if (owner.searched != search) {
            owner.searched = search;
            owner.reachedBy = by;
            owner.reachedMode = mode;
            reached.add(owner);
        }
        return false;
    }

    private static List<CycleStep> cycleBackTo(Owner requester) {
        List<CycleStep> cycle = new ArrayList<>();
        Owner to = requester;
        do {
            Wait by = to.reachedBy;
            cycle.add(new CycleStep(by.owner.id, by.label, by.lock.name, by.mode, to.id, to.reachedMode));
            to = by.owner;
        } while (to != requester);
        Collections.reverse(cycle);
        return cycle;
    }
}

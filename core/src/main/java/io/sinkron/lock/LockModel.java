package io.sinkron.lock;

import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Remember;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The linked records that the lock table is made of, and nothing but their links: who may hold what is decided elsewhere.
 *
 * <pre>
 *   Session ── Owner ──┬── Hold ── Lock        an owner's holds in order of their grants, a lock's likewise
 *                      └── Wait ── Lock        at most one place an owner and lock; its further requests follow that place
 * </pre>
 *
 * The lists are intrusive, so that a hold or a wait leaves from the middle of a hundred thousand in constant time, and so that an
 * uncontended acquire allocates little. They live in one file because they point at each other. Not thread-safe.
 */
final class LockModel {
    /** Above this many holders a lock finds an owner's hold through a map instead of by looking at each. */
    private static final int HOLDERS_SCANNED = 8;

    private LockModel() {}

    /** An open session. */
    static final class Session {
        final String id;
        final String label;
        final long ttlMillis;
        final NodeId node;
        /** Those that hold or wait; in order of their coming. */
        final LinkedHashMap<String, Owner> owners = new LinkedHashMap<>();
        /** Null until a key is used. */
        IdempotencyMemory memory;
        /** Waiting acquires by their idempotency key; null until one waits. Never iterated. */
        HashMap<String, Wait> keyedWaits;

        Session(String id, String label, long ttlMillis, NodeId node) {
            this.id = id;
            this.label = label;
            this.ttlMillis = ttlMillis;
            this.node = node;
        }
    }

    /** Somebody who holds or waits; gone as soon as it does neither. */
    static final class Owner {
        final LockOwner id;
        final Session session;
        Hold firstHold;
        Hold lastHold;
        int holds;
        /** Its places by the lock's name, in order of their coming; null until it waits. */
        private LinkedHashMap<String, Wait> places;
        /** Scratch of {@link WaitForGraph}: the last search that came here, by which wait, and how this owner stands in its way. */
        long searched;

        Wait reachedBy;
        LockMode reachedMode;

        Owner(LockOwner id, Session session) {
            this.id = id;
            this.session = session;
        }

        boolean isIdle() {
            return holds == 0 && placeCount() == 0;
        }

        int placeCount() {
            return places == null ? 0 : places.size();
        }

        /** Where it stands in this lock's queue, or null. */
        Wait place(Lock lock) {
            return places == null ? null : places.get(lock.name);
        }

        Collection<Wait> places() {
            return places == null ? Collections.emptyList() : places.values();
        }

        /** Sets or, keeping its rank among the places, replaces the place in a lock. */
        void setPlace(Wait wait) {
            if (places == null) {
                places = new LinkedHashMap<>(4);
            }
            places.put(wait.lock.name, wait);
        }

        void removePlace(Wait wait) {
            places.remove(wait.lock.name);
        }
    }

    /** A lock that somebody holds or waits for. */
    static final class Lock {
        final String name;
        Hold firstHold;
        Hold lastHold;
        int holders;
        /** Null for a few holders. Never iterated. */
        private HashMap<LockOwner, Hold> holdsByOwner;
        /** Shared holders that ask for exclusive; they stand before the queue. */
        final WaitList upgrades = new WaitList();
        /** Everybody else, first come first. */
        final WaitList queue = new WaitList();
        /** Waits in both, with those that follow a place. */
        int waits;
        /** Scratch of {@link WaitForGraph}: the last search that has seen all holders. */
        long searched;

        Lock(String name) {
            this.name = name;
        }

        boolean isFree() {
            return holders == 0 && !hasPlaces();
        }

        boolean hasPlaces() {
            return queue.first != null || upgrades.first != null;
        }

        /** Whether the holders let another owner in. */
        boolean admits(LockMode mode) {
            return holders == 0 || mode.isCompatibleWith(firstHold.mode);
        }

        /** Who is to be granted next: nobody passes an upgrade, nobody passes the head of the queue; null if both must wait. */
        Wait next() {
            if (upgrades.first != null) {
                return holders == 1 ? upgrades.first : null;
            }
            Wait head = queue.first;
            return head != null && admits(head.mode) ? head : null;
        }

        Hold holdOf(LockOwner owner) {
            if (holdsByOwner != null) {
                return holdsByOwner.get(owner);
            }
            for (Hold hold = firstHold; hold != null; hold = hold.nextInLock) {
                if (hold.owner.id.equals(owner)) {
                    return hold;
                }
            }
            return null;
        }

        WaitList listOf(Wait place) {
            return place.upgrade ? upgrades : queue;
        }

        private void addHold(Hold hold) {
            hold.prevInLock = lastHold;
            if (lastHold == null) {
                firstHold = hold;
            } else {
                lastHold.nextInLock = hold;
            }
            lastHold = hold;
            holders++;
            if (holdsByOwner != null) {
                holdsByOwner.put(hold.owner.id, hold);
            } else if (holders > HOLDERS_SCANNED) {
                holdsByOwner = new HashMap<>();
                for (Hold each = firstHold; each != null; each = each.nextInLock) {
                    holdsByOwner.put(each.owner.id, each);
                }
            }
        }

        private void removeHold(Hold hold) {
            if (hold.prevInLock == null) {
                firstHold = hold.nextInLock;
            } else {
                hold.prevInLock.nextInLock = hold.nextInLock;
            }
            if (hold.nextInLock == null) {
                lastHold = hold.prevInLock;
            } else {
                hold.nextInLock.prevInLock = hold.prevInLock;
            }
            holders--;
            if (holdsByOwner != null) {
                holdsByOwner.remove(hold.owner.id);
                if (holders == 0) {
                    holdsByOwner = null;
                }
            }
        }
    }

    /** An owner's hold on a lock. */
    static final class Hold {
        final Owner owner;
        final Lock lock;
        LockMode mode;
        long token;
        int depth;
        /** Rank among all holds by the time of the grant. */
        final long order;
        /** The grants that made it, oldest first; a few more than its depth are kept. */
        Level firstLevel;

        Level lastLevel;
        int levels;
        Hold prevInLock;
        Hold nextInLock;
        Hold prevOfOwner;
        Hold nextOfOwner;

        Hold(Owner owner, Lock lock, LockMode mode, long token, long order) {
            this.owner = owner;
            this.lock = lock;
            this.mode = mode;
            this.token = token;
            this.order = order;
        }

        /** Enters it at the end of the owner's list and of the lock's. */
        void link() {
            lock.addHold(this);
            prevOfOwner = owner.lastHold;
            if (owner.lastHold == null) {
                owner.firstHold = this;
            } else {
                owner.lastHold.nextOfOwner = this;
            }
            owner.lastHold = this;
            owner.holds++;
        }

        void unlink() {
            lock.removeHold(this);
            if (prevOfOwner == null) {
                owner.firstHold = nextOfOwner;
            } else {
                prevOfOwner.nextOfOwner = nextOfOwner;
            }
            if (nextOfOwner == null) {
                owner.lastHold = prevOfOwner;
            } else {
                nextOfOwner.prevOfOwner = prevOfOwner;
            }
            owner.holds--;
        }

        void addLevel(Level level) {
            if (lastLevel == null) {
                firstLevel = level;
            } else {
                lastLevel.next = level;
            }
            lastLevel = level;
            levels++;
        }

        void removeLevel(Level gone) {
            Level before = null;
            Level each = firstLevel;
            while (each != gone) {
                before = each;
                each = each.next;
            }
            if (before == null) {
                firstLevel = gone.next;
            } else {
                before.next = gone.next;
            }
            if (lastLevel == gone) {
                lastLevel = before;
            }
            levels--;
        }
    }

    /** One grant, and the commands that were answered with it: several where one idempotency key was used repeatedly. */
    static final class Level {
        final Hold hold;
        /** The idempotency key, or null. */
        final String key;
        /** Of an upgrade: the token that the shared hold had before; 0 for a grant that isn't one. */
        long tokenBefore;

        Collection<CommandId> ids = List.of();
        Level next;

        Level(Hold hold, String key, long tokenBefore) {
            this.hold = hold;
            this.key = key;
            this.tokenBefore = tokenBefore;
        }

        boolean isUpgrade() {
            return tokenBefore != 0;
        }
    }

    /** A request that waits: it has a place in the lock's queue, or follows the place that its owner already has there. */
    static final class Wait {
        final Owner owner;
        final Lock lock;
        final LockMode mode;
        final String label;
        final DeadlockPolicy onDeadlock;
        /** Or null. */
        final Remember remember;
        /** The commands to answer; several where one idempotency key was used repeatedly. */
        Collection<Ticket> tickets = List.of();
        /** Rank among all places by the time of their coming. */
        long order;
        /** Whether it stands among the upgrades: its owner holds the lock shared. */
        boolean upgrade;
        /** The owner's further requests for this lock; null until there is one. */
        WaitList followers;

        Wait prev;
        Wait next;
        /** Scratch of {@link WaitForGraph}: the last search that walked over it. */
        long searched;
        /** Scratch of {@link LockReader}: where it stands, from 1. */
        int position;

        Wait(Owner owner, Lock lock, LockMode mode, String label, DeadlockPolicy onDeadlock, Remember remember) {
            this.owner = owner;
            this.lock = lock;
            this.mode = mode;
            this.label = label;
            this.onDeadlock = onDeadlock;
            this.remember = remember;
        }

        void addFollower(Wait wait) {
            if (followers == null) {
                followers = new WaitList();
            }
            followers.addLast(wait);
        }

        Wait firstFollower() {
            return followers == null ? null : followers.first;
        }
    }

    /** A command that waits for its answer, and since when in cluster time. A command waits once, so its id says it all. */
    record Ticket(CommandId id, long sinceMillis, Wait request) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Ticket that && id.equals(that.id);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }
    }

    /** A list of waits with constant-time removal. A wait is in one list at a time. */
    static final class WaitList {
        Wait first;
        Wait last;

        void addLast(Wait wait) {
            wait.prev = last;
            wait.next = null;
            if (last == null) {
                first = wait;
            } else {
                last.next = wait;
            }
            last = wait;
        }

        void addFirst(Wait wait) {
            wait.prev = null;
            wait.next = first;
            if (first == null) {
                last = wait;
            } else {
                first.prev = wait;
            }
            first = wait;
        }

        void remove(Wait wait) {
            if (wait.prev == null) {
                first = wait.next;
            } else {
                wait.prev.next = wait.next;
            }
            if (wait.next == null) {
                last = wait.prev;
            } else {
                wait.next.prev = wait.prev;
            }
            wait.prev = null;
            wait.next = null;
        }

        /** Puts another wait at the very place of one that leaves. */
        void replace(Wait gone, Wait heir) {
            heir.prev = gone.prev;
            heir.next = gone.next;
            if (gone.prev == null) {
                first = heir;
            } else {
                gone.prev.next = heir;
            }
            if (gone.next == null) {
                last = heir;
            } else {
                gone.next.prev = heir;
            }
            gone.prev = null;
            gone.next = null;
        }
    }
}

package io.sinkron.lock;

import io.sinkron.lock.LockAnswer.GraphEdge;
import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockAnswer.Holder;
import io.sinkron.lock.LockAnswer.LockView;
import io.sinkron.lock.LockAnswer.LockViews;
import io.sinkron.lock.LockAnswer.SessionExpired;
import io.sinkron.lock.LockAnswer.SessionHold;
import io.sinkron.lock.LockAnswer.SessionView;
import io.sinkron.lock.LockAnswer.SessionViews;
import io.sinkron.lock.LockAnswer.SessionWait;
import io.sinkron.lock.LockAnswer.Waiter;
import io.sinkron.lock.LockModel.Hold;
import io.sinkron.lock.LockModel.Lock;
import io.sinkron.lock.LockModel.Owner;
import io.sinkron.lock.LockModel.Session;
import io.sinkron.lock.LockModel.Wait;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/** What people and programs see of the lock table. Changes nothing of it; unlike its steps, a read may be linear in what it shows. */
final class LockReader {
    private static final int MAX_PAGE = 10_000;

    private final LockState state;

    LockReader(LockState state) {
        this.state = state;
    }

    /** The first holders, in order of their grants. */
    static List<Holder> holders(Lock lock, int most) {
        List<Holder> holders = new ArrayList<>(Math.min(most, lock.holders));
        for (Hold hold = lock.firstHold; hold != null && holders.size() < most; hold = hold.nextInLock) {
            holders.add(new Holder(hold.owner.id, hold.mode, hold.token, hold.depth));
        }
        return holders;
    }

    LockView lock(String name, long stampMillis) {
        Lock lock = state.locks.get(name);
        return lock == null ? new LockView(name, List.of(), List.of()) : view(lock, stampMillis);
    }

    private LockView view(Lock lock, long stampMillis) {
        List<Waiter> waiters = new ArrayList<>();
        for (Wait wait : places(lock)) {
            long since = wait.tickets.iterator().next().sinceMillis();
            waiters.add(new Waiter(wait.owner.id, wait.mode, waiters.size() + 1, Math.max(0, stampMillis - since)));
        }
        return new LockView(lock.name, holders(lock, Integer.MAX_VALUE), waiters);
    }

    /** All places in their order: upgrades stand before the queue. */
    private static List<Wait> places(Lock lock) {
        List<Wait> places = new ArrayList<>();
        for (Wait wait = lock.upgrades.first; wait != null; wait = wait.next) {
            places.add(wait);
        }
        for (Wait wait = lock.queue.first; wait != null; wait = wait.next) {
            places.add(wait);
        }
        return places;
    }

    /** One page of the locks, in order of the bytes of their names. */
    LockViews locks(LockCommand.ReadLocks page, long stampMillis) {
        int limit = Math.max(1, Math.min(MAX_PAGE, page.limit()));
        // Keeps the smallest names found so far, the greatest of them on top: one more than asked for, to know whether
        // there is a next page.
        PriorityQueue<String> smallest = new PriorityQueue<>((a, b) -> Names.compare(b, a));
        for (String name : state.locks.keySet()) {
            if (name.startsWith(page.prefix())
                    && Names.compare(name, page.after()) > 0
                    && (smallest.size() <= limit || Names.compare(name, smallest.peek()) < 0)) {
                smallest.add(name);
                if (smallest.size() > limit + 1) {
                    smallest.poll();
                }
            }
        }
        List<String> names = new ArrayList<>(smallest);
        names.sort(Names::compare);
        List<LockView> views = new ArrayList<>();
        for (String name : names.subList(0, Math.min(limit, names.size()))) {
            views.add(view(state.locks.get(name), stampMillis));
        }
        return new LockViews(views, names.size() > limit ? names.get(limit - 1) : "");
    }

    /** The edges, lock by lock in order of the names and place by place, and the refused cycles. */
    GraphView graph() {
        List<Lock> contended = new ArrayList<>(state.contended.values());
        contended.sort((a, b) -> Names.compare(a.name, b.name));
        List<GraphEdge> edges = new ArrayList<>();
        int most = state.limits.graphEdgesShown();
        for (Lock lock : contended) {
            for (Wait place : places(lock)) {
                for (Hold hold = lock.firstHold; hold != null && edges.size() < most; hold = hold.nextInLock) {
                    if (hold.owner != place.owner && !place.mode.isCompatibleWith(hold.mode)) {
                        edges.add(new GraphEdge(place.owner.id, hold.owner.id, lock.name));
                    }
                }
                addSoftEdges(place, edges, most);
            }
        }
        return new GraphView(edges, new ArrayList<>(state.refusedCycles));
    }

    private static void addSoftEdges(Wait place, List<GraphEdge> edges, int most) {
        if (place.upgrade) {
            return;
        }
        Wait ahead = place.prev;
        while (ahead != null && place.mode == LockMode.SHARED && ahead.mode == LockMode.SHARED) {
            ahead = ahead.prev;
        }
        if (ahead == null) {
            Wait upgrade = place.lock.upgrades.last;
            // An exclusive request has its edge to that owner already, because it holds the lock.
            if (upgrade != null && place.mode == LockMode.SHARED && edges.size() < most) {
                edges.add(new GraphEdge(place.owner.id, upgrade.owner.id, place.lock.name));
            }
            return;
        }
        LockMode group = ahead.mode;
        do {
            if (edges.size() < most) {
                edges.add(new GraphEdge(place.owner.id, ahead.owner.id, place.lock.name));
            }
            ahead = ahead.prev;
        } while (group == LockMode.SHARED && ahead != null && ahead.mode == LockMode.SHARED);
    }

    /** One session, or all in order of their ids. */
    LockAnswer sessions(String id) {
        List<Session> shown;
        if (id.isEmpty()) {
            shown = new ArrayList<>(state.sessions.values());
            shown.sort((a, b) -> Names.compare(a.id, b.id));
        } else {
            Session session = state.sessions.get(id);
            if (session == null) {
                return new SessionExpired(id);
            }
            shown = List.of(session);
        }
        Set<String> numbered = new HashSet<>();
        List<SessionView> views = new ArrayList<>(shown.size());
        for (Session session : shown) {
            views.add(view(session, numbered));
        }
        return new SessionViews(views);
    }

    private static SessionView view(Session session, Set<String> numbered) {
        List<SessionHold> holds = new ArrayList<>();
        List<SessionWait> waits = new ArrayList<>();
        for (Owner owner : session.owners.values()) {
            for (Hold hold = owner.firstHold; hold != null; hold = hold.nextOfOwner) {
                holds.add(new SessionHold(hold.lock.name, owner.id.name(), hold.mode, hold.token));
            }
            for (Wait place : owner.places()) {
                // Each queue is numbered once a read, however many of its waiters are shown.
                if (numbered.add(place.lock.name)) {
                    number(place.lock);
                }
                waits.add(new SessionWait(place.lock.name, owner.id.name(), place.mode, place.position));
            }
        }
        return new SessionView(session.id, session.label, session.ttlMillis, session.node, holds, waits);
    }

    private static void number(Lock lock) {
        int position = 0;
        for (Wait wait : places(lock)) {
            wait.position = ++position;
        }
    }
}

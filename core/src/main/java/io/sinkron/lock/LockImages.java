package io.sinkron.lock;

import io.sinkron.common.CommandId;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.lock.IdempotencyMemory.Remembered;
import io.sinkron.lock.IdempotencyMemory.Route;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockCommand.Remember;
import io.sinkron.lock.LockModel.Hold;
import io.sinkron.lock.LockModel.Level;
import io.sinkron.lock.LockModel.Lock;
import io.sinkron.lock.LockModel.Owner;
import io.sinkron.lock.LockModel.Session;
import io.sinkron.lock.LockModel.Ticket;
import io.sinkron.lock.LockModel.Wait;
import io.sinkron.lock.LockModel.WaitList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The lock table's state as immutable values, and back. Every order that can ever reach an effect is in them; the indexes are made anew.
 */
public final class LockImages {
    private LockImages() {}

    /**
     * A session.
     *
     * @param owners the names of those who hold or wait, in order of their coming
     * @param remembered the oldest first
     */
    public record SessionImage(
            String session,
            String label,
            long ttlMillis,
            NodeId node,
            List<String> owners,
            List<RememberedImage> remembered) {
        /** Takes immutable copies. */
        public SessionImage {
            owners = List.copyOf(owners);
            remembered = List.copyOf(remembered);
        }
    }

    /** An answer that an idempotency key stands for; of a release or else of an acquire. */
    public record RememberedImage(boolean release, String key, long fingerprint, LockAnswer answer) {}

    /**
     * A lock.
     *
     * @param holders in order of their grants
     * @param upgrades the shared holders that ask for exclusive, in order
     * @param queue everybody else, in order
     */
    public record LockImage(String lock, List<HoldImage> holders, List<WaitImage> upgrades, List<WaitImage> queue) {
        /** Takes immutable copies. */
        public LockImage {
            holders = List.copyOf(holders);
            upgrades = List.copyOf(upgrades);
            queue = List.copyOf(queue);
        }
    }

    /**
     * A hold.
     *
     * @param order its rank among all holds by the time of the grant
     * @param levels the grants that made it, oldest first
     */
    public record HoldImage(
            LockOwner owner, LockMode mode, long token, int depth, long order, List<LevelImage> levels) {
        /** Takes an immutable copy. */
        public HoldImage {
            levels = List.copyOf(levels);
        }
    }

    /**
     * A grant.
     *
     * @param tokenBefore of an upgrade: the shared hold's token; otherwise 0
     * @param ids the commands that were answered with it
     */
    public record LevelImage(Optional<String> key, long tokenBefore, List<CommandId> ids) {
        /** Takes an immutable copy. */
        public LevelImage {
            ids = List.copyOf(ids);
        }
    }

    /**
     * A request that waits.
     *
     * @param order its rank among all places by the time of their coming; 0 for one that follows another
     * @param tickets the commands to answer
     * @param followers the owner's further requests for the lock; empty for one that follows another
     */
    public record WaitImage(
            LockOwner owner,
            LockMode mode,
            String label,
            DeadlockPolicy onDeadlock,
            Optional<Remember> remember,
            long order,
            List<TicketImage> tickets,
            List<WaitImage> followers) {
        /** Takes immutable copies. */
        public WaitImage {
            tickets = List.copyOf(tickets);
            followers = List.copyOf(followers);
        }
    }

    /** A command that waits, and since when. */
    public record TicketImage(CommandId id, long sinceMillis) {}

    static List<SessionImage> sessions(LockState state) {
        List<SessionImage> images = new ArrayList<>(state.sessions.size());
        for (Session session : state.sessions.values()) {
            List<RememberedImage> remembered = new ArrayList<>();
            if (session.memory != null) {
                for (Remembered each : session.memory.all()) {
                    remembered.add(new RememberedImage(
                            each.route() == Route.RELEASE, each.key(), each.fingerprint(), each.answer()));
                }
            }
            images.add(new SessionImage(
                    session.id,
                    session.label,
                    session.ttlMillis,
                    session.node,
                    new ArrayList<>(session.owners.keySet()),
                    remembered));
        }
        return images;
    }

    static List<LockImage> locks(LockState state) {
        List<LockImage> images = new ArrayList<>(state.locks.size());
        for (Lock lock : state.locks.values()) {
            List<HoldImage> holders = new ArrayList<>(lock.holders);
            for (Hold hold = lock.firstHold; hold != null; hold = hold.nextInLock) {
                List<LevelImage> levels = new ArrayList<>(hold.levels);
                for (Level level = hold.firstLevel; level != null; level = level.next) {
                    levels.add(
                            new LevelImage(Optional.ofNullable(level.key), level.tokenBefore, List.copyOf(level.ids)));
                }
                holders.add(new HoldImage(hold.owner.id, hold.mode, hold.token, hold.depth, hold.order, levels));
            }
            images.add(new LockImage(lock.name, holders, waits(lock.upgrades), waits(lock.queue)));
        }
        return images;
    }

    private static List<WaitImage> waits(WaitList list) {
        List<WaitImage> images = new ArrayList<>();
        for (Wait wait = list == null ? null : list.first; wait != null; wait = wait.next) {
            List<TicketImage> tickets = new ArrayList<>(wait.tickets.size());
            for (Ticket ticket : wait.tickets) {
                tickets.add(new TicketImage(ticket.id(), ticket.sinceMillis()));
            }
            images.add(new WaitImage(
                    wait.owner.id,
                    wait.mode,
                    wait.label,
                    wait.onDeadlock,
                    Optional.ofNullable(wait.remember),
                    wait.order,
                    tickets,
                    waits(wait.followers)));
        }
        return images;
    }

    /** Fills an empty state. */
    static void restore(LockState state, List<SessionImage> sessions, List<LockImage> locks) {
        for (SessionImage image : sessions) {
            Session session = new Session(image.session(), image.label(), image.ttlMillis(), image.node());
            state.sessions.put(session.id, session);
            for (String owner : image.owners()) {
                state.owner(session, new LockOwner(session.id, owner));
            }
            if (!image.remembered().isEmpty()) {
                session.memory = new IdempotencyMemory(state.limits.rememberedPerSession());
            }
            for (RememberedImage each : image.remembered()) {
                Route route = each.release() ? Route.RELEASE : Route.ACQUIRE;
                session.memory.put(new Remembered(route, each.key(), each.fingerprint(), each.answer()));
            }
        }
        List<Wait> places = new ArrayList<>();
        restoreHolds(state, locks);
        for (LockImage image : locks) {
            Lock lock = state.lock(image.lock());
            restoreWaits(state, lock, lock.upgrades, image.upgrades(), places);
            restoreWaits(state, lock, lock.queue, image.queue(), places);
        }
        places.sort(Comparator.comparingLong(place -> place.order));
        places.forEach(state::addPlace);
    }

    /** In order of their grants over all locks, which is the order in the list of each owner and of each lock. */
    private static void restoreHolds(LockState state, List<LockImage> locks) {
        List<Hold> holds = new ArrayList<>();
        for (LockImage image : locks) {
            Lock lock = state.lock(image.lock());
            for (HoldImage each : image.holders()) {
                Hold hold = new Hold(owner(state, each.owner()), lock, each.mode(), each.token(), each.order());
                hold.depth = each.depth();
                for (LevelImage level : each.levels()) {
                    Level restored = new Level(hold, level.key().orElse(null), level.tokenBefore());
                    hold.addLevel(restored);
                    level.ids().forEach(id -> state.addGrant(restored, id));
                }
                holds.add(hold);
            }
        }
        holds.sort(Comparator.comparingLong(hold -> hold.order));
        holds.forEach(state::addHold);
    }

    private static void restoreWaits(
            LockState state, Lock lock, WaitList list, List<WaitImage> images, List<Wait> places) {
        for (WaitImage image : images) {
            Wait place = restoreWait(state, lock, image);
            place.upgrade = list == lock.upgrades;
            place.order = image.order();
            list.addLast(place);
            places.add(place);
            for (WaitImage follower : image.followers()) {
                place.addFollower(restoreWait(state, lock, follower));
            }
        }
    }

    private static Wait restoreWait(LockState state, Lock lock, WaitImage image) {
        Owner owner = owner(state, image.owner());
        Wait wait = new Wait(
                owner,
                lock,
                image.mode(),
                image.label(),
                image.onDeadlock(),
                image.remember().orElse(null));
        image.tickets().forEach(each -> state.addTicket(new Ticket(each.id(), each.sinceMillis(), wait)));
        LockState.addKeyedWait(wait);
        lock.waits++;
        return wait;
    }

    private static Owner owner(LockState state, LockOwner id) {
        Session session = state.sessions.get(id.session());
        InvariantViolation.check(session != null, "a snapshot names an owner of a session that it lacks");
        return state.owner(session, id);
    }
}

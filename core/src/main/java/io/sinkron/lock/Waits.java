package io.sinkron.lock;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockAnswer.Deadlock;
import io.sinkron.lock.LockAnswer.RefusedCycle;
import io.sinkron.lock.LockAnswer.SessionExpired;
import io.sinkron.lock.LockAnswer.TooMany;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockModel.Hold;
import io.sinkron.lock.LockModel.Level;
import io.sinkron.lock.LockModel.Lock;
import io.sinkron.lock.LockModel.Owner;
import io.sinkron.lock.LockModel.Ticket;
import io.sinkron.lock.LockModel.Wait;
import java.util.ArrayDeque;
import java.util.List;

/**
 * How a request queues, is granted in its turn, and leaves. An owner has at most one place in a lock's queue. What else it asks for there
 * follows that place: it is granted with it, re-entrantly or as an upgrade, and inherits the place if that request leaves without a
 * grant. So no owner ever waits for itself, and the nodes of the wait-for graph stay owners. Not thread-safe.
 */
final class Waits {
    private final LockState state;
    private final Holds holds;
    private final WaitForGraph graph;

    Waits(LockState state, Holds holds, WaitForGraph graph) {
        this.state = state;
        this.holds = holds;
        this.graph = graph;
    }

    /**
     * Queues a request of which the caller has found that it can't be granted now. Answers {@link Deadlock} instead if its wait would close a
     * cycle.
     */
    void enqueue(Wait wait, CommandId id, Turn turn) {
        state.addTicket(new Ticket(id, turn.stampMillis(), wait));
        LockState.addKeyedWait(wait);
        wait.lock.waits++;
        Wait place = wait.owner.place(wait.lock);
        boolean waits = true;
        if (place == null) {
            waits = takePlace(wait, wait.lock.holdOf(wait.owner.id) != null, turn);
        } else {
            place.addFollower(wait);
        }
        if (waits) {
            turn.changed(wait.lock.name, wait.owner.id, "waiting");
        } else {
            state.tidy(wait.owner);
            state.tidy(wait.lock);
        }
    }

    /** Lets another command wait for the answer of a request that waits already. */
    void join(Wait wait, CommandId id, Turn turn) {
        state.addTicket(new Ticket(id, turn.stampMillis(), wait));
    }

    /** Grants whoever's turn it is, then drops the lock if it is free. Everything that frees something calls this last. */
    void advance(Lock lock, Turn turn) {
        ArrayDeque<Wait> leaders = null;
        while (true) {
            Wait next = lock.next();
            if (next != null) {
                leavePlace(next);
                grant(next, turn);
                if (next.firstFollower() != null) {
                    leaders = leaders == null ? new ArrayDeque<>() : leaders;
                    leaders.add(next);
                }
            } else if (leaders != null && !leaders.isEmpty()) {
                admitFollowers(leaders.poll(), turn);
            } else {
                break;
            }
        }
        state.tidy(lock);
    }

    /** Ends one command's wait with this answer; its request stays as long as another command waits for it. */
    void end(Ticket ticket, Answer answer, Turn turn) {
        Lock lock = ticket.request().lock;
        endTicket(ticket, answer, turn);
        advance(lock, turn);
    }

    /** Like {@link #end}, but the caller lets the lock advance when all that must leave have left. */
    void endTicket(Ticket ticket, Answer answer, Turn turn) {
        Wait wait = ticket.request();
        wait.tickets = Few.without(wait.tickets, ticket);
        state.removeTicket(ticket);
        turn.answer(ticket.id(), answer);
        if (wait.tickets.isEmpty()) {
            leave(wait, turn);
        }
    }

    /** Ends every wait of an owner whose session is over. The caller lets the locks advance. */
    void endAll(Owner owner, List<Lock> touched, Turn turn) {
        SessionExpired answer = new SessionExpired(owner.session.id);
        for (Wait place : List.copyOf(owner.places())) {
            leavePlace(place);
            answerAll(place, answer, turn);
            for (Wait follower = place.firstFollower(); follower != null; follower = follower.next) {
                answerAll(follower, answer, turn);
            }
            touched.add(place.lock);
        }
    }

    /** Returns whether the request waits from now on; if not it has been refused. */
    private boolean takePlace(Wait wait, boolean upgrade, Turn turn) {
        wait.upgrade = upgrade;
        wait.order = state.nextOrder();
        wait.lock.listOf(wait).addLast(wait);
        state.addPlace(wait);
        if (wait.onDeadlock == DeadlockPolicy.REJECT) {
            List<CycleStep> cycle = graph.cycleThrough(wait);
            if (!cycle.isEmpty()) {
                leavePlace(wait);
                refuse(wait, cycle, turn);
                return false;
            }
        }
        return true;
    }

    private void leavePlace(Wait wait) {
        wait.lock.listOf(wait).remove(wait);
        wait.owner.removePlace(wait);
    }

    private void refuse(Wait wait, List<CycleStep> cycle, Turn turn) {
        state.addRefusedCycle(new RefusedCycle(turn.stampMillis(), cycle));
        answerAll(wait, new Deadlock(wait.lock.name, cycle), turn);
        turn.changed(wait.lock.name, wait.owner.id, "deadlock");
    }

    private void grant(Wait wait, Turn turn) {
        Hold held = wait.lock.holdOf(wait.owner.id);
        if (held != null && held.depth >= state.limits.maxDepth() && Holds.isReentrant(held, wait.mode)) {
            answerAll(wait, new TooMany("maxDepth", state.limits.maxDepth()), turn);
            return;
        }
        Level level = holds.grant(wait.owner, wait.lock, wait.mode, wait.remember, turn);
        for (Ticket ticket : wait.tickets) {
            state.addGrant(level, ticket.id());
        }
        answerAll(wait, holds.answer(level.hold, wait.remember), turn);
    }

    /** Answers all commands of a request that has left its list. */
    private void answerAll(Wait wait, Answer answer, Turn turn) {
        LockState.removeKeyedWait(wait);
        wait.lock.waits--;
        for (Ticket ticket : wait.tickets) {
            state.removeTicket(ticket);
            turn.answer(ticket.id(), answer);
        }
        wait.tickets = List.of();
    }

    /**
     * The place of a request has been granted: what followed it is granted as well, as a holder's requests don't queue. One that asks a shared
     * holder for exclusive becomes an upgrade, which is where it may close a cycle; the rest follows that one.
     */
    private void admitFollowers(Wait leader, Turn turn) {
        Lock lock = leader.lock;
        Owner owner = leader.owner;
        for (Wait wait = leader.firstFollower(); wait != null; wait = leader.firstFollower()) {
            leader.followers.remove(wait);
            Hold hold = lock.holdOf(owner.id);
            Wait place = owner.place(lock);
            if (Holds.isReentrant(hold, wait.mode)) {
                grant(wait, turn);
            } else if (place != null) {
                place.addFollower(wait);
            } else {
                takePlace(wait, true, turn);
            }
        }
    }

    /** A request leaves without a grant; the first that follows it inherits its place. */
    private void leave(Wait wait, Turn turn) {
        LockState.removeKeyedWait(wait);
        wait.lock.waits--;
        Wait place = wait.owner.place(wait.lock);
        if (place != wait) {
            place.followers.remove(wait);
            return;
        }
        Wait gone = wait;
        for (Wait heir = gone.firstFollower(); heir != null; heir = gone.firstFollower()) {
            inherit(gone, heir);
            List<CycleStep> cycle = mayCloseCycle(heir, wait) ? graph.cycleThrough(heir.owner) : List.of();
            if (cycle.isEmpty()) {
                return;
            }
            refuse(heir, cycle, turn);
            gone = heir;
        }
        leavePlace(gone);
        state.tidy(gone.owner);
    }

    /** A place has more edges than before where its request is now exclusive, and an heir needn't bear a cycle that was let in. */
    private static boolean mayCloseCycle(Wait heir, Wait left) {
        return heir.onDeadlock == DeadlockPolicy.REJECT
                && (left.onDeadlock == DeadlockPolicy.WAIT
                        || heir.mode != left.mode && heir.mode == LockMode.EXCLUSIVE);
    }

    private void inherit(Wait gone, Wait heir) {
        gone.followers.remove(heir);
        heir.followers = gone.followers;
        gone.followers = null;
        heir.upgrade = gone.upgrade;
        heir.order = gone.order;
        gone.lock.listOf(gone).replace(gone, heir);
        heir.owner.setPlace(heir);
    }
}

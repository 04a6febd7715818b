package io.sinkron.lock;

import io.sinkron.common.CommandId;
import io.sinkron.lock.IdempotencyMemory.Remembered;
import io.sinkron.lock.IdempotencyMemory.Route;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockCommand.Remember;
import io.sinkron.lock.LockModel.Hold;
import io.sinkron.lock.LockModel.Level;
import io.sinkron.lock.LockModel.Lock;
import io.sinkron.lock.LockModel.Owner;
import io.sinkron.lock.LockModel.Session;
import io.sinkron.lock.LockModel.Wait;

/**
 * How a hold begins, deepens, is upgraded, and ends. Whoever calls it decides that it may be granted, and afterwards lets the lock's queue
 * advance. Not thread-safe.
 */
final class Holds {
    private final LockState state;

    Holds(LockState state) {
        this.state = state;
    }

    /**
     * Grants, and remembers the answer under the request's key.
     *
     * <ul>
     *   <li>A new hold has the command's log index as its token.
     *   <li>A holder in the same mode, or an exclusive one asking for shared, goes one level deeper and keeps its token and mode.
     *   <li>A shared holder asking for exclusive is upgraded: another mode and a new token at the same depth.
     * </ul>
     *
     * @param remember the request's key, or null
     * @return the grant, to which the caller adds the commands that it answers with it
     */
    Level grant(Owner owner, Lock lock, LockMode mode, Remember remember, Turn turn) {
        Hold hold = lock.holdOf(owner.id);
        long tokenBefore = 0;
        if (hold == null) {
            hold = new Hold(owner, lock, mode, turn.index(), state.nextOrder());
            hold.depth = 1;
            state.addHold(hold);
        } else if (isReentrant(hold, mode)) {
            hold.depth++;
        } else {
            tokenBefore = hold.token;
            hold.mode = mode;
            hold.token = turn.index();
        }
        Level level = new Level(hold, remember == null ? null : remember.key(), tokenBefore);
        hold.addLevel(level);
        turn.changed(lock.name, owner.id, "granted");
        return level;
    }

    /** Whether the holder gets this mode by going one level deeper. */
    static boolean isReentrant(Hold hold, LockMode mode) {
        return hold.mode == LockMode.EXCLUSIVE || mode == LockMode.SHARED;
    }

    /** The answer to the grant that was made last on a hold. */
    Granted answer(Hold hold, Remember remember) {
        Granted answer = new Granted(hold.owner.id, hold.lock.name, hold.mode, hold.token, hold.depth);
        if (remember != null) {
            memory(hold.owner.session)
                    .put(new Remembered(Route.ACQUIRE, remember.key(), remember.fingerprint(), answer));
        }
        return answer;
    }

    IdempotencyMemory memory(Session session) {
        if (session.memory == null) {
            session.memory = new IdempotencyMemory(state.limits.rememberedPerSession());
        }
        return session.memory;
    }

    /** Adds a command to the grant that its key stands for, if that is still held: what its caller gets, it may also give back. */
    void join(Granted remembered, String key, CommandId id) {
        Lock lock = state.locks.get(remembered.lock());
        Hold hold = lock == null ? null : lock.holdOf(remembered.owner());
        for (Level level = hold == null ? null : hold.firstLevel; level != null; level = level.next) {
            if (key.equals(level.key)) {
                state.addGrant(level, id);
                return;
            }
        }
    }

    /** Takes one level off, and ends the hold with its last one. */
    void release(Hold hold, Turn turn) {
        hold.depth--;
        if (hold.depth == 0) {
            end(hold, "released", turn);
        } else {
            state.trimLevels(hold);
        }
    }

    /**
     * Undoes a grant whose answer reached nobody. A later retry with its key starts anew. An upgrade becomes the shared hold that it was, with
     * the token its owner knows; the greater one was never seen. Where others have built on it meanwhile it stays.
     */
    void giveBack(Level level, Turn turn) {
        Hold hold = level.hold;
        if (level.key != null) {
            memory(hold.owner.session).forget(Route.ACQUIRE, level.key);
        }
        boolean newest = hold.lastLevel == level;
        Level upgrade = level.next;
        while (upgrade != null && !upgrade.isUpgrade()) {
            upgrade = upgrade.next;
        }
        state.removeLevel(level);
        if (level.isUpgrade()) {
            if (newest) {
                hold.mode = LockMode.SHARED;
                hold.token = level.tokenBefore;
                turn.changed(hold.lock.name, hold.owner.id, "released");
            }
        } else if (upgrade != null) {
            // Somebody was told that the hold is upgraded: that grant stands for this level from now on.
            upgrade.tokenBefore = 0;
        } else {
            release(hold, turn);
        }
    }

    /** Ends a hold wholly. If its owner waits for an upgrade, that request is from now on the first of the ordinary ones. */
    void end(Hold hold, String what, Turn turn) {
        Wait place = hold.owner.place(hold.lock);
        if (place != null && place.upgrade) {
            demote(place);
        }
        state.removeHold(hold);
        state.tidy(hold.owner);
        turn.changed(hold.lock.name, hold.owner.id, what);
    }

    /** Moves a place from among the upgrades to the head of the queue, of which it stood before every other member already. */
    static void demote(Wait place) {
        Lock lock = place.lock;
        lock.upgrades.remove(place);
        place.upgrade = false;
        lock.queue.addFirst(place);
    }
}

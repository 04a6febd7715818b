package io.sinkron.transport.inmemory.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A lock, exclusive or shared, reentrant and upgradable, whose grants carry fencing tokens that only grow. An owner belongs to a session; the end of a
 * session, foreseen or by expiry, is a call like any other ({@link EndSession}), and one with an unknown outcome stands for "may expire from
 * now on". Refused acquires (busy, timed out, deadlock) have no effect: leave them out of the history. Stateless.
 */
public final class FencedLock implements Model<FencedLock.State, FencedLock.Input, FencedLock.Output> {
    /** A token that nobody has seen yet. */
    private static final long UNSEEN = -1;

    /**
     * @param holders in the order of their grants
     * @param highestToken ever granted; a later hold of somebody else has a greater one, or for shared ones granted together the same
     */
    public record State(List<Hold> holders, long highestToken) {
        /** Takes an immutable copy. */
        public State {
            holders = List.copyOf(holders);
        }
    }

    /** One hold; {@code depth} counts reentrant grants. */
    public record Hold(Owner owner, boolean exclusive, long token, int depth) {}

    /** Who holds: a name in a session. */
    public record Owner(String session, String name) {}

    /** What is asked of a lock. */
    public sealed interface Input {
        /** The lock's name. */
        String lock();
    }

    /** Takes the lock. */
    public record Acquire(String lock, Owner owner, boolean exclusive) implements Input {}

    /** Gives one level back. */
    public record Release(String lock, Owner owner, long token) implements Input {}

    /** Ends all holds of a session. */
    public record EndSession(String lock, String session) implements Input {}

    /** Asks who holds the lock. */
    public record Look(String lock) implements Input {}

    /** What is answered. */
    public sealed interface Output {}

    /**
     * These hold the lock; how deep they hold it doesn't count.
     *
     * @param holders in any order
     */
    public record Seen(List<Hold> holders) implements Output {
        /** Takes an immutable copy. */
        public Seen {
            holders = List.copyOf(holders);
        }
    }

    /** The lock is held. */
    public record Granted(long token) implements Output {}

    /** Done. */
    public record Done() implements Output {}

    /** The owner does not hold the lock with that token. */
    public record NotHolder() implements Output {}

    /** The model. */
    public FencedLock() {}

    @Override
    public State initial() {
        return new State(List.of(), 0);
    }

    @Override
    public Optional<State> step(State state, Input input, Output output) {
        Objects.requireNonNull(output, "output");
        if (input instanceof Acquire acquire) {
            return output instanceof Granted granted ? acquire(state, acquire, granted.token()) : Optional.empty();
        }
        if (input instanceof Release release) {
            return release(state, release, output instanceof NotHolder);
        }
        if (input instanceof Look) {
            return output instanceof Seen seen ? look(state, seen.holders()) : Optional.empty();
        }
        return Optional.of(endSession(state, (EndSession) input));
    }

    @Override
    public Optional<State> stepUnknown(State state, Input input) {
        if (input instanceof Acquire acquire) {
            return acquire(state, acquire, UNSEEN);
        }
        if (input instanceof Release release) {
            return release(state, release, false);
        }
        if (input instanceof Look) {
            return Optional.of(state);
        }
        return Optional.of(endSession(state, (EndSession) input));
    }

    private static Optional<State> acquire(State state, Acquire acquire, long token) {
        List<Hold> holders = new ArrayList<>(state.holders());
        int own = -1;
        boolean othersShare = true;
        for (int i = 0; i < holders.size(); i++) {
            if (holders.get(i).owner().equals(acquire.owner())) {
                own = i;
            } else {
                othersShare &= !holders.get(i).exclusive();
            }
        }
        if (own >= 0) {
            return again(state, holders, own, acquire, token);
        }
        boolean compatible = acquire.exclusive() ? holders.isEmpty() : othersShare;
        // Shared holds that one command grants together have one token; nobody else's are equal.
        boolean together = !acquire.exclusive() && !holders.isEmpty();
        boolean fresh = token == UNSEEN || token > state.highestToken() || together && token == state.highestToken();
        if (!compatible || !fresh) {
            return Optional.empty();
        }
        holders.add(new Hold(acquire.owner(), acquire.exclusive(), token, 1));
        return Optional.of(new State(holders, Math.max(token, state.highestToken())));
    }

    /** A reentrant grant keeps the hold's token and goes one level deeper; an upgrade needs to be alone and gets a new token instead. */
    private static Optional<State> again(State state, List<Hold> holders, int own, Acquire acquire, long token) {
        Hold hold = holders.get(own);
        if (acquire.exclusive() && !hold.exclusive()) {
            boolean newer = token == UNSEEN || token > state.highestToken();
            holders.set(own, new Hold(hold.owner(), true, token, hold.depth()));
            return newer && holders.size() == 1
                    ? Optional.of(new State(holders, Math.max(token, state.highestToken())))
                    : Optional.empty();
        }
        boolean sameToken = token == UNSEEN || hold.token() == UNSEEN || token == hold.token();
        long known = token == UNSEEN ? hold.token() : token;
        holders.set(own, new Hold(hold.owner(), hold.exclusive(), known, hold.depth() + 1));
        return sameToken ? Optional.of(new State(holders, Math.max(known, state.highestToken()))) : Optional.empty();
    }

    private static Optional<State> release(State state, Release release, boolean refused) {
        List<Hold> holders = new ArrayList<>(state.holders());
        for (int i = 0; i < holders.size(); i++) {
            Hold hold = holders.get(i);
            boolean match = hold.token() == UNSEEN || hold.token() == release.token();
            if (hold.owner().equals(release.owner()) && match) {
                if (refused) {
                    return hold.token() == UNSEEN ? Optional.of(state) : Optional.empty();
                }
                holders.remove(i);
                if (hold.depth() > 1) {
                    holders.add(i, new Hold(hold.owner(), hold.exclusive(), release.token(), hold.depth() - 1));
                }
                return Optional.of(new State(holders, state.highestToken()));
            }
        }
        return refused ? Optional.of(state) : Optional.empty();
    }

    /** Who looks sees every holder and nobody else, and may learn a token that was unknown. */
    private static Optional<State> look(State state, List<Hold> seen) {
        if (seen.size() != state.holders().size()) {
            return Optional.empty();
        }
        List<Hold> holders = new ArrayList<>(state.holders());
        long highest = state.highestToken();
        for (Hold found : seen) {
            int at = 0;
            while (at < holders.size() && !isSame(holders.get(at), found)) {
                at++;
            }
            if (at == holders.size()) {
                return Optional.empty();
            }
            Hold hold = holders.get(at);
            holders.set(at, new Hold(hold.owner(), hold.exclusive(), found.token(), hold.depth()));
            highest = Math.max(highest, found.token());
        }
        return Optional.of(new State(holders, highest));
    }

    private static boolean isSame(Hold hold, Hold found) {
        return hold.owner().equals(found.owner())
                && hold.exclusive() == found.exclusive()
                && (hold.token() == UNSEEN || hold.token() == found.token());
    }

    private static State endSession(State state, EndSession end) {
        List<Hold> holders = new ArrayList<>(state.holders());
        holders.removeIf(hold -> hold.owner().session().equals(end.session()));
        return new State(holders, state.highestToken());
    }
}

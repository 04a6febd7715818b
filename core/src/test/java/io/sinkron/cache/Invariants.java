package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.Replica.Facts;
import io.sinkron.cache.World.Question;
import io.sinkron.cache.World.Violation;
import io.sinkron.spi.MemoryOp;

/** What holds in every reachable state of a {@link World}. */
final class Invariants {
    private final World world;
    /** The line looked at. */
    private int line;

    Invariants(World world) {
        this.world = world;
    }

    /** Throws a {@link Violation} unless all of them hold. */
    void check(int[] state) {
        for (line = 0; line < world.setup.lines(); line++) {
            singleWriterOrManyReaders(state);
            everyCopyIsTheLastWriteSeen(state);
            cleanCopiesAreWhatMainMemoryHas(state);
            theLastWriteSeenExists(state);
            theHomeKnowsEveryHolder(state);
        }
        if (world.setup.kind() == Setup.Writes.COUNTS) {
            Counts.check(world, state);
        }
    }

    /** Throws a {@link Violation} unless what must hold when nothing goes on any more does. */
    void checkQuiet(int[] state) {
        if (world.setup.kind() == Setup.Writes.COUNTS) {
            Counts.checkQuiet(world, state);
        }
    }

    /** M4: who has a copy, or data that main memory hasn't got, is in the home's filter, and has no more than that says. */
    private void theHomeKnowsEveryHolder(int[] state) {
        int view = state[World.VIEW];
        int home = world.setup.stages().get(view).home();
        if (state[World.ACTIVATED] == 0
                || world.isCrashed(state, home)
                || world.facts(state, home, line).epoch() != view + 1) {
            return;
        }
        Holders known = world.facts(state, home, line).holders();
        if (known instanceof Holders.Unknown) {
            return;
        }
        for (int node = 0; node < world.size; node++) {
            if (serves(state, node)) {
                Facts facts = world.facts(state, node, line);
                boolean mayOwn = !known.isNoOwner(world.id(node));
                boolean isUnsaved = facts.state().isDirty()
                        && facts.value() > world.stored(state, line).version();
                boolean isOwner = facts.state() == ControllerState.E || facts.state() == ControllerState.M || isUnsaved;
                boolean isCopy = facts.state().isReadable();
                if (isOwner && !mayOwn || isCopy && !mayOwn && !known.isSharer(world.id(node))) {
                    throw new Violation("snoop filter: " + known + ", but " + world.id(node) + " has " + facts.state());
                }
            }
        }
    }

    /** And one version is one value, wherever it is. */
    private void cleanCopiesAreWhatMainMemoryHas(int[] state) {
        long stored = world.stored(state, line).version();
        for (int node = 0; node < world.size; node++) {
            if (serves(state, node)) {
                Facts facts = world.facts(state, node, line);
                if (facts.state().isReadable() && !facts.state().isDirty() && facts.value() != stored) {
                    throw new Violation("clean copy: " + world.id(node) + " has " + Replica.version(facts.value())
                            + ", main memory " + Replica.version(stored));
                }
                if (facts.value() == stored
                        && facts.content() != world.stored(state, line).hashCode()) {
                    throw new Violation("one version, two values: " + Replica.version(stored));
                }
            }
        }
    }

    private boolean serves(int[] state, int node) {
        return !world.isCrashed(state, node)
                && !world.isAsleep(state, node)
                && world.facts(state, node, line).isServing();
    }

    private void singleWriterOrManyReaders(int[] state) {
        int owners = 0;
        int readers = 0;
        for (int node = 0; node < world.size; node++) {
            if (serves(state, node)) {
                ControllerState copy = world.facts(state, node, line).state();
                owners += copy == ControllerState.E || copy == ControllerState.M ? 1 : 0;
                readers += copy.isReadable() ? 1 : 0;
            }
        }
        if (owners > 0 && readers > 1) {
            throw new Violation("single writer: " + owners + " with E or M among " + readers + " readable copies");
        }
    }

    private void everyCopyIsTheLastWriteSeen(int[] state) {
        long seen = World.seen(state, line);
        for (int node = 0; node < world.size; node++) {
            if (serves(state, node)) {
                long visible = world.facts(state, node, line).visible();
                if (visible >= 0 && visible != seen) {
                    throw new Violation("data value: " + world.id(node) + " shows " + Replica.version(visible) + ", "
                            + Replica.version(seen) + " has been seen");
                }
            }
        }
    }

    /** Main memory counts as two places, since it is no node; so does a write into it that nothing can refuse any more. */
    private void theLastWriteSeenExists(int[] state) {
        long seen = World.seen(state, line);
        int places = world.stored(state, line).version() >= seen ? 2 : 0;
        for (int i = World.NODES + world.size; i < state.length; i++) {
            if (world.packet(state[i]) instanceof Question question
                    && question.op() instanceof MemoryOp.PutIfNewer put
                    && put.key().equals(Replica.KEYS.get(line))
                    && put.value().version() >= seen
                    && put.epoch() >= world.fence(state, line)) {
                places += 2;
            }
        }
        for (int node = 0; node < world.size; node++) {
            boolean isIn = world.isMember(state[World.VIEW], node) || state[World.ACTIVATED] == 0;
            if (isIn && !world.isCrashed(state, node)) {
                Facts facts = world.facts(state, node, line);
                places += facts.value() >= seen ? 1 : 0;
                places += facts.held() >= seen ? 1 : 0;
            }
        }
        boolean isWhole = state[World.CRASHED] == 0 && state[World.EXPIRED] == 0 && state[World.VIEW] == 0;
        int needed = isWhole && world.setup.durability() == Durability.BACKED_UP ? 2 : 1;
        boolean mayLose = world.setup.durability() == Durability.WRITE_BACK
                && (state[World.CRASHED] != 0 || state[World.EXPIRED] != 0);
        if (places < needed && !mayLose) {
            throw new Violation("lost write: " + Replica.version(seen) + " has been seen and is in " + places
                    + " places, " + needed + " needed");
        }
    }
}

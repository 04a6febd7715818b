package io.sinkron.cache;

import io.sinkron.cache.Replica.Facts;
import io.sinkron.cache.World.Letter;
import io.sinkron.cache.World.Packet;
import io.sinkron.cache.World.Question;
import io.sinkron.cache.World.Reply;
import io.sinkron.cache.World.Turn;
import io.sinkron.cache.World.Visitor;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.util.Optional;
import java.util.function.Supplier;

/** Everything that can happen next in a {@link World}. Time-outs happen only when nothing else is on its way, which loses no behaviour but repeats. */
final class Actions {
    private final World world;
    private int[] state;
    private Visitor visitor;

    Actions(World world) {
        this.world = world;
    }

    /** Shows every state that can come next. */
    void visit(int[] from, Visitor to) {
        state = from;
        visitor = to;
        int packets = World.NODES + world.size;
        for (int i = packets; i < from.length; i++) {
            if (i == packets || from[i] != from[i - 1]) {
                packet(from[i]);
            }
        }
        for (int node = 0; node < world.size; node++) {
            if (!world.isCrashed(from, node)) {
                node(node);
            } else if (mayRestart(node)) {
                Turn turn = world.turn(from);
                turn.fixed[World.CRASHED] &= ~(1 << node);
                turn.apply(node, new Replica.Restarted());
                NodeId back = world.id(node);
                show(turn, () -> back + " starts anew");
            }
        }
        if (!membership() && from.length == packets && !isQuiet(from)) {
            timeouts();
        }
    }

    /** The view that left the node out is active, and the next one takes its new start in. */
    private boolean mayRestart(int node) {
        int next = state[World.VIEW] + 1;
        boolean isOut = state[World.ACTIVATED] == 1 && !world.isMember(state[World.VIEW], node);
        return isOut
                && next < world.setup.stages().size()
                && (world.setup.stages().get(next).restarted() >> node & 1) != 0;
    }

    /** Nothing on its way, nobody waits, the view is active. */
    boolean isQuiet(int[] at) {
        if (at.length > World.NODES + world.size || at[World.ACTIVATED] == 0) {
            return false;
        }
        for (int node = 0; node < world.size; node++) {
            boolean counts = world.isMember(at[World.VIEW], node) && !world.isCrashed(at, node);
            if (world.isMember(at[World.VIEW], node) && world.isCrashed(at, node)) {
                return false;
            }
            boolean isActive = at[World.VIEW] == 0 || (at[World.ACTIVE] >> node & 1) != 0;
            if (counts && (!isActive || !isQuiet(at, node))) {
                return false;
            }
        }
        return true;
    }

    private boolean isQuiet(int[] at, int node) {
        boolean isQuiet = true;
        for (int line = 0; line < world.setup.lines(); line++) {
            isQuiet &= world.facts(at, node, line).isQuiet();
        }
        return isQuiet;
    }

    private boolean canTimeOut(int node) {
        boolean canTimeOut = false;
        for (int line = 0; line < world.setup.lines(); line++) {
            canTimeOut |= world.facts(state, node, line).canTimeOut();
        }
        return canTimeOut;
    }

    private boolean has(int budget) {
        return state[budget] > 0;
    }

    private void show(Turn turn, Supplier<String> action) {
        visitor.next(turn.end(), action);
    }

    private Turn spending(int budget) {
        Turn turn = world.turn(state);
        turn.fixed[budget]--;
        return turn;
    }

    private void packet(int number) {
        Packet packet = world.packet(number);
        if (packet instanceof Letter letter) {
            letter(number, letter);
        } else if (packet instanceof Question question) {
            Turn turn = world.turn(state);
            turn.take(number);
            turn.ask(question);
            show(turn, () -> "memory " + Replica.describe(question.op()));
            if (has(World.FAILURES) && !world.isCrashed(state, question.from()) && !question.isOfCrashed()) {
                Turn failed = spending(World.FAILURES);
                failed.take(number);
                failed.apply(question.from(), new Replica.Failed(question.operation()));
                show(failed, () -> "memory fails " + Replica.describe(question.op()));
            }
        } else if (packet instanceof Reply reply) {
            Turn turn = world.turn(state);
            turn.take(number);
            turn.apply(reply.to(), new Replica.Answered(reply.operation(), reply.answer()));
            show(turn, () -> "memory answers " + world.id(reply.to()) + " " + reply.answer());
        }
    }

    private void letter(int number, Letter letter) {
        Turn turn = world.turn(state);
        turn.take(number);
        deliver(turn, letter);
        show(turn, () -> name(letter));
        if (has(World.DUPLICATES)) {
            Turn twice = spending(World.DUPLICATES);
            deliver(twice, letter);
            show(twice, () -> "(and keeps) " + name(letter));
        }
        if (has(World.DROPS)) {
            Turn lost = spending(World.DROPS);
            lost.take(number);
            show(lost, () -> "loses " + name(letter));
        }
    }

    private void deliver(Turn turn, Letter letter) {
        CacheMessage message = world.setup.bug().delivered(turn, letter.from(), letter.to(), letter.message());
        turn.apply(letter.to(), new Replica.Deliver(world.id(letter.from()), message));
    }

    private String name(Letter letter) {
        return world.id(letter.from()) + " -> " + world.id(letter.to()) + " " + letter.message();
    }

    private void node(int node) {
        Facts facts = world.facts(state, node);
        int left = state[World.CALLS] >> 4 * node & 15;
        if (left > 0 && facts.isServing()) {
            for (int line = 0; line < world.setup.lines(); line++) {
                calls(node, left, Replica.KEYS.get(line));
            }
        }
        if (has(World.EVICTIONS) && facts.state().isEvictable()) {
            Turn turn = spending(World.EVICTIONS);
            turn.apply(node, new Replica.Evicted());
            world.setup.bug().evicted(turn, node, facts);
            show(turn, () -> world.id(node) + " evicts");
        }
        if (has(World.FLUSHES) && facts.state() == ControllerState.M) {
            show(
                    spending(World.FLUSHES).apply(node, new Replica.Flushing(1000 + state[World.FLUSHES])),
                    () -> world.id(node) + " flushes");
        }
        if (has(World.CANCELS) && left < world.setup.callsEach()) {
            long last = callNumber(node, left + 1);
            show(spending(World.CANCELS).apply(node, new Replica.Cancelled(last)), () -> world.id(node) + " cancels");
        }
        boolean isReplaceable =
                state[World.VIEW] + 1 < world.setup.stages().size() && !world.isMember(state[World.VIEW] + 1, node);
        if (has(World.CRASHES) && isReplaceable) {
            Turn turn = spending(World.CRASHES);
            turn.fixed[World.CRASHED] |= 1 << node;
            turn.loseAllTo(node);
            show(turn, () -> world.id(node) + " crashes");
        }
        boolean mayLoseLease = isReplaceable
                || world.setup.stages().size() == 1
                || facts.epoch() <= state[World.VIEW] && !world.isMember(state[World.VIEW], node);
        if (has(World.LEASE_LOSSES) && mayLoseLease && (state[World.EXPIRED] >> node & 1) == 0) {
            Turn turn = spending(World.LEASE_LOSSES);
            if (!world.setup.bug().ignoresOwnLease()) {
                turn.apply(node, new Replica.Lease(false));
            }
            turn.fixed[World.EXPIRED] |= 1 << node;
            show(turn, () -> world.id(node) + " loses its lease");
        }
        boolean isMember = world.isMember(state[World.VIEW], node) && state[World.ACTIVATED] == 1;
        if ((state[World.EXPIRED] >> node & 1) != 0 && isMember) {
            Turn turn = world.turn(state).apply(node, new Replica.Lease(true));
            turn.fixed[World.EXPIRED] &= ~(1 << node);
            show(turn, () -> world.id(node) + " has its lease again");
        }
    }

    private long callNumber(int node, int left) {
        return node * 16L + world.setup.callsEach() - left + 1;
    }

    private void calls(int node, int left, Bytes key) {
        long number = callNumber(node, left);
        Turn read = world.turn(state);
        read.fixed[World.CALLS] -= 1 << 4 * node;
        read.apply(node, new Replica.Called(number, new CacheRequest.Get(key)));
        show(read, () -> world.id(node) + " reads " + key.asUtf8());
        if (has(World.WRITES)) {
            Turn write = spending(World.WRITES);
            write.fixed[World.CALLS] -= 1 << 4 * node;
            boolean isDelete = world.setup.isLastWriteDelete() && state[World.WRITES] == 1;
            CacheRequest request = isDelete
                    ? new CacheRequest.Delete(key, -1, world.setup.durability(), Optional.empty())
                    : new CacheRequest.Put(
                            key, Bytes.utf8("w" + number), -1, 0, world.setup.durability(), Optional.empty());
            write.apply(node, new Replica.Called(number, request));
            show(write, () -> world.id(node) + (isDelete ? " deletes " : " writes ") + key.asUtf8());
        }
    }

    /** Whether the membership has something to tell; as long as it has, nobody is kept waiting. */
    private boolean membership() {
        boolean isBusy = false;
        int next = state[World.VIEW] + 1;
        if (state[World.ACTIVATED] == 1 && next < world.setup.stages().size() && mayPrepare(next)) {
            Turn turn = world.turn(state);
            turn.fixed[World.VIEW] = next;
            turn.fixed[World.ACTIVATED] = 0;
            turn.fixed[World.INSTALLED] = 0;
            turn.fixed[World.PREPARED] = 0;
            turn.fixed[World.ACTIVE] = 0;
            show(turn, () -> "view " + (next + 1) + " is prepared");
        }
        int view = state[World.VIEW];
        if (view > 0 && state[World.ACTIVATED] == 0 && mayActivate(view)) {
            Turn turn = world.turn(state);
            turn.fixed[World.ACTIVATED] = 1;
            if (world.setup.durability() == CacheRequest.Durability.WRITE_BACK) {
                turn.forgetLost();
            }
            show(turn, () -> "view " + (view + 1) + " is active");
            isBusy = true;
        }
        for (int node = 0; view > 0 && node < world.size; node++) {
            isBusy |= !world.isCrashed(state, node) && tell(node, view);
        }
        return isBusy;
    }

    private boolean tell(int node, int view) {
        if ((state[World.PREPARED] >> node & 1) == 0 && world.isMember(view, node)) {
            Turn turn = world.turn(state);
            turn.fixed[World.PREPARED] |= 1 << node;
            turn.apply(node, world.prepared(view));
            show(turn, () -> world.id(node) + " installs view " + (view + 1));
            return true;
        }
        if (state[World.ACTIVATED] == 1 && (state[World.ACTIVE] >> node & 1) == 0) {
            Turn turn = world.turn(state);
            turn.fixed[World.ACTIVE] |= 1 << node;
            turn.apply(node, world.active(view));
            show(turn, () -> world.id(node) + " activates view " + (view + 1));
            return true;
        }
        return false;
    }

    /** A view that leaves a node out is prepared because the node is dead or silent. */
    private boolean mayPrepare(int next) {
        for (int node = 0; node < world.size; node++) {
            boolean isGone = world.isCrashed(state, node) || (state[World.EXPIRED] >> node & 1) != 0;
            boolean mayGo =
                    isGone || has(World.LEASE_LOSSES) || world.setup.bug().ignoresLeases();
            if (world.isMember(next, node) ? world.isCrashed(state, node) : !mayGo) {
                return false;
            }
        }
        return true;
    }

    private boolean mayActivate(int view) {
        for (int node = 0; node < world.size; node++) {
            boolean isMember = world.isMember(view, node);
            boolean isInstalled = (state[World.INSTALLED] >> node & 1) != 0;
            if (isMember && !isInstalled && !world.setup.bug().ignoresBarrier()) {
                return false;
            }
            boolean isGone = world.isCrashed(state, node) || (state[World.EXPIRED] >> node & 1) != 0;
            boolean wasMember = world.isMember(view - 1, node);
            if (!isMember && wasMember && !isGone && !world.setup.bug().ignoresLeases()) {
                return false;
            }
        }
        return true;
    }

    private void timeouts() {
        for (int node = 0; node < world.size; node++) {
            if (!world.isCrashed(state, node) && canTimeOut(node)) {
                NodeId late = world.id(node);
                show(world.turn(state).apply(node, new Replica.Timeout()), () -> late + " times out");
            }
        }
    }
}

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
            if (world.isAsleep(from, node)) {
                asleep(node);
            } else if (!world.isCrashed(from, node)) {
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
            if (world.isMember(at[World.VIEW], node) && (world.isCrashed(at, node) || world.isAsleep(at, node))) {
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
        if (isToAsleep(packet)) {
            return;
        }
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

    /** Whoever sleeps takes nothing in; what main memory is asked for is done all the same. */
    private boolean isToAsleep(Packet packet) {
        return packet instanceof Letter letter && world.isAsleep(state, letter.to())
                || packet instanceof Reply reply && world.isAsleep(state, reply.to())
                || packet instanceof Question question
                        && world.setup.isMemoryAtomic()
                        && world.isAsleep(state, question.from());
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
        if (has(World.AUDITS)
                && world.setup.stages().get((int) facts.epoch() - 1).home() == node) {
            Turn turn = spending(World.AUDITS).apply(node, new Replica.Audited());
            show(turn, () -> world.id(node) + " audits the line");
        }
        if (has(World.FLUSHES) && facts.state() == ControllerState.M) {
            show(
                    spending(World.FLUSHES).apply(node, new Replica.Flushing(1000 + state[World.FLUSHES])),
                    () -> world.id(node) + " flushes");
        }
        if (has(World.HOLDS) && facts.isHolding()) {
            show(
                    spending(World.HOLDS).apply(node, new Replica.HoldEnded()),
                    () -> world.id(node) + " has held the line for long enough");
        }
        if (has(World.CANCELS) && world.setup.isClient(node) && left < world.setup.callsEach()) {
            long last = callNumber(left + 1);
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
            expire(turn, node);
            show(turn, () -> world.id(node) + " loses its lease");
        }
        if (has(World.NAPS) && mayLoseLease && (state[World.EXPIRED] >> node & 1) == 0) {
            Turn turn = spending(World.NAPS);
            expire(turn, node);
            turn.fixed[World.ASLEEP] |= 1 << node;
            show(turn, () -> world.id(node) + " falls asleep past its lease");
        }
        if (has(World.ELAPSES) && (state[World.ELAPSED] >> node & 1) == 0) {
            Turn turn = spending(World.ELAPSES);
            turn.fixed[World.ELAPSED] |= 1 << node;
            if (!world.setup.bug().ignoresExpiry()) {
                turn.apply(node, new Replica.Elapsed());
            }
            show(turn, () -> world.id(node) + "'s clock passes the time to live");
        }
        reader(node, facts);
        boolean isMember = world.isMember(state[World.VIEW], node) && state[World.ACTIVATED] == 1;
        if ((state[World.EXPIRED] >> node & 1) != 0 && isMember) {
            Turn turn = world.turn(state).apply(node, new Replica.Lease(true));
            turn.fixed[World.EXPIRED] &= ~(1 << node);
            show(turn, () -> world.id(node) + " has its lease again");
        }
    }

    /** The process stands still: only its threads may wake before the machine does, which notices in its first turn that its lease is over. */
    private void asleep(int node) {
        reader(node, world.facts(state, node));
        Turn turn = world.turn(state);
        turn.fixed[World.ASLEEP] &= ~(1 << node);
        if (!world.setup.bug().ignoresOwnLease()) {
            turn.apply(node, new Replica.Lease(false));
        }
        show(turn, () -> world.id(node) + " wakes");
    }

    /** Another thread reads the line: first the value, with the lease's end as it is then, and some time later the clock. */
    private void reader(int node, Facts facts) {
        boolean isOver = (state[World.EXPIRED] >> node & 1) != 0;
        if (has(World.READS)
                && facts.visible() >= 0
                && (!isOver || world.setup.bug().readsLeaseLate())) {
            Turn turn = spending(World.READS);
            turn.takes(node, facts.visible());
            show(turn, () -> world.id(node) + "'s thread takes the value " + Replica.version(facts.visible()));
        }
        if ((state[World.READER] >> node & 1) != 0) {
            Turn turn = world.turn(state);
            turn.ends(!isOver);
            show(turn, () -> world.id(node) + "'s thread looks at the clock");
        }
    }

    /** A thread that has seen when the lease ends can't return what it has taken any more, whatever lease comes next. */
    private void expire(Turn turn, int node) {
        turn.fixed[World.EXPIRED] |= 1 << node;
        if (!world.setup.bug().readsLeaseLate() && (turn.fixed[World.READER] >> node & 1) != 0) {
            turn.ends(false);
        }
    }

    private long callNumber(int left) {
        return world.setup.callsEach() - left + 1;
    }

    private void calls(int node, int left, Bytes key) {
        long number = callNumber(left);
        Turn read = world.turn(state);
        read.fixed[World.CALLS] -= 1 << 4 * node;
        read.apply(node, new Replica.Called(number, new CacheRequest.Get(key)));
        show(read, () -> world.id(node) + " reads " + key.asUtf8());
        if (has(World.WRITES)) {
            Turn write = spending(World.WRITES);
            write.fixed[World.CALLS] -= 1 << 4 * node;
            CacheRequest request = write(node, number, key);
            write.apply(node, new Replica.Called(number, request));
            boolean isDelete = request instanceof CacheRequest.Delete;
            show(write, () -> world.id(node) + (isDelete ? " deletes " : " writes ") + key.asUtf8());
        }
    }

    private CacheRequest write(int node, long number, Bytes key) {
        CacheRequest.Durability durability = world.setup.durability();
        if (world.setup.kind() == Setup.Writes.COUNTS) {
            return new CacheRequest.Update(key, Counts.PLUS_ONE, 100, durability, Optional.empty());
        }
        if (world.setup.kind() == Setup.Writes.LAST_DELETES && state[World.WRITES] == 1) {
            return new CacheRequest.Delete(key, -1, durability, Optional.empty());
        }
        return new CacheRequest.Put(
                key,
                Bytes.utf8(world.hasSymmetry() ? "w" + state[World.WRITES] : "w" + node + "." + number),
                -1,
                world.setup.isExpiring() ? Setup.TTL_MILLIS : 0,
                durability,
                Optional.empty());
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
            isBusy |= !world.isCrashed(state, node) && !world.isAsleep(state, node) && tell(node, view);
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
            boolean mayGo = isGone
                    || has(World.LEASE_LOSSES)
                    || has(World.NAPS)
                    || world.setup.bug().ignoresLeases();
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
            if (!world.isCrashed(state, node) && !world.isAsleep(state, node) && canTimeOut(node)) {
                NodeId late = world.id(node);
                show(world.turn(state).apply(node, new Replica.Timeout()), () -> late + " times out");
            }
        }
    }
}

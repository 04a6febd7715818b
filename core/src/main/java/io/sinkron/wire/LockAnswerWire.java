package io.sinkron.wire;

import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockAnswer.Deadlock;
import io.sinkron.lock.LockAnswer.Done;
import io.sinkron.lock.LockAnswer.ForceReleased;
import io.sinkron.lock.LockAnswer.Granted;
import io.sinkron.lock.LockAnswer.GraphEdge;
import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockAnswer.Holder;
import io.sinkron.lock.LockAnswer.IdempotencyMismatch;
import io.sinkron.lock.LockAnswer.LockTimeout;
import io.sinkron.lock.LockAnswer.LockView;
import io.sinkron.lock.LockAnswer.LockViews;
import io.sinkron.lock.LockAnswer.NotHolder;
import io.sinkron.lock.LockAnswer.RefusedCycle;
import io.sinkron.lock.LockAnswer.Released;
import io.sinkron.lock.LockAnswer.SessionExpired;
import io.sinkron.lock.LockAnswer.SessionHold;
import io.sinkron.lock.LockAnswer.SessionOpened;
import io.sinkron.lock.LockAnswer.SessionView;
import io.sinkron.lock.LockAnswer.SessionViews;
import io.sinkron.lock.LockAnswer.SessionWait;
import io.sinkron.lock.LockAnswer.TooMany;
import io.sinkron.lock.LockAnswer.WaitCancelled;
import io.sinkron.lock.LockAnswer.Waiter;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.spi.MalformedMessageException;

/** The binary form of lock answers; type bytes 16 to 63. */
final class LockAnswerWire {
    private static final int SESSION_OPENED = 16;
    private static final int DONE = 17;
    private static final int GRANTED = 18;
    private static final int RELEASED = 19;
    private static final int FORCE_RELEASED = 20;
    private static final int LOCK_VIEW = 21;
    private static final int LOCK_VIEWS = 22;
    private static final int GRAPH_VIEW = 23;
    private static final int SESSION_VIEWS = 24;
    private static final int LOCK_TIMEOUT = 32;
    private static final int WAIT_CANCELLED = 33;
    private static final int DEADLOCK = 34;
    private static final int NOT_HOLDER = 35;
    private static final int SESSION_EXPIRED = 36;
    private static final int IDEMPOTENCY_MISMATCH = 37;
    private static final int TOO_MANY = 38;

    private LockAnswerWire() {}

    static void write(WireWriter out, LockAnswer answer) {
        if (answer instanceof Granted a) {
            owner(out.u8(GRANTED), a.owner());
            mode(out.text(a.lock()), a.mode());
            out.varint(a.token()).varint(a.holds());
        } else if (answer instanceof Released a) {
            out.u8(RELEASED).text(a.lock()).varint(a.holds());
        } else if (answer instanceof Done) {
            out.u8(DONE);
        } else if (answer instanceof SessionOpened a) {
            out.u8(SESSION_OPENED).text(a.session()).varint(a.ttlMillis());
        } else if (answer instanceof LockTimeout a) {
            out.u8(LOCK_TIMEOUT).text(a.lock());
            WireLists.write(out, a.holders(), LockAnswerWire::holder);
            out.varint(a.waitedMillis());
        } else if (answer instanceof WaitCancelled a) {
            out.u8(WAIT_CANCELLED).text(a.lock());
        } else if (answer instanceof Deadlock a) {
            out.u8(DEADLOCK).text(a.lock());
            WireLists.write(out, a.cycle(), LockAnswerWire::step);
        } else if (answer instanceof NotHolder a) {
            owner(out.u8(NOT_HOLDER).text(a.lock()), a.owner());
            out.signed(a.token());
        } else if (answer instanceof SessionExpired a) {
            out.u8(SESSION_EXPIRED).text(a.session());
        } else if (answer instanceof IdempotencyMismatch a) {
            out.u8(IDEMPOTENCY_MISMATCH).text(a.key());
        } else if (answer instanceof TooMany a) {
            out.u8(TOO_MANY).text(a.limit()).varint(a.maximum());
        } else {
            writeView(out, answer);
        }
    }

    private static void writeView(WireWriter out, LockAnswer answer) {
        if (answer instanceof ForceReleased a) {
            out.u8(FORCE_RELEASED).text(a.lock());
            WireLists.write(out, a.released(), LockAnswerWire::owner);
        } else if (answer instanceof LockView a) {
            view(out.u8(LOCK_VIEW), a);
        } else if (answer instanceof LockViews a) {
            WireLists.write(out.u8(LOCK_VIEWS), a.locks(), LockAnswerWire::view);
            out.text(a.next());
        } else if (answer instanceof GraphView a) {
            WireLists.write(out.u8(GRAPH_VIEW), a.edges(), LockAnswerWire::edge);
            WireLists.write(out, a.deadlocks(), LockAnswerWire::refusedCycle);
        } else if (answer instanceof SessionViews a) {
            WireLists.write(out.u8(SESSION_VIEWS), a.sessions(), LockAnswerWire::session);
        } else {
            throw new IllegalArgumentException("no binary form of " + answer.getClass());
        }
    }

    static LockAnswer read(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case SESSION_OPENED -> new SessionOpened(in.text(), in.varint());
            case DONE -> new Done();
            case GRANTED -> new Granted(owner(in), in.text(), mode(in), in.varint(), in.varint32("holds"));
            case RELEASED -> new Released(in.text(), in.varint32("holds"));
            case FORCE_RELEASED -> new ForceReleased(in.text(), WireLists.read(in, 2, LockAnswerWire::owner));
            case LOCK_VIEW -> view(in);
            case LOCK_VIEWS -> new LockViews(WireLists.read(in, 3, LockAnswerWire::view), in.text());
            case GRAPH_VIEW ->
                new GraphView(
                        WireLists.read(in, 5, LockAnswerWire::edge),
                        WireLists.read(in, 2, LockAnswerWire::refusedCycle));
            case SESSION_VIEWS -> new SessionViews(WireLists.read(in, 6, LockAnswerWire::session));
            case LOCK_TIMEOUT -> new LockTimeout(in.text(), WireLists.read(in, 5, LockAnswerWire::holder), in.varint());
            case WAIT_CANCELLED -> new WaitCancelled(in.text());
            case DEADLOCK -> new Deadlock(in.text(), WireLists.read(in, 8, LockAnswerWire::step));
            case NOT_HOLDER -> new NotHolder(in.text(), owner(in), in.signed());
            case SESSION_EXPIRED -> new SessionExpired(in.text());
            case IDEMPOTENCY_MISMATCH -> new IdempotencyMismatch(in.text());
            case TOO_MANY -> new TooMany(in.text(), in.varint());
            default -> throw in.malformed("no lock answer has the type " + type);
        };
    }

    static WireWriter owner(WireWriter out, LockOwner owner) {
        return out.text(owner.session()).text(owner.name());
    }

    static LockOwner owner(WireReader in) throws MalformedMessageException {
        return new LockOwner(in.text(), in.text());
    }

    static WireWriter mode(WireWriter out, LockMode mode) {
        return out.bool(mode == LockMode.EXCLUSIVE);
    }

    static LockMode mode(WireReader in) throws MalformedMessageException {
        return in.bool() ? LockMode.EXCLUSIVE : LockMode.SHARED;
    }

    static void refusedCycle(WireWriter out, RefusedCycle refused) {
        WireLists.write(out.signed(refused.atMillis()), refused.cycle(), LockAnswerWire::step);
    }

    static RefusedCycle refusedCycle(WireReader in) throws MalformedMessageException {
        return new RefusedCycle(in.signed(), WireLists.read(in, 8, LockAnswerWire::step));
    }

    private static void step(WireWriter out, CycleStep step) {
        owner(out, step.owner()).text(step.label()).text(step.waitsFor());
        owner(mode(out, step.mode()), step.heldBy());
        mode(out, step.heldMode());
    }

    private static CycleStep step(WireReader in) throws MalformedMessageException {
        return new CycleStep(owner(in), in.text(), in.text(), mode(in), owner(in), mode(in));
    }

    private static void holder(WireWriter out, Holder holder) {
        mode(owner(out, holder.owner()), holder.mode()).varint(holder.token()).varint(holder.holds());
    }

    private static Holder holder(WireReader in) throws MalformedMessageException {
        return new Holder(owner(in), mode(in), in.varint(), in.varint32("holds"));
    }

    private static void waiter(WireWriter out, Waiter waiter) {
        mode(owner(out, waiter.owner()), waiter.mode())
                .varint(waiter.position())
                .varint(waiter.waitedMillis());
    }

    private static Waiter waiter(WireReader in) throws MalformedMessageException {
        return new Waiter(owner(in), mode(in), in.varint32("position"), in.varint());
    }

    private static void view(WireWriter out, LockView view) {
        WireLists.write(out.text(view.lock()), view.holders(), LockAnswerWire::holder);
        WireLists.write(out, view.waiters(), LockAnswerWire::waiter);
    }

    private static LockView view(WireReader in) throws MalformedMessageException {
        return new LockView(
                in.text(),
                WireLists.read(in, 5, LockAnswerWire::holder),
                WireLists.read(in, 5, LockAnswerWire::waiter));
    }

    private static void edge(WireWriter out, GraphEdge edge) {
        owner(owner(out, edge.from()), edge.to()).text(edge.lock());
    }

    private static GraphEdge edge(WireReader in) throws MalformedMessageException {
        return new GraphEdge(owner(in), owner(in), in.text());
    }

    private static void session(WireWriter out, SessionView view) {
        out.text(view.session()).text(view.label()).varint(view.ttlMillis()).node(view.node());
        WireLists.write(out, view.holds(), LockAnswerWire::hold);
        WireLists.write(out, view.waits(), LockAnswerWire::wait);
    }

    private static SessionView session(WireReader in) throws MalformedMessageException {
        return new SessionView(
                in.text(),
                in.text(),
                in.varint(),
                in.node(),
                WireLists.read(in, 4, LockAnswerWire::hold),
                WireLists.read(in, 4, LockAnswerWire::wait));
    }

    private static void hold(WireWriter out, SessionHold hold) {
        mode(out.text(hold.lock()).text(hold.owner()), hold.mode()).varint(hold.token());
    }

    private static SessionHold hold(WireReader in) throws MalformedMessageException {
        return new SessionHold(in.text(), in.text(), mode(in), in.varint());
    }

    private static void wait(WireWriter out, SessionWait wait) {
        mode(out.text(wait.lock()).text(wait.owner()), wait.mode()).varint(wait.position());
    }

    private static SessionWait wait(WireReader in) throws MalformedMessageException {
        return new SessionWait(in.text(), in.text(), mode(in), in.varint32("position"));
    }
}

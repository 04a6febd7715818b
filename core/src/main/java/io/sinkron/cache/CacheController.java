package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryValue;

/**
 * The cache controller: one state machine a line (Papamarcos and Patel 1984; transient states after Sorin, Hill and Wood). "none", "shared" and
 * "data" are what a snoop is answered with; "decline" is a {@link GrantAck} that changes nothing; a blank changes nothing.
 *
 * <pre>
 * state load  store         evict            Snp Rd           Snp RdX      Grant S/E   Grant X        X in place  Ack(version)   lease lost
 * I     BusRd, BusRdX,                       none             none         decline     decline        decline
 *       IS_D   IM_D
 * S     hit    BusUpgr,SM_A I                shared           none, I      decline     decline        decline                    I
 * E     hit    M            I                shared, S        none, I      decline     decline        decline                    I
 * M     hit    M            WriteBack, MI_A  data+shared,MS_A data, MI_A   decline     decline        decline     E              WriteBack, MI_A
 * IS_D  wait   wait         pinned           none             none         loads, S/E  decline        decline                    I
 * IM_D  wait   wait         pinned           none             none         decline     stores, M      decline                    I
 * SM_A  hit    wait         pinned           shared           none, IM_D   decline     stores, M      stores, M                  I
 * MI_A  wait   wait         pinned           data             data         decline     decline        decline     I
 * MS_A  hit    wait         pinned           data+shared      data, MI_A   decline     decline        decline     S              MI_A
 * </pre>
 *
 * A grant is accepted for the outstanding request only. The waiting stores are performed inside the grant's handler, before any later snoop can take
 * the line away: that is why contended writes make progress. An X grant for which no store waits any more gives E. "Ack" is main memory's word for
 * the version retained; in M it comes from a write-back in the background, and an older version's changes nothing but the write-back in flight.
 * Installing a view keeps the lines, renumbers the outstanding requests and voids what is in flight; activating it sends all of it again. Machine only.
 */
final class CacheController {
    private static final long RETRY_AFTER_MILLIS = 200;

    private final Context context;
    private final LineTable lines;
    private final PendingCalls calls;
    private final DirtyLines dirty;
    private final Room room;
    private final Outstanding outstanding;
    private final Evictor evictor;
    private final Regions regions;
    private final Withdrawal withdrawal;
    private final SnoopAnswers snoops;

    CacheController(Context context, LineTable lines, PendingCalls calls, DirtyLines dirty) {
        this.context = context;
        this.lines = lines;
        this.calls = calls;
        this.dirty = dirty;
        this.room = new Room(context, lines);
        this.outstanding = new Outstanding(context, dirty, room, new Awaits(calls));
        this.evictor = new Evictor(lines, dirty, room, outstanding);
        this.regions = new Regions(context, lines, room, outstanding, evictor);
        this.withdrawal = new Withdrawal(lines, dirty, outstanding);
        this.snoops = new SnoopAnswers(context, lines, outstanding);
    }

    /** A new read or write. */
    void call(PendingCall call, long deadline) {
        Line line = context.isServing ? lines.get(call.request.key()) : null;
        if (line != null && call.isRead() && line.isReadable()) {
            room.touch(line);
            line.counters.hits.increment();
            context.outbox.complete(call.id, read(line, true));
            return;
        }
        if (calls.isFull()) {
            context.outbox.complete(
                    call.id, new Refusal.Overloaded("maxWaitingCalls", context.options.maxWaitingCalls()));
            return;
        }
        if (call.request instanceof CacheRequest.Await await) {
            await(line, call, await, deadline);
            return;
        }
        calls.keep(call, deadline, this::expired);
        if (call.isRead()) {
            room.regionOf(call.request.key()).counters.misses.increment();
        }
        place(call);
    }

    private void await(Line line, PendingCall call, CacheRequest.Await await, long deadline) {
        if (Awaits.isWorthwhile(line, await)) {
            calls.keep(call, deadline, late -> end(late, new CacheAnswer.Awaited(late.request.key(), false)));
            line.work().awaiting.add(call);
            outstanding.settle(line);
        } else {
            context.outbox.complete(call.id, new CacheAnswer.Awaited(await.key(), true));
        }
    }

    /** Puts a call where it can be performed or waits. */
    private void place(PendingCall call) {
        if (!context.isServing) {
            withdrawal.unserved.add(call);
            return;
        }
        Line line = evictor.admit(call);
        if (line != null) {
            enter(line, call);
        }
    }

    private void enter(Line line, PendingCall call) {
        line.work().waiting.add(call);
        serve(line);
        outstanding.settle(line);
    }

    private CacheAnswer read(Line line, boolean hit) {
        MemoryValue value = line.visible;
        if (!WriteRules.isPresent(value, context.clusterMillis())) {
            return new CacheAnswer.NoSuchKey(line.key, value.version());
        }
        return new CacheAnswer.Value(
                line.key, value.value(), value.version(), line.state.outside(), hit, value.expiresAtMillis());
    }

    /** Performs what waits for the line, as far as its state permits. */
    private void serve(Line line) {
        if (!line.hasWaiting()) {
            return;
        }
        PendingCall.Queue waiting = line.work().waiting;
        PendingCall next;
        for (PendingCall call = waiting.first(); call != null; call = next) {
            next = call.next;
            if (call.isRead()) {
                if (line.isReadable()) {
                    room.touch(line);
                    calls.answer(call, read(line, false));
                }
            } else if (line.state == ControllerState.E || line.state == ControllerState.M) {
                waiting.remove(call);
                perform(line, call);
            } else if (call.request instanceof CacheRequest.Claim claim && line.isReadable()) {
                CacheAnswer known =
                        ClaimRules.withoutClaim(claim, line.visible, line.state.outside(), context.clusterMillis());
                if (known != null) {
                    calls.answer(call, known);
                }
            }
        }
        dirty.secure(line);
    }

    private void perform(Line line, PendingCall call) {
        WriteRules.Outcome outcome = outcome(line, call.request);
        long seen = line.value.version();
        boolean wasShown = line.visible == line.value;
        if (outcome.written() != null) {
            dirty.written(line, outcome.written());
        }
        room.touch(line);
        call.answer = outcome.answer();
        if (outcome.answer() instanceof CacheAnswer.Claimed) {
            // A claim is lost with its holder, whom nobody needs it for then. What it was based on must be safe.
            call.version = seen;
            if (wasShown) {
                calls.answer(call, call.answer);
                return;
            }
        } else {
            call.version = line.value.version();
        }
        dirty.promise(line, call);
    }

    private WriteRules.Outcome outcome(Line line, CacheRequest request) {
        long epoch = context.epoch();
        long nowMillis = context.clusterMillis();
        return WriteRules.isFor(request)
                ? WriteRules.perform(request, line.value, epoch, nowMillis, context.options.rememberMillis())
                : ClaimRules.perform(request, line.value, line.state.outside(), epoch, nowMillis);
    }

    /** The home asks for the line. */
    void snoop(NodeId home, Snoop snoop) {
        snoops.snoop(home, snoop);
    }

    /** The home's answer to a request; accepted for the outstanding one only (rule P3). */
    void grant(NodeId home, Grant grant) {
        Line line = lines.get(grant.key());
        boolean accepted = line != null && accept(line, grant);
        context.outbox.send(home, new GrantAck(grant.epoch(), grant.key(), grant.txn(), accepted));
    }

    /** Installs a grant that is ours and performs what waits for it, before anything else can happen; asks again for one that doesn't fit. */
    private boolean accept(Line line, Grant grant) {
        LineWork work = line.workOrNull();
        if (work == null || work.request == 0 || work.request != grant.request()) {
            return false;
        }
        boolean accepted = install(line, grant);
        if (accepted) {
            work.request = 0;
            line.grantEpoch = grant.epoch();
            line.grantTxn = grant.txn();
            serve(line);
            snoops.granted(line);
        } else {
            outstanding.ask(line, work);
        }
        outstanding.settle(line);
        return accepted;
    }

    /** Takes the permission if the state allows it. One without data never serves a copy that was lost meanwhile (rule P6). */
    private static boolean install(Line line, Grant grant) {
        Permission permission = grant.permission();
        boolean fits = switch (line.state) {
            case IS_D -> permission == Permission.SHARED || permission == Permission.EXCLUSIVE;
            case IM_D -> permission == Permission.MODIFY;
            case SM_A -> permission == Permission.MODIFY || permission == Permission.MODIFY_IN_PLACE;
            case I, S, E, M, MI_A, MS_A -> false;
        };
        if (fits) {
            line.state = permission == Permission.SHARED ? ControllerState.S : ControllerState.E;
            grant.data().ifPresent(data -> {
                line.value = data;
                line.visible = data;
            });
        }
        return fits;
    }

    /** Main memory has this version of the line. */
    void saved(CacheMessage.WriteBackAck ack) {
        saved(lines.get(ack.key()), ack.version());
    }

    private void saved(Line line, long version) {
        if (line != null) {
            dirty.saved(line, version);
            serve(line);
            outstanding.settle(line);
        }
    }

    /** Another node holds this version of the line. */
    void backedUp(NodeId holder, CacheMessage.BackupAck ack) {
        Line line = lines.get(ack.key());
        if (line != null) {
            dirty.backedUp(line, holder, ack.version());
            serve(line);
            outstanding.settle(line);
        }
    }

    /** A holder asks whether it must go on. */
    void queried(NodeId holder, CacheMessage.BackupQuery query) {
        dirty.queried(lines.get(query.key()), holder, query);
    }

    /** Main memory has judged a rescue. */
    void rescued(MemoryUse.Rescue use, MemoryAnswer answer) {
        Line line = lines.get(use.key());
        if (line == null || !line.hasWork() || line.work().rescueEpoch == 0) {
            return;
        }
        if (answer instanceof MemoryAnswer.Stored) {
            saved(line, use.version());
        } else {
            dirty.rescueRefused(line);
            outstanding.settle(line);
        }
    }

    /** Main memory couldn't be reached for a rescue. */
    void rescueFailed(MemoryUse.Rescue use) {
        Line line = lines.get(use.key());
        if (line != null && line.hasWork()) {
            dirty.rescueFailed(line);
        }
    }

    /** A new view is installed, and this node was a member all the time. */
    void viewInstalled() {
        outstanding.viewInstalled();
    }

    /** The view is active: what is outstanding goes to the new homes. */
    void viewActive() {
        outstanding.viewActive();
    }

    /** This node isn't, or may have not been, a member: its lines are worth nothing, and its dirty data is for main memory to judge. */
    void excluded(long lastEpoch) {
        withdrawal.excluded(lastEpoch);
    }

    /** The lease is over: nothing may be read any more. */
    void leaseLost() {
        withdrawal.leaseLost();
    }

    /** Ends the wait of a call whose caller gave up. What is performed already is answered when it is safe. */
    void cancel(PendingCall call) {
        if (!call.isPerformed()) {
            end(call, new Refusal.Cancelled());
        }
    }

    /** Ends every call that isn't performed, and holds no line any more: this node is about to stop. */
    void close(Refusal refusal) {
        snoops.close();
        for (PendingCall call : calls.all()) {
            if (!call.isPerformed()) {
                end(call, refusal);
            }
        }
    }

    /** Ends all calls as if their deadlines had come. */
    void leave() {
        calls.all().forEach(this::expired);
    }

    private void expired(PendingCall call) {
        if (call.isPerformed()) {
            end(call, new Refusal.OutcomeUnknown("the write is done here, but not known to be safe"));
            return;
        }
        String reason = "the line's home does not answer";
        if (!context.isServing) {
            reason = "this node has no lease";
        } else if (context.placement == null) {
            reason = "the cluster's view is changing";
        } else if (room.isParked(call)) {
            reason = "the cache is full of lines that can't leave";
        }
        end(call, new Refusal.Unavailable(reason, RETRY_AFTER_MILLIS));
    }

    private void end(PendingCall call, Answer answer) {
        calls.answer(call, answer);
        Line line = lines.get(call.request.key());
        if (line != null) {
            outstanding.settle(line);
        }
    }

    /** Takes a line's place away, unless it is pinned. */
    void evict(Bytes key) {
        Line line = lines.get(key);
        if (line != null && line.state.isEvictable()) {
            evictor.evict(line);
        }
    }

    /** Before a turn: what other threads have read counts as used. */
    void begin() {
        room.drainTouches();
    }

    /** After a turn: keeps the byte limits, and lets calls go on that waited for room or for the lease. */
    void finish() {
        evictor.trim();
        if (!context.isServing) {
            return;
        }
        while (!withdrawal.unserved.isEmpty()) {
            place(withdrawal.unserved.poll());
        }
        for (PendingCall call = evictor.nextAdmitted(); call != null; call = evictor.nextAdmitted()) {
            enter(evictor.open(call.request.key()), call);
        }
    }

    /** Declares a region, or sets other limits. */
    void declare(long call, CacheRegion region) {
        regions.declare(call, region);
    }

    /** Removes a region. */
    void remove(long call, String region) {
        regions.remove(call, region);
    }

    /** The line's state for others. */
    LineState stateOf(Bytes key) {
        Line line = context.isServing ? lines.get(key) : null;
        return line == null ? LineState.I : line.state.outside();
    }

    /** Sends every dirty line to main memory; the lines stay. */
    void writeBackAll() {
        dirty.writeBackAll().forEach(outstanding::settle);
    }
}

package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.AuditQuery;
import io.sinkron.cache.CacheMessage.AuditReply;
import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupAck;
import io.sinkron.cache.CacheMessage.BackupQuery;
import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.BusUpgr;
import io.sinkron.cache.CacheMessage.Changed;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Interest;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.StateQuery;
import io.sinkron.cache.CacheMessage.StateReply;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cache.HomeTransaction.Kind;
import io.sinkron.cache.HomeTransaction.Request;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryAnswer;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One node's part in the coherent cache: its cache controller, its home controller and its keeper of backups, behind one pure machine. Every method
 * is one turn: it takes what happened and the time, and leaves what is to be done in {@link #effects}. Messages of another view than the installed
 * one are dropped. Nothing but {@link LineTable} may be touched by another thread.
 *
 * <p>Views: {@link #viewPrepared} ends this node's part in the old view (its lines stay, and hits go on); when every backup of a lost writer is in
 * main memory, {@link CacheEffect.Installed} says so; {@link #viewActive} begins the new one. A node that a view leaves out, or that has skipped
 * one, drops its lines and offers its dirty data to main memory in its last epoch, where the fences decide.
 */
public final class CacheNode {
    private static final long IDLE_NANOS = 3_600_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final String CLOSING = "this node is closing: call another one";
    private static final long CLOSING_RETRY_MILLIS = 1_000;

    private final long incarnation;
    private final LineTable lines;
    private final Context context;
    private final PendingCalls calls;
    private final Changes changes;
    private final Sweeps sweeps;
    private final DirtyLines dirty;
    private final CacheController controller;
    private final HomeController home;
    private final BackupKeeper keeper;
    private final StateQueries queries;
    private final Flushes flushes;

    private boolean hasLease;
    private boolean isInstalling;
    private boolean isClosing;
    private boolean isClockSet;

    /** A node without a view, a lease or lines. */
    public CacheNode(CacheOptions options, NodeId self, long incarnation, LineTable lines, RandomGenerator random) {
        this.incarnation = incarnation;
        this.lines = lines;
        this.context = new Context(options, self, random);
        this.calls = new PendingCalls(context);
        this.changes = new Changes(context);
        this.sweeps = new Sweeps(context, calls);
        this.dirty = new DirtyLines(context, calls, changes);
        this.controller = new CacheController(context, lines, calls, dirty);
        this.home = new HomeController(context, lines);
        this.keeper = new BackupKeeper(context);
        this.queries = new StateQueries(context);
        this.flushes = new Flushes(context, dirty);
    }

    /** A client's request; completed once, by its deadline. While this node has no lease or no active view, it waits. */
    public void call(long call, CacheRequest request, long deadline, long now) {
        begin(now);
        if (isClosing) {
            context.outbox.complete(call, new Refusal.Unavailable(CLOSING, CLOSING_RETRY_MILLIS));
        } else if (request instanceof CacheRequest.States states) {
            queries.ask(call, states.key(), deadline);
        } else if (request instanceof CacheRequest.Sweep sweep) {
            sweeps.ask(call, sweep, deadline);
        } else if (request instanceof CacheRequest.Listen listen) {
            changes.listen(call, listen.regions());
        } else {
            controller.call(new PendingCall(call, request), deadline);
        }
        end();
    }

    /** The caller gave up: completed as cancelled if nothing was done yet, and with its answer otherwise. Nothing for a call that has ended. */
    public void cancel(long call, long now) {
        begin(now);
        PendingCall pending = calls.get(call);
        if (pending != null) {
            controller.cancel(pending);
        } else if (!flushes.cancel(call)) {
            queries.cancel(call);
        }
        end();
    }

    /** This node has left the cluster: every open call ends, as if its deadline had come. Lines stay until a view says what becomes of them. */
    public void leave(long now) {
        begin(now);
        controller.leave();
        end();
    }

    /** A message of another node. */
    public void receive(NodeId from, CacheMessage message, long now) {
        begin(now);
        dispatch(from, message);
        end();
    }

    private void dispatch(NodeId from, CacheMessage message) {
        if (message.epoch() != context.epoch()
                || !context.view.has(context.self, incarnation)
                || context.view.member(from).isEmpty()) {
            return;
        }
        if (message instanceof BusRd m) {
            home.request(m.key(), new Request(from, m.request(), Kind.READ));
        } else if (message instanceof BusRdX m) {
            home.request(m.key(), new Request(from, m.request(), Kind.WRITE));
        } else if (message instanceof BusUpgr m) {
            home.request(m.key(), new Request(from, m.request(), Kind.UPGRADE));
        } else if (message instanceof Snoop m) {
            controller.snoop(from, m);
        } else if (message instanceof SnoopResponse m) {
            home.response(from, m);
        } else if (message instanceof Grant m) {
            controller.grant(from, m);
        } else if (message instanceof GrantAck m) {
            home.acknowledged(from, m);
        } else if (message instanceof WriteBack m) {
            home.store(from, m.key(), m.value());
        } else if (message instanceof WriteBackAck m) {
            controller.saved(m);
        } else {
            dispatchAside(from, message);
        }
    }

    private void dispatchAside(NodeId from, CacheMessage message) {
        if (message instanceof Backup m) {
            keeper.backup(from, m);
        } else if (message instanceof BackupAck m) {
            controller.backedUp(from, m);
        } else if (message instanceof BackupRelease m) {
            keeper.release(from, m);
        } else if (message instanceof BackupQuery m) {
            controller.queried(from, m);
        } else if (message instanceof StateQuery m) {
            LineState state = controller.stateOf(m.key());
            context.outbox.send(from, new StateReply(m.epoch(), m.key(), m.query(), state));
        } else if (message instanceof StateReply m) {
            queries.answered(from, m);
        } else if (message instanceof AuditQuery m) {
            AuditedCopy copy = CopyReader.of(lines.get(m.key()), context);
            context.outbox.send(from, new AuditReply(m.epoch(), m.key(), m.audit(), copy));
        } else if (message instanceof AuditReply m) {
            home.auditor.answered(from, m);
        } else if (message instanceof Interest m) {
            changes.announced(from, m);
        } else if (message instanceof Changed m) {
            changes.received(from, m);
        }
    }

    /** Main memory has answered an operation. */
    public void memory(long operation, MemoryAnswer answer, long now) {
        begin(now);
        MemoryUse use = context.outbox.finished(operation);
        if (use instanceof MemoryUse.Fetch fetch) {
            home.fetched(fetch, answer);
        } else if (use instanceof MemoryUse.Store store) {
            home.stored(store, answer);
        } else if (use instanceof MemoryUse.Recover recover) {
            keeper.recovered(recover, answer);
        } else if (use instanceof MemoryUse.Rescue rescue) {
            controller.rescued(rescue, answer);
        } else if (use instanceof MemoryUse.Audit audit) {
            home.auditor.fetched(audit, answer);
        } else if (use instanceof MemoryUse.Sweep sweep) {
            sweeps.swept(sweep, answer);
        }
        end();
    }

    /** Main memory couldn't answer an operation. All of them may be repeated, so it doesn't matter whether this one was done. */
    public void memoryFailed(long operation, boolean maybeApplied, String reason, long now) {
        begin(now);
        MemoryUse use = context.outbox.finished(operation);
        if (use instanceof MemoryUse.Fetch fetch) {
            home.fetchFailed(fetch);
        } else if (use instanceof MemoryUse.Store store) {
            home.storeFailed(store);
        } else if (use instanceof MemoryUse.Recover recover) {
            keeper.recoverFailed(recover);
        } else if (use instanceof MemoryUse.Rescue rescue) {
            controller.rescueFailed(rescue);
        } else if (use instanceof MemoryUse.Audit audit) {
            home.auditor.fetchFailed(audit);
        } else if (use instanceof MemoryUse.Sweep sweep) {
            sweeps.failed(sweep, reason);
        }
        end();
    }

    /** A view is prepared: this node installs it, and acts by none until it is active. Nothing for one that is installed already. */
    public void viewPrepared(View view, long now) {
        begin(now);
        install(view);
        end();
    }

    private void install(View view) {
        if (view.epoch() <= context.epoch()) {
            return;
        }
        long last = context.epoch();
        boolean wasMember = context.view.has(context.self, incarnation);
        boolean isMember = view.has(context.self, incarnation);
        boolean isNext = isMember && wasMember && view.epoch() == last + 1;
        boolean wasActive = context.placement != null;
        context.view = view;
        context.placement = null;
        home.viewInstalled(isNext && wasActive);
        if (isNext) {
            controller.viewInstalled();
        } else {
            controller.excluded(last);
        }
        keeper.viewInstalled();
        changes.viewInstalled();
        isInstalling = isMember;
    }

    /** A view is active: its ring routes from now on. */
    public void viewActive(View view, Ring ring, long now) {
        viewActive(view, new RingPlacement(ring), now);
    }

    void viewActive(View view, Placement placement, long now) {
        begin(now);
        install(view);
        if (view.epoch() == context.epoch() && context.placement == null && view.has(context.self, incarnation)) {
            context.placement = placement;
            home.viewActive();
            controller.viewActive();
            changes.viewActive();
        }
        end();
    }

    /** This node's lease has become valid, or is over. The end that {@link LineTable#leaseUntil} was told counts as well, whichever is earlier. */
    public void lease(boolean valid, long now) {
        hasLease = valid;
        begin(now);
        end();
    }

    /** The cluster's time, as near as this node knows; it never goes back here. */
    public void clusterTime(long millis, long now) {
        long offset = millis * NANOS_PER_MILLI - now;
        if (!isClockSet || offset > context.clusterOffsetNanos) {
            isClockSet = true;
            context.clusterOffsetNanos = offset;
            lines.clusterOffsetNanos(offset);
        }
    }

    /** Time passes. Harmless at any time; needed at {@link #deadline}. */
    public void tick(long now) {
        begin(now);
        context.timers.run(now);
        end();
    }

    /** When {@link #tick} is next needed. */
    public long deadline() {
        return context.timers.next(context.now + IDLE_NANOS);
    }

    /**
     * Writes every dirty line back; the lines stay. Completed with {@link Flushed} when main memory has all, or after
     * {@link CacheOptions#flushTimeoutNanos} with what it hasn't.
     */
    public void flush(long call, long now) {
        begin(now);
        flushes.await(call, now + context.options.flushTimeoutNanos());
        controller.writeBackAll();
        end();
    }

    /**
     * Writes every dirty line back and takes no call any more, so that nothing is written behind the report's back: this node is about to stop. Calls
     * that aren't performed yet end as unavailable, without effect; those that are get their answers when their values are safe.
     *
     * @param call completed with {@link Flushed} when main memory has all, or at the deadline with what it hasn't
     */
    public void close(long call, long deadline, long now) {
        begin(now);
        isClosing = true;
        flushes.await(call, deadline);
        controller.close(new Refusal.Unavailable(CLOSING, CLOSING_RETRY_MILLIS));
        controller.writeBackAll();
        end();
    }

    /**
     * Gives the lines of a named cache a capacity and an order of recency of their own, or another capacity. Completed with
     * {@link CacheRegion.Changed}; refused as overloaded past {@link CacheRegion#MAX_REGIONS}.
     */
    public void region(long call, CacheRegion region, long now) {
        begin(now);
        controller.declare(call, region);
        end();
    }

    /**
     * Removes a region, its numbers and its lines: clean ones at once, dirty ones when main memory has them. Lines of that cache that come later belong
     * to the unnamed region. Completed with {@link CacheRegion.Changed}.
     */
    public void removeRegion(long call, String name, long now) {
        begin(now);
        controller.remove(call, name);
        end();
    }

    /** Takes a line's place away, as if room were needed; nothing for a line that is pinned or not here. */
    void evict(Bytes key, long now) {
        begin(now);
        controller.evict(key);
        end();
    }

    /** Audits a line now, as if its turn had come; nothing if this node isn't its home, or if that is being done. */
    void audit(Bytes key, long now) {
        begin(now);
        home.auditor.audit(key);
        end();
    }

    /** All effects since the last call, in order. */
    public List<CacheEffect> effects() {
        return context.outbox.drain();
    }

    private void begin(long now) {
        context.now = now;
        boolean isServing = hasLease && lines.holdsLease(now);
        if (context.isServing != isServing) {
            context.isServing = isServing;
            if (isServing) {
                lines.leaseRegained();
            } else {
                lines.leaseLost();
                controller.leaseLost();
            }
        }
        controller.begin();
    }

    private void end() {
        deliverToSelf();
        controller.finish();
        deliverToSelf();
        if (isInstalling && keeper.recovering() == 0 && dirty.rescuing() == 0) {
            isInstalling = false;
            context.outbox.installed(context.epoch());
        }
        flushes.check();
    }

    private void deliverToSelf() {
        for (CacheMessage message = context.outbox.nextToSelf();
                message != null;
                message = context.outbox.nextToSelf()) {
            dispatch(context.self, message);
        }
    }
}

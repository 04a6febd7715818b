package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cache.HomeTransaction.Kind;
import io.sinkron.cache.HomeTransaction.Phase;
import io.sinkron.cache.HomeTransaction.Request;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The home of the keys that the ring gives to this node: the point that orders what the nodes do to a line, where a bus would. One transaction a
 * line at a time (rule P1); requests that come meanwhile wait in order, at most one of each node. It snoops who may hold the line, as far as its
 * {@link SnoopFilter} knows, and everybody if that knows nothing.
 *
 * <pre>
 * state  request            snoop response               data of any kind        memory has it          memory's value   GrantAck        time-out
 * Idle   snoop the holders,                              PutIfNewer              WriteBackAck
 *        Snoop (on, if
 *        there are none)
 * Snoop  queue              this txn: one fewer pending; PutIfNewer              WriteBackAck; none                                      snoop the
 *                           kept: shared                                         pending nor storing:                                    pending again
 *                                                                                on
 * Fetch  queue              -                            PutIfNewer              WriteBackAck           Grant            -               -
 * Grant  queue; the same:                                PutIfNewer              WriteBackAck                            this txn, all:  grant again
 *        grant again                                                                                                     next or Idle
 *
 * on: an upgrade of a known sharer, or a read of which a readable copy's value is at hand: Grant; else GetFenced, Fetch
 * </pre>
 *
 * A grant is S if a read leaves other copies, E if it leaves none, and M for a writer. Its data comes from main memory, read with the epoch as fence
 * after every dirty answer was stored (rules P2, P7, P9), or from a copy that is readable within the transaction: while there is such a copy,
 * nothing newer exists anywhere, not even on its way, so there is nothing for a fence to keep out. A read's transaction grants S to all who wait to
 * read, up to the first who waits to write.
 *
 * <p>A new view drops every transaction: the requesters ask again. Whatever main memory refuses for its epoch means that a newer view is active
 * elsewhere: the transaction ends without a grant. Machine only.
 */
final class HomeController implements Auditor.Home {
    /** Compares copies of this home's lines between their transactions. */
    final Auditor auditor;

    private final Context context;
    private final LineTable copies;
    private final SnoopFilter filter;
    private final Limits limits = Limits.DEFAULT;
    private final Map<Bytes, HomeLine> lines = new HashMap<>();
    /** Dirty data on its way into main memory, and its bytes. */
    private final Map<MemoryUse.Store, Integer> storing = new HashMap<>();

    private long storingBytes;
    private long nextTxn = 1;

    /**
     * What a home holds at most, whatever the other nodes send and however long main memory takes. What is past it counts as lost on its way: requests,
     * snoops and write-backs are all sent again until they are answered, or until the caller's deadline.
     *
     * @param transactions lines with a transaction; each has one request of each node waiting at most
     * @param storingBytes values on their way into main memory; one always has room, and write-backs have half of it, so that the data of a
     *     snooped line, for which others wait, isn't held up by data for which nobody does
     */
    record Limits(int transactions, long storingBytes) {
        static final Limits DEFAULT = new Limits(1 << 18, 64 << 20);
    }

    /** A line with a transaction. */
    private static final class HomeLine {
        private HomeTransaction current;
        private final Map<NodeId, Request> queue = new LinkedHashMap<>();
        private Timers.Timer retry;
    }

    /** A home that knows nothing; {@code copies} are those of the node's own cache. */
    HomeController(Context context, LineTable copies) {
        this.context = context;
        this.copies = copies;
        this.filter = new SnoopFilter(context.options.maxFilterEntries());
        this.auditor = new Auditor(context, copies, this);
    }

    /** A node asks for a line. */
    void request(Bytes key, Request request) {
        HomeLine line = lines.get(key);
        if (line == null) {
            if (lines.size() < limits.transactions()) {
                line = new HomeLine();
                lines.put(key, line);
                start(key, line, request);
            }
            return;
        }
        Grant granted = line.current.grants.get(request.from());
        if (granted != null && granted.request() == request.number()) {
            context.outbox.send(request.from(), granted);
            return;
        }
        Request known = line.queue.get(request.from());
        if (!line.current.request.isSame(request) && (known == null || known.number() < request.number())) {
            line.queue.put(request.from(), request);
        }
    }

    private void start(Bytes key, HomeLine line, Request request) {
        auditor.requested(key);
        Holders holders = filter.take(key);
        Set<NodeId> asked = holders.toSnoop(context.view, request.from(), request.isWrite());
        HomeTransaction current = new HomeTransaction(nextTxn++, key, request, holders, asked);
        line.current = current;
        sendSnoops(current);
        if (asked.isEmpty()) {
            snooped(current);
        }
        arm(line);
    }

    private void sendSnoops(HomeTransaction current) {
        for (NodeId node : current.pending) {
            Snoop snoop = new Snoop(context.epoch(), current.key, current.txn, current.request.isWrite());
            context.outbox.send(node, snoop);
        }
    }

    private void arm(HomeLine line) {
        context.timers.cancel(line.retry);
        line.retry = context.timers.schedule(context.retryAt(), () -> retry(line));
    }

    private void retry(HomeLine line) {
        HomeTransaction current = line.current;
        switch (current.phase) {
            case SNOOP -> sendSnoops(current);
            case FETCH -> fetch(current);
            case GRANT -> current.grants.forEach(context.outbox::send);
        }
        arm(line);
    }

    /** A node has obeyed a snoop; its dirty data is stored whichever transaction it was asked in. */
    void response(NodeId from, SnoopResponse response) {
        if (response.dirty().isPresent()
                && !store(from, response.key(), response.dirty().get(), limits.storingBytes())) {
            return;
        }
        HomeTransaction current = transaction(response.key());
        if (current == null || current.txn != response.txn() || !current.pending.remove(from)) {
            return;
        }
        if (response.keptShared()) {
            current.kept.add(from);
            current.offered = response.dirty().orElse(current.offered);
        }
        response.dirty().ifPresent(data -> current.storing.put(from, data.version()));
        if (current.isSnooped()) {
            snooped(current);
        }
    }

    /** A node hands dirty data over for main memory. */
    void store(NodeId from, Bytes key, MemoryValue data) {
        store(from, key, data, limits.storingBytes() / 2);
    }

    /** False if there is too much on its way already. */
    private boolean store(NodeId from, Bytes key, MemoryValue data, long maxBytes) {
        MemoryUse.Store use = new MemoryUse.Store(context.epoch(), key, from, data.version());
        if (storing.containsKey(use)) {
            return true;
        }
        int bytes = key.size() + data.value().size();
        if (!storing.isEmpty() && storingBytes + bytes > maxBytes) {
            return false;
        }
        storing.put(use, bytes);
        storingBytes += bytes;
        context.outbox.memory(new MemoryOp.PutIfNewer(key, context.epoch(), data), use);
        return true;
    }

    private void storeEnded(MemoryUse.Store use) {
        Integer bytes = storing.remove(use);
        storingBytes -= bytes == null ? 0 : bytes;
    }

    /** Main memory has a node's data, or refuses it. */
    void stored(MemoryUse.Store use, MemoryAnswer answer) {
        if (use.epoch() != context.epoch()) {
            return;
        }
        storeEnded(use);
        if (!(answer instanceof MemoryAnswer.Stored)) {
            refused(use.key());
            return;
        }
        context.outbox.send(use.from(), new WriteBackAck(use.epoch(), use.key(), use.version()));
        HomeTransaction current = transaction(use.key());
        if (current != null && current.storing.remove(use.from(), use.version()) && current.isSnooped()) {
            snooped(current);
        }
    }

    /** Main memory couldn't be reached: the node keeps its data, and is asked for it again. */
    void storeFailed(MemoryUse.Store use) {
        if (use.epoch() != context.epoch()) {
            return;
        }
        storeEnded(use);
        HomeTransaction current = transaction(use.key());
        if (current != null && current.storing.remove(use.from(), use.version())) {
            current.pending.add(use.from());
        }
    }

    /** Nobody else stands in the way: grants at once if that needs no data, or if a readable copy is at hand. */
    private void snooped(HomeTransaction current) {
        Request request = current.request;
        boolean isInPlace = request.kind() == Kind.UPGRADE && current.before.isSharer(request.from());
        if (isInPlace && context.isServing) {
            grant(current, Permission.MODIFY_IN_PLACE, Optional.empty());
            return;
        }
        MemoryValue copy = request.isWrite() ? null : readableCopy(current);
        if (copy == null) {
            fetch(current);
        } else {
            grantRead(current, copy);
        }
    }

    /** The newest value, if somebody is sure to have it readable: who has just been snooped, or this very node, as long as its lease lasts. */
    private MemoryValue readableCopy(HomeTransaction current) {
        if (current.offered != null) {
            return current.offered;
        }
        Line own = context.isServing ? copies.get(current.key) : null;
        boolean isShared = own != null && (own.state == ControllerState.S || own.state == ControllerState.SM_A);
        return isShared ? own.value : null;
    }

    private void fetch(HomeTransaction current) {
        current.phase = Phase.FETCH;
        if (!current.isFetching) {
            current.isFetching = true;
            context.outbox.memory(
                    new MemoryOp.GetFenced(current.key, context.epoch()),
                    new MemoryUse.Fetch(context.epoch(), current.key, current.txn));
        }
    }

    /** Main memory has given the value for a transaction, or refuses to. */
    void fetched(MemoryUse.Fetch use, MemoryAnswer answer) {
        HomeTransaction current = fetching(use);
        if (current == null) {
            return;
        }
        if (!(answer instanceof MemoryAnswer.Fetched fetched)) {
            refused(use.key());
        } else if (current.request.isWrite()) {
            grant(current, Permission.MODIFY, Optional.of(fetched.value()));
        } else {
            grantRead(current, fetched.value());
        }
    }

    /** Main memory couldn't be reached: it is read again by the line's timer. */
    void fetchFailed(MemoryUse.Fetch use) {
        fetching(use);
    }

    private HomeTransaction fetching(MemoryUse.Fetch use) {
        HomeTransaction current = transaction(use.key());
        if (use.epoch() != context.epoch()
                || current == null
                || current.txn != use.txn()
                || current.phase != Phase.FETCH) {
            return null;
        }
        current.isFetching = false;
        return current;
    }

    /** Grants a write. */
    private void grant(HomeTransaction current, Permission permission, Optional<MemoryValue> data) {
        current.after = new Holders.Owner(current.request.from());
        send(current, current.request, permission, data);
    }

    /** Grants a read, and together with it those who wait to read as well. */
    private void grantRead(HomeTransaction current, MemoryValue value) {
        List<Request> readers = new ArrayList<>();
        readers.add(current.request);
        combine(current, readers);
        SortedSet<NodeId> sharers = new TreeSet<>(current.otherSharers());
        Permission permission = sharers.isEmpty() && readers.size() == 1 ? Permission.EXCLUSIVE : Permission.SHARED;
        readers.forEach(reader -> sharers.add(reader.from()));
        current.after = permission == Permission.SHARED
                ? new Holders.Sharers(sharers)
                : new Holders.Owner(current.request.from());
        readers.forEach(reader -> send(current, reader, permission, Optional.of(value)));
    }

    /**
     * Takes those out of the queue who can share the grant: up to the first write, which isn't overtaken. The one whose request began the
     * transaction wasn't asked; if it may be the line's owner, whose late duplicate this request is, then nobody may share what it declines.
     */
    private void combine(HomeTransaction current, List<Request> readers) {
        if (!current.before.isNoOwner(current.request.from())) {
            return;
        }
        Iterator<Request> queue = lines.get(current.key).queue.values().iterator();
        while (queue.hasNext()) {
            Request next = queue.next();
            if (next.isWrite()) {
                return;
            }
            queue.remove();
            if (!next.from().equals(current.request.from())) {
                readers.add(next);
            }
        }
    }

    private void send(HomeTransaction current, Request to, Permission permission, Optional<MemoryValue> data) {
        current.phase = Phase.GRANT;
        Grant grant = new Grant(context.epoch(), current.key, to.number(), current.txn, permission, data);
        current.grants.put(to.from(), grant);
        context.outbox.send(to.from(), grant);
    }

    /** A requester has taken its grant, or declines it. */
    void acknowledged(NodeId from, GrantAck ack) {
        HomeTransaction current = transaction(ack.key());
        if (current == null || current.txn != ack.txn() || current.grants.remove(from) == null) {
            return;
        }
        if (!ack.accepted()) {
            current.after = Holders.UNKNOWN;
        }
        if (current.grants.isEmpty()) {
            filter.put(current.key, current.after);
            next(current.key, lines.get(current.key));
        }
    }

    private void next(Bytes key, HomeLine line) {
        line.current = null;
        if (line.queue.isEmpty()) {
            context.timers.cancel(line.retry);
            lines.remove(key);
            return;
        }
        Request first = line.queue.values().iterator().next();
        line.queue.remove(first.from());
        start(key, line, first);
    }

    /** A fence above our epoch: we are no home any more. Nothing was granted by a transaction that is still short of its grant. */
    private void refused(Bytes key) {
        HomeLine line = lines.get(key);
        if (line != null && line.current.phase != Phase.GRANT) {
            context.timers.cancel(line.retry);
            lines.remove(key);
        }
    }

    private HomeTransaction transaction(Bytes key) {
        HomeLine line = lines.get(key);
        return line == null ? null : line.current;
    }

    /**
     * Drops every transaction: a new view is installed, and its homes begin with none.
     *
     * @param isNext whether it comes right after one that was active here, and this node is a member of both
     */
    void viewInstalled(boolean isNext) {
        for (HomeLine line : lines.values()) {
            context.timers.cancel(line.retry);
        }
        lines.clear();
        storing.clear();
        storingBytes = 0;
        filter.viewInstalled(context.view, isNext);
        auditor.viewInstalled();
    }

    /** The view is active, and its placement known. */
    void viewActive() {
        filter.viewActive(context);
        auditor.viewActive();
    }

    @Override
    public boolean isIdle(Bytes key) {
        return !lines.containsKey(key);
    }

    @Override
    public Holders known(Bytes key) {
        return filter.known(key);
    }

    @Override
    public List<Bytes> knownKeys(int limit) {
        return filter.keys(limit);
    }

    @Override
    public void distrust(Bytes key) {
        filter.take(key);
    }
}

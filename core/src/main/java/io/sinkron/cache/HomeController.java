package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cache.HomeTransaction.Phase;
import io.sinkron.cache.HomeTransaction.Request;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The home of the keys that the ring gives to this node: the point that orders what the nodes do to a line, where a bus would. One transaction a
 * line at a time (rule P1); requests that come meanwhile wait in order, at most one of each node.
 *
 * <pre>
 * state  request            snoop response               data of any kind        memory has it          memory's value   GrantAck        time-out
 * Idle   snoop all others,                               PutIfNewer              WriteBackAck
 *        Snoop (Fetch if
 *        there are none)
 * Snoop  queue              this txn: one fewer pending; PutIfNewer              WriteBackAck; none                                      snoop the
 *                           kept: shared                                         pending nor storing:                                    pending again
 *                                                                                GetFenced, Fetch
 * Fetch  queue              -                            PutIfNewer              WriteBackAck           Grant            -               -
 * Grant  queue; the same:                                PutIfNewer              WriteBackAck                            this txn: next  grant again
 *        grant again                                                                                                     or Idle
 * </pre>
 *
 * A grant is S if a reader's request left other copies, E if it left none, and M for a writer; its data comes from main memory, read with the epoch
 * as fence after every dirty answer was stored (rules P2, P7, P9), so the home holds no data of its own. A new view drops every transaction: the
 * requesters ask again. Whatever main memory refuses for its epoch means that a newer view is active elsewhere: the transaction ends without a
 * grant. Machine only.
 */
final class HomeController {
    private final Context context;
    private final Map<Bytes, HomeLine> lines = new HashMap<>();
    /** Dirty data on its way into main memory. */
    private final Set<MemoryUse.Store> storing = new HashSet<>();

    private long nextTxn = 1;

    /** A line with a transaction. */
    private static final class HomeLine {
        private HomeTransaction current;
        private final Map<NodeId, Request> queue = new LinkedHashMap<>();
        private Timers.Timer retry;
    }

    HomeController(Context context) {
        this.context = context;
    }

    /** A node asks for a line. */
    void request(Bytes key, Request request) {
        HomeLine line = lines.computeIfAbsent(key, k -> new HomeLine());
        if (line.current == null) {
            start(key, line, request);
            return;
        }
        if (line.current.request.equals(request)) {
            if (line.current.phase == Phase.GRANT) {
                context.outbox.send(request.from(), line.current.grant);
            }
            return;
        }
        Request known = line.queue.get(request.from());
        if (known == null || known.number() < request.number()) {
            line.queue.put(request.from(), request);
        }
    }

    private void start(Bytes key, HomeLine line, Request request) {
        Set<NodeId> asked = SnoopSet.unknown(context.view, request.from());
        line.current = new HomeTransaction(nextTxn++, request, asked);
        sendSnoops(key, line.current);
        if (asked.isEmpty()) {
            fetch(key, line.current);
        }
        arm(key, line);
    }

    private void sendSnoops(Bytes key, HomeTransaction current) {
        for (NodeId node : current.pending) {
            Snoop snoop = new Snoop(context.epoch(), key, current.txn, current.request.isWrite());
            context.outbox.send(node, snoop);
        }
    }

    private void arm(Bytes key, HomeLine line) {
        context.timers.cancel(line.retry);
        line.retry = context.timers.schedule(context.retryAt(), () -> retry(key, line));
    }

    private void retry(Bytes key, HomeLine line) {
        HomeTransaction current = line.current;
        switch (current.phase) {
            case SNOOP -> sendSnoops(key, current);
            case FETCH -> fetch(key, current);
            case GRANT -> context.outbox.send(current.request.from(), current.grant);
        }
        arm(key, line);
    }

    /** A node has obeyed a snoop; its dirty data is stored whichever transaction it was asked in. */
    void response(NodeId from, SnoopResponse response) {
        response.dirty().ifPresent(data -> store(from, response.key(), data));
        HomeTransaction current = transaction(response.key());
        if (current == null || current.txn != response.txn() || !current.pending.remove(from)) {
            return;
        }
        current.isShared |= response.keptShared();
        response.dirty().ifPresent(data -> current.storing.put(from, data.version()));
        if (current.isSnooped()) {
            fetch(response.key(), current);
        }
    }

    /** A node hands dirty data over for main memory. */
    void store(NodeId from, Bytes key, MemoryValue data) {
        MemoryUse.Store use = new MemoryUse.Store(context.epoch(), key, from, data.version());
        if (storing.add(use)) {
            context.outbox.memory(new MemoryOp.PutIfNewer(key, context.epoch(), data), use);
        }
    }

    /** Main memory has a node's data, or refuses it. */
    void stored(MemoryUse.Store use, MemoryAnswer answer) {
        if (use.epoch() != context.epoch()) {
            return;
        }
        storing.remove(use);
        if (!(answer instanceof MemoryAnswer.Stored)) {
            refused(use.key());
            return;
        }
        context.outbox.send(use.from(), new WriteBackAck(use.epoch(), use.key(), use.version()));
        HomeTransaction current = transaction(use.key());
        if (current != null && current.storing.remove(use.from(), use.version()) && current.isSnooped()) {
            fetch(use.key(), current);
        }
    }

    /** Main memory couldn't be reached: the node keeps its data, and is asked for it again. */
    void storeFailed(MemoryUse.Store use) {
        if (use.epoch() != context.epoch()) {
            return;
        }
        storing.remove(use);
        HomeTransaction current = transaction(use.key());
        if (current != null && current.storing.remove(use.from(), use.version())) {
            current.pending.add(use.from());
        }
    }

    private void fetch(Bytes key, HomeTransaction current) {
        current.phase = Phase.FETCH;
        if (!current.isFetching) {
            current.isFetching = true;
            context.outbox.memory(
                    new MemoryOp.GetFenced(key, context.epoch()),
                    new MemoryUse.Fetch(context.epoch(), key, current.txn));
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
            return;
        }
        Permission permission = Permission.MODIFY;
        if (!current.request.isWrite()) {
            permission = current.isShared ? Permission.SHARED : Permission.EXCLUSIVE;
        }
        current.phase = Phase.GRANT;
        current.grant = new Grant(
                use.epoch(),
                use.key(),
                current.request.number(),
                current.txn,
                permission,
                Optional.of(fetched.value()));
        context.outbox.send(current.request.from(), current.grant);
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

    /** The requester has taken the grant, or declines it. */
    void acknowledged(NodeId from, GrantAck ack) {
        HomeLine line = lines.get(ack.key());
        if (line == null
                || line.current.txn != ack.txn()
                || line.current.phase != Phase.GRANT
                || !line.current.request.from().equals(from)) {
            return;
        }
        next(ack.key(), line);
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

    /** Drops every transaction: a new view is installed, and its homes begin with nothing. */
    void viewInstalled() {
        for (HomeLine line : lines.values()) {
            context.timers.cancel(line.retry);
        }
        lines.clear();
        storing.clear();
    }
}

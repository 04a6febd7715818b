package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.StateQuery;
import io.sinkron.cache.CacheMessage.StateReply;
import io.sinkron.cluster.Member;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Asks every member for the state of its copy of a line; who doesn't answer in time is left out. No atomic snapshot. Machine only. */
final class StateQueries {
    private static final long RETRY_AFTER_MILLIS = 200;

    private final Context context;
    private final Map<Long, Query> queries = new HashMap<>();
    private long nextQuery = 1;

    private record Query(
            long call, Bytes key, NodeId home, int members, SortedMap<NodeId, LineState> states, Timers.Timer timer) {}

    StateQueries(Context context) {
        this.context = context;
    }

    /** Asks all members, this node among them. */
    void ask(long call, Bytes key, long deadline) {
        if (context.placement == null) {
            Refusal away = new Refusal.Unavailable("the cluster's view is changing", RETRY_AFTER_MILLIS);
            context.outbox.complete(call, away);
            return;
        }
        long number = nextQuery++;
        long timeout = context.now + context.options.statesTimeoutNanos();
        long until = deadline - timeout < 0 ? deadline : timeout;
        int members = context.view.members().size();
        Timers.Timer timer = context.timers.schedule(until, () -> finish(number));
        queries.put(number, new Query(call, key, context.placement.home(key), members, new TreeMap<>(), timer));
        for (Member member : context.view.members()) {
            context.outbox.send(member.id(), new StateQuery(context.epoch(), key, number));
        }
    }

    /** A member's answer. */
    void answered(NodeId from, StateReply reply) {
        Query query = queries.get(reply.query());
        if (query != null && query.key().equals(reply.key())) {
            query.states().put(from, reply.state());
            if (query.states().size() == query.members()) {
                finish(reply.query());
            }
        }
    }

    /** Ends the query of a call whose caller gave up. */
    void cancel(long call) {
        for (Map.Entry<Long, Query> entry : queries.entrySet()) {
            if (entry.getValue().call() == call) {
                context.timers.cancel(entry.getValue().timer());
                queries.remove(entry.getKey());
                context.outbox.complete(call, new Refusal.Cancelled());
                return;
            }
        }
    }

    private void finish(long number) {
        Query query = queries.remove(number);
        context.timers.cancel(query.timer());
        context.outbox.complete(query.call(), new CacheAnswer.States(query.key(), query.home(), query.states()));
    }
}

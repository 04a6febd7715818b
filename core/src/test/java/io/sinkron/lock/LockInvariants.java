package io.sinkron.lock;

import io.sinkron.lock.LockAnswer.GraphView;
import io.sinkron.lock.LockImages.HoldImage;
import io.sinkron.lock.LockImages.LockImage;
import io.sinkron.lock.LockImages.SessionImage;
import io.sinkron.lock.LockImages.WaitImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The invariants of a lock table that a single state shows; the numbers are those of the verification plan. */
final class LockInvariants {
    private LockInvariants() {}

    static void check(LockTable.Snapshot snapshot, GraphView graph) {
        Map<String, SessionImage> sessions = new HashMap<>();
        snapshot.sessions().forEach(session -> sessions.put(session.session(), session));
        Set<LockOwner> busy = new HashSet<>();
        Set<Long> orders = new HashSet<>();
        for (LockImage lock : snapshot.locks()) {
            checkHolders(lock);
            checkHead(lock);
            checkPlaces(lock);
            lock.holders().forEach(hold -> {
                busy.add(hold.owner());
                that(orders.add(hold.order()), "L15 two holds of one rank", lock);
            });
            line(lock).forEach(wait -> {
                busy.add(wait.owner());
                that(wait.order() > 0 && orders.add(wait.order()), "L15 two places of one rank, or one of none", lock);
            });
            that(!lock.holders().isEmpty() || !line(lock).isEmpty(), "L15 a free lock is kept", lock);
        }
        for (LockOwner owner : busy) {
            that(sessions.containsKey(owner.session()), "L6 an owner without a session", owner);
            that(sessions.get(owner.session()).owners().contains(owner.name()), "L15 an unlisted owner", owner);
        }
        for (SessionImage session : snapshot.sessions()) {
            for (String owner : session.owners()) {
                that(busy.contains(new LockOwner(session.session(), owner)), "L15 an idle owner is kept", owner);
            }
        }
        checkGraph(snapshot, graph);
    }

    private static void checkHolders(LockImage lock) {
        Set<LockOwner> owners = new HashSet<>();
        for (HoldImage hold : lock.holders()) {
            that(owners.add(hold.owner()), "L1 one owner holds twice", lock);
            that(hold.mode() == LockMode.SHARED || lock.holders().size() == 1, "L1/L2 incompatible holders", lock);
            that(hold.depth() >= 1, "L13 a hold of no depth", lock);
            that(hold.token() >= 1, "L3 a hold without a token", lock);
            that(!hold.levels().isEmpty() || hold.depth() >= 1, "L13 a hold without a grant", lock);
        }
    }

    /** L5: nothing that could be granted waits; and an upgrade of the sole holder is granted at once. */
    private static void checkHead(LockImage lock) {
        boolean free = lock.holders().isEmpty();
        if (!lock.upgrades().isEmpty()) {
            that(lock.holders().size() > 1, "L5 the upgrade of the sole holder waits", lock);
        } else if (!lock.queue().isEmpty()) {
            boolean admitted = free
                    || lock.holders()
                            .get(0)
                            .mode()
                            .isCompatibleWith(lock.queue().get(0).mode());
            that(!admitted, "L5 the head of the queue could be granted", lock);
        }
    }

    private static void checkPlaces(LockImage lock) {
        Set<LockOwner> holders = new HashSet<>();
        lock.holders().forEach(hold -> holders.add(hold.owner()));
        Set<LockOwner> waiters = new HashSet<>();
        for (WaitImage wait : line(lock)) {
            that(waiters.add(wait.owner()), "one owner has two places", lock);
            that(!wait.tickets().isEmpty(), "L15 a wait that nobody asked for", lock);
            for (WaitImage follower : wait.followers()) {
                that(follower.owner().equals(wait.owner()), "a follower of another owner", lock);
                that(!follower.tickets().isEmpty(), "L15 a follower that nobody asked for", lock);
            }
        }
        for (WaitImage wait : lock.upgrades()) {
            that(holders.contains(wait.owner()), "an upgrade of somebody who doesn't hold", lock);
            that(wait.mode() == LockMode.EXCLUSIVE, "an upgrade to shared", lock);
        }
        for (WaitImage wait : lock.queue()) {
            that(!holders.contains(wait.owner()), "a holder queues", lock);
        }
    }

    /** L7, L8: the graph shown is the one that follows from the lists, and acyclic unless a waiter asked to wait anyway. */
    private static void checkGraph(LockTable.Snapshot snapshot, GraphView shown) {
        NaiveGraph graph = graph(snapshot);
        that(
                graph.shown().equals(new HashSet<>(shown.edges())),
                "L7 wrong edges",
                shown.edges() + " for " + graph.edges);
        that(graph.shown().size() == shown.edges().size(), "L7 an edge is shown twice", shown.edges());
        boolean allReject = snapshot.locks().stream()
                .flatMap(lock -> line(lock).stream())
                .allMatch(wait -> wait.onDeadlock() == LockCommand.DeadlockPolicy.REJECT);
        that(!allReject || !graph.hasCycle(), "L8 a cycle was let in", graph.edges);
    }

    static NaiveGraph graph(LockTable.Snapshot snapshot) {
        NaiveGraph graph = new NaiveGraph();
        for (LockImage lock : snapshot.locks()) {
            List<NaiveGraph.H> holders = new ArrayList<>();
            lock.holders().forEach(hold -> holders.add(new NaiveGraph.H(hold.owner(), hold.mode())));
            List<NaiveGraph.W> waiters = new ArrayList<>();
            lock.upgrades().forEach(wait -> waiters.add(new NaiveGraph.W(wait.owner(), wait.mode(), true)));
            lock.queue().forEach(wait -> waiters.add(new NaiveGraph.W(wait.owner(), wait.mode(), false)));
            graph.add(lock.lock(), holders, waiters);
        }
        return graph;
    }

    private static List<WaitImage> line(LockImage lock) {
        List<WaitImage> line = new ArrayList<>(lock.upgrades());
        line.addAll(lock.queue());
        return line;
    }

    private static void that(boolean condition, String invariant, Object where) {
        if (!condition) {
            throw new AssertionError(invariant + ": " + where);
        }
    }
}

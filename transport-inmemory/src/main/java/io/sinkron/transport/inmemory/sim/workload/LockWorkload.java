package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockOwner;
import io.sinkron.node.Call;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Clients that contend for a few locks, in chains, with cancelled waits, sessions that end and clients that die. In the end every session must be
 * over and every lock free.
 */
public final class LockWorkload implements Workload {
    private static final long MILLI = 1_000_000;

    private final int clientCount;
    private final int lockCount;
    private final Pace pace;
    private final List<LockClient> clients = new ArrayList<>();
    private Environment environment;
    private LockWatch watch;
    private LockNames names;
    private boolean draining;
    private boolean tableEmpty;
    private boolean asking;

    /**
     * @param clients how many clients
     * @param locks how many locks they share at a time
     */
    public LockWorkload(int clients, int locks) {
        this(clients, locks, Pace.steady(1));
    }

    /** @param pace how long clients wait between two calls */
    public LockWorkload(int clients, int locks, Pace pace) {
        this.clientCount = clients;
        this.lockCount = locks;
        this.pace = pace;
    }

    @Override
    public String name() {
        return "locks";
    }

    @Override
    public void start(Environment newEnvironment) {
        environment = newEnvironment;
        watch = new LockWatch(environment);
        LockNames locks = new LockNames(lockCount);
        for (int i = 0; i < clientCount; i++) {
            LockClient client = new LockClient("c" + i, environment, watch, locks, pace);
            clients.add(client);
            environment.after(environment.random().nextLong(2_000 * MILLI), client::next);
        }
        names = locks;
        lookForCycles();
        look();
    }

    /**
     * R12: a look at a lock is linearizable, by a round of messages or by the leader's lease: it sees every grant and release that was answered before it
     * began. Which look at which lock is for the histories to say.
     */
    private void look() {
        if (draining) {
            return;
        }
        LockWatch.Asked asked = watch.looking(names.pick(environment.random()));
        environment.call(
                Attempts.anyNode(environment),
                1_000 * MILLI,
                (id, now, deadline) -> new Call.Replicate(id, deadline, new LockCommand.ReadLock(asked.lock()), 0),
                answer -> {
                    if (answer instanceof LockAnswer.LockView view) {
                        environment.mark(view.holders().isEmpty() ? "free lock looked at" : "held lock looked at");
                        watch.seen(asked, view);
                    } else {
                        watch.refused(asked);
                    }
                    long thought = environment.random().nextLong(60 * MILLI);
                    environment.after(pace.thinking(environment.nowNanos(), thought), this::look);
                });
    }

    /** L8: whatever replica is asked, at whatever index it stands, its graph has no cycle, because all refuse to wait in one. */
    private void lookForCycles() {
        environment.call(
                Attempts.anyNode(environment),
                1_000 * MILLI,
                (id, now, deadline) -> new Call.ReadStale(id, deadline, new LockCommand.ReadGraph()),
                answer -> {
                    if (answer instanceof LockAnswer.GraphView graph) {
                        environment.mark(graph.edges().isEmpty() ? "nobody waited" : "somebody waited");
                        Set<LockOwner> stuck = WaitCycles.stuck(graph.edges());
                        Violation.check(
                                stuck.isEmpty(), "L8 the wait-for graph has no cycle", stuck + " in " + graph.edges());
                    }
                });
        if (!tableEmpty) {
            long thought = environment.random().nextLong(100 * MILLI);
            environment.after(pace.thinking(environment.nowNanos(), thought), this::lookForCycles);
        }
    }

    @Override
    public void drain() {
        draining = true;
        clients.forEach(LockClient::drain);
    }

    @Override
    public boolean isDone() {
        if (!tableEmpty && !asking && clients.stream().allMatch(LockClient::isDone)) {
            asking = true;
            askForWhatIsLeft();
        }
        return tableEmpty;
    }

    /** No client is left, so sooner or later no session is, and with them no hold and no waiter. */
    private void askForWhatIsLeft() {
        var command = new LockCommand.ReadSessions("");
        Attempts.begin(
                environment,
                Attempts.anyNode(environment),
                2_000 * MILLI,
                3,
                (id, now, deadline) -> new Call.Replicate(id, deadline, command, 0),
                outcome -> {
                    if (outcome.answer() instanceof LockAnswer.SessionViews views
                            && views.sessions().isEmpty()) {
                        askForLocks();
                    } else {
                        environment.after(300 * MILLI, () -> asking = false);
                    }
                });
    }

    private void askForLocks() {
        var command = new LockCommand.ReadLocks("", "", 10);
        Attempts.begin(
                environment,
                Attempts.anyNode(environment),
                2_000 * MILLI,
                3,
                (id, now, deadline) -> new Call.Replicate(id, deadline, command, 0),
                outcome -> {
                    if (outcome.answer() instanceof LockAnswer.LockViews views) {
                        Violation.check(
                                views.locks().isEmpty(),
                                "L6 an ended session holds nothing and waits nowhere",
                                "without any session there is " + views);
                        tableEmpty = true;
                    } else {
                        asking = false;
                    }
                });
    }

    @Override
    public void check() {
        watch.check();
    }

    /** For reports: what the clients are doing. */
    @Override
    public String toString() {
        return name() + (tableEmpty ? " done" : " not done: " + clients);
    }
}

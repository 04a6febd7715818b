package io.sinkron.benchmarks;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.node.Call;
import io.sinkron.node.Node;
import io.sinkron.node.NodeEffect;
import io.sinkron.node.NodeOptions;
import io.sinkron.node.SnapshotResult;
import io.sinkron.node.SnapshotTask;
import io.sinkron.raft.Role;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogStore;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * How long the loop stands still for a snapshot: three whole nodes in one thread, without network and disk, each with a snapshot thread of its own, under a
 * load of acquires and releases while a million locks are held. One of the three is cut off until the end, then gets the snapshot and restores it. Prints the turns by length, apart
 * for those during which the node's snapshot thread was at work: by the loop's own processor time, and by the clock, where collections of the JVM's garbage
 * are in them. Not JMH, as the longest of many is wanted.
 *
 * <p>{@code java -Xmx12g -cp benchmarks.jar io.sinkron.benchmarks.SnapshotPause [locks]}
 */
public final class SnapshotPause {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int CALLS_A_TURN = 64;
    private static final int OWNERS = 1_024;
    private static final long CALL_NANOS = 60_000_000_000L;
    private static final String SESSION = "session";

    private final Map<NodeId, Driven> nodes = new LinkedHashMap<>();
    private final Deque<LockAnswer.Granted> granted = new ArrayDeque<>();
    private NodeId late = NodeId.of("n3");
    private boolean isLateHere = true;
    private long nextCall = 1;
    private long nextLock;

    private SnapshotPause() {
        List<NodeId> ids = List.of(NodeId.of("n1"), NodeId.of("n2"), late);
        for (NodeId id : ids) {
            nodes.put(id, new Driven(id, ids));
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        int locks = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
        SnapshotPause run = new SnapshotPause();
        try {
            run.run(locks);
        } finally {
            run.nodes.values().forEach(node -> node.snapshots.shutdownNow());
        }
    }

    private void run(int locks) throws InterruptedException {
        NodeId leader = elect();
        late = leader.equals(late) ? NodeId.of("n1") : late;
        isLateHere = false;
        call(leader, new LockCommand.OpenSession(SESSION, 3_600_000, "", leader));
        while (granted.size() < locks) {
            acquire(leader, CALLS_A_TURN);
            turns();
        }
        nodes.values().forEach(node -> node.forget());
        System.out.printf("%,d locks are held; acquires and releases go on%n", granted.size());
        int builds = nodes.get(leader).builds;
        while (nodes.get(leader).builds < builds + 3) {
            churn(leader);
        }
        print("leader", nodes.get(leader));
        isLateHere = true;
        Driven joining = nodes.get(late);
        joining.forget();
        while (joining.restores == 0 || joining.working > 0) {
            churn(leader);
        }
        for (int i = 0; i < 2_000; i++) {
            churn(leader);
        }
        print("the one that installs and restores", joining);
    }

    private NodeId elect() throws InterruptedException {
        while (true) {
            for (Driven driven : nodes.values()) {
                if (driven.node.status().role() == Role.LEADER
                        && driven.node.status().isLeaseValid(System.nanoTime())) {
                    return driven.node.status().self();
                }
            }
            turns();
            Thread.sleep(1);
        }
    }

    /** As many locks are given up as are taken, so that there are always as many. */
    private void churn(NodeId leader) {
        for (int i = 0; i < CALLS_A_TURN / 2 && !granted.isEmpty(); i++) {
            LockAnswer.Granted held = granted.poll();
            call(leader, new LockCommand.Release(held.owner(), held.lock(), held.token(), Optional.empty()));
        }
        acquire(leader, CALLS_A_TURN / 2);
        turns();
    }

    private void acquire(NodeId at, int count) {
        for (int i = 0; i < count; i++) {
            LockOwner owner = new LockOwner(SESSION, "owner-" + nextLock % OWNERS);
            call(
                    at,
                    new LockCommand.Acquire(
                            owner,
                            "lock-" + nextLock++,
                            LockMode.EXCLUSIVE,
                            0,
                            "",
                            DeadlockPolicy.REJECT,
                            Optional.empty()));
        }
    }

    private void call(NodeId at, LockCommand command) {
        long id = nextCall++;
        nodes.get(at)
                .inputs
                .add(driven -> driven.node.call(
                        new Call.Replicate(id, System.nanoTime() + CALL_NANOS, command, 0), System.nanoTime()));
    }

    private void turns() {
        for (Driven driven : nodes.values()) {
            driven.turn();
        }
    }

    private static void print(String who, Driven driven) {
        System.out.printf("%s:%n", who);
        driven.quiet.print("  turns without snapshot work");
        driven.busy.print("  turns while its snapshot thread works");
    }

    /** Something for a node's turn. */
    private interface Input {
        void enter(Driven driven);
    }

    /** A node, and how long its turns took. */
    private final class Driven {
        private final Node node;
        private final ConcurrentLinkedQueue<Input> inputs = new ConcurrentLinkedQueue<>();
        private final ExecutorService snapshots = Executors.newSingleThreadExecutor();
        private Turns quiet = new Turns();
        private Turns busy = new Turns();
        private int working;
        private int builds;
        private int restores;

        Driven(NodeId id, List<NodeId> ids) {
            LogStore.Recovered blank = new LogStore.Recovered(1, HardState.INITIAL, Optional.empty(), List.of());
            node = new Node(
                    NodeOptions.of(id, ids),
                    blank,
                    new Random(id.hashCode()),
                    System.nanoTime(),
                    System.currentTimeMillis());
        }

        void forget() {
            quiet = new Turns();
            busy = new Turns();
        }

        void turn() {
            boolean isBusy = working > 0;
            long start = System.nanoTime();
            long cpuStart = THREADS.getCurrentThreadCpuTime();
            for (Input input = inputs.poll(); input != null; input = inputs.poll()) {
                input.enter(this);
            }
            if (node.deadline() - start <= 0) {
                node.tick(start);
            }
            List<NodeEffect> effects = node.effects();
            long cpuNanos = THREADS.getCurrentThreadCpuTime() - cpuStart;
            long nanos = System.nanoTime() - start;
            effects.forEach(this::perform);
            (isBusy || working > 0 ? busy : quiet).add(nanos, cpuNanos);
        }

        private void perform(NodeEffect effect) {
            NodeId self = node.status().self();
            if (effect instanceof NodeEffect.Send send) {
                if (isLateHere || !send.to().equals(late) && !self.equals(late)) {
                    nodes.get(send.to()).inputs.add(driven -> driven.receive(self, send.message()));
                }
            } else if (effect instanceof NodeEffect.Persist persist) {
                long sequence = persist.write().sequence();
                inputs.add(driven -> driven.node.persisted(sequence, System.nanoTime()));
            } else if (effect instanceof NodeEffect.Complete complete
                    && complete.answer() instanceof LockAnswer.Granted grant) {
                granted.add(grant);
            } else if (effect instanceof NodeEffect.Offload work) {
                working++;
                snapshots.execute(() -> work(work.task()));
            }
        }

        private void receive(NodeId from, Message message) {
            node.receive(from, 1, message, System.nanoTime());
        }

        private void work(SnapshotTask task) {
            long start = System.nanoTime();
            SnapshotResult result = task.run();
            System.out.printf(
                    "  %s: %s, %d ms on the snapshot thread%n",
                    node.status().self(), result, (System.nanoTime() - start) / 1_000_000);
            inputs.add(driven -> driven.done(result));
        }

        private void done(SnapshotResult result) {
            node.snapshotDone(result, System.nanoTime());
            working--;
            if (result instanceof SnapshotResult.Built) {
                builds++;
            } else {
                restores++;
            }
        }
    }

    /** Lengths of turns. */
    private static final class Turns {
        private final List<Long> elapsed = new ArrayList<>();
        private final List<Long> worked = new ArrayList<>();

        void add(long nanos, long cpuNanos) {
            elapsed.add(nanos);
            worked.add(cpuNanos);
        }

        void print(String what) {
            System.out.printf("%s: %,d%n", what, elapsed.size());
            print("    processor time of the loop", worked);
            print("    elapsed, collections and other processes included", elapsed);
        }

        private static void print(String what, List<Long> nanos) {
            List<Long> sorted = nanos.stream().sorted().toList();
            System.out.printf(
                    "%s: median %.2f ms, 99.9 %% %.2f ms, longest %s ms%n",
                    what,
                    at(sorted, 0.5),
                    at(sorted, 0.999),
                    sorted.subList(Math.max(0, sorted.size() - 5), sorted.size()).stream()
                            .map(longest -> String.format("%.1f", longest / 1e6))
                            .toList());
        }

        private static double at(List<Long> sorted, double quantile) {
            return sorted.isEmpty() ? 0 : sorted.get((int) (quantile * (sorted.size() - 1))) / 1e6;
        }
    }
}

package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.cluster.ClusterAnswer;
import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.node.Call;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.MembershipChange;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * An operator who never rests: adds nodes, as voters and as learners, promotes, demotes, removes and replaces them, and hands leadership over.
 * {@link #gather} makes all nodes voters again, which must succeed once nothing breaks any more.
 */
public final class MembershipWorkload implements Workload {
    private static final long MILLI = 1_000_000;
    /** How long a change may take. */
    public static final long CALL_NANOS = 6_000 * MILLI;

    private static final int FEWEST_VOTERS = 2;
    private static final int MOST_VOTERS = Configuration.MAX_VOTERS;

    private final Supplier<Configuration> inForce;
    private final long meanNanos;
    private Environment environment;
    private SeededRandom random;
    private boolean gathering;
    private boolean asking;

    /**
     * @param inForce the configuration that the present leader goes by, so that changes mostly make sense
     * @param meanNanos the mean time between the end of a change and the next one
     */
    public MembershipWorkload(Supplier<Configuration> inForce, long meanNanos) {
        this.inForce = inForce;
        this.meanNanos = meanNanos;
    }

    @Override
    public String name() {
        return "membership";
    }

    @Override
    public void start(Environment newEnvironment) {
        environment = newEnvironment;
        random = environment.random();
        later();
    }

    private void later() {
        environment.after(random.exponentialNanos(meanNanos), this::next);
    }

    private void next() {
        if (gathering) {
            return;
        }
        Configuration now = inForce.get();
        List<NodeId> voters = now.votingNodes();
        List<NodeId> others = new ArrayList<>(environment.nodes());
        others.removeAll(voters);
        NodeId voter = pick(voters.isEmpty() ? environment.nodes() : voters);
        boolean mayGrow = !others.isEmpty() && voters.size() < MOST_VOTERS;
        boolean mayShrink = voters.size() > FEWEST_VOTERS;
        switch (random.nextInt(6)) {
            case 0 -> change(mayGrow, "voter added", () -> MembershipChange.addVoter(pick(others), ""));
            case 1 -> change(!others.isEmpty(), "learner added", () -> MembershipChange.addLearner(pick(others), ""));
            case 2 -> change(mayShrink, "voter removed", () -> MembershipChange.remove(voter));
            case 3 ->
                change(!others.isEmpty(), "voter replaced", () -> MembershipChange.replace(voter, pick(others), ""));
            case 4 -> change(mayShrink, "voter demoted", () -> MembershipChange.addLearner(voter, ""));
            default -> transfer(random.nextBoolean() ? Optional.empty() : Optional.of(voter));
        }
    }

    private NodeId pick(List<NodeId> nodes) {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void change(boolean makesSense, String situation, Supplier<MembershipChange> change) {
        if (!makesSense) {
            later();
            return;
        }
        MembershipChange wanted = change.get();
        environment.call(
                Attempts.anyNode(environment),
                CALL_NANOS,
                (id, now, deadline) -> new Call.Reconfigure(id, deadline, wanted),
                answer -> {
                    environment.mark(
                            answer instanceof ClusterAnswer.MembersChanged
                                    ? situation
                                    : "membership change " + outcome(answer));
                    later();
                });
    }

    private static String outcome(Answer answer) {
        return answer instanceof ClusterAnswer.ChangeInProgress ? "refused: another is under way" : "not finished";
    }

    private void transfer(Optional<NodeId> to) {
        environment.call(
                Attempts.anyNode(environment),
                CALL_NANOS,
                (id, now, deadline) -> new Call.TransferLeadership(id, deadline, to),
                answer -> {
                    environment.mark(
                            answer instanceof ClusterAnswer.LeaderIs
                                    ? "leadership transferred"
                                    : "leadership transfer failed");
                    later();
                });
    }

    /** From now on only one thing is wanted: that all nodes vote. */
    public void gather() {
        gathering = true;
    }

    /** Whether all nodes vote and no change is under way. Asked while gathering; asks for what is missing. */
    public boolean isGathered() {
        Configuration now = inForce.get();
        List<NodeId> missing = new ArrayList<>(environment.nodes());
        missing.removeAll(now.isSettled() ? now.votingNodes() : List.of());
        if (now.isSettled() && missing.isEmpty()) {
            environment.mark("all nodes are voters again");
            return true;
        }
        if (!asking && now.isSettled()) {
            asking = true;
            SortedMap<NodeId, String> voters = new TreeMap<>();
            missing.forEach(node -> voters.put(node, ""));
            var change = new MembershipChange(voters, new TreeMap<>(Map.of()), new TreeSet<>());
            environment.call(
                    Attempts.anyNode(environment),
                    CALL_NANOS,
                    (id, at, deadline) -> new Call.Reconfigure(id, deadline, change),
                    answer -> asking = false);
        }
        return false;
    }

    @Override
    public void drain() {
        gathering = true;
    }

    @Override
    public boolean isDone() {
        return true;
    }

    @Override
    public void check() {}

    /** For reports. */
    @Override
    public String toString() {
        return name() + " in " + inForce.get();
    }
}

package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import java.util.List;
import java.util.function.Consumer;

/**
 * A client that tries one request at one node after the other, until it has a definite answer or has tried often enough. Repeating is the same
 * request again: it has one effect only if it carries an idempotency key or is idempotent by nature.
 */
final class Attempts {
    private static final long PAUSE_NANOS = 50_000_000;

    /**
     * @param answer the last one
     * @param definite whether it says what happened
     * @param maybeApplied whether an attempt may have had an effect that the answer doesn't tell of
     */
    record Outcome(Answer answer, boolean definite, boolean maybeApplied) {
        /** Whether the request surely had no effect. */
        boolean surelyNothing() {
            return !maybeApplied && (!definite || answer instanceof Refusal);
        }
    }

    private final Environment environment;
    private final long timeoutNanos;
    private final int most;
    private final Environment.Request request;
    private final Consumer<Outcome> then;
    private boolean maybeApplied;
    private int made;

    private Attempts(
            Environment environment, long timeoutNanos, int most, Environment.Request request, Consumer<Outcome> then) {
        this.environment = environment;
        this.timeoutNanos = timeoutNanos;
        this.most = most;
        this.request = request;
        this.then = then;
    }

    /** Tries at this node first, then at any. */
    static Environment.Handle begin(
            Environment environment,
            NodeId first,
            long timeoutNanos,
            int most,
            Environment.Request request,
            Consumer<Outcome> then) {
        return new Attempts(environment, timeoutNanos, most, request, then).at(first);
    }

    /** A random node. */
    static NodeId anyNode(Environment environment) {
        List<NodeId> nodes = environment.nodes();
        return nodes.get(environment.random().nextInt(nodes.size()));
    }

    private Environment.Handle at(NodeId node) {
        made++;
        return environment.call(node, timeoutNanos, request, this::answered);
    }

    private void answered(Answer answer) {
        boolean inTheAir = answer instanceof Refusal refusal
                && (refusal.effect() == Refusal.Effect.UNKNOWN
                        || refusal instanceof Refusal.Unavailable
                        || refusal instanceof Refusal.Overloaded);
        maybeApplied |= answer instanceof Refusal refusal && refusal.effect() == Refusal.Effect.UNKNOWN;
        if (inTheAir && made < most) {
            environment.mark("client tried again");
            environment.after(PAUSE_NANOS + environment.random().nextLong(PAUSE_NANOS), () -> at(anyNode(environment)));
        } else {
            then.accept(new Outcome(answer, !inTheAir, maybeApplied));
        }
    }
}

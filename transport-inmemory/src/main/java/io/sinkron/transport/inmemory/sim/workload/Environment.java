package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.node.Call;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a workload's clients see of the simulated world. They live outside the nodes and have a perfect clock. Not thread-safe. */
public interface Environment {
    /** True time since the start of the run, in nanoseconds. */
    long nowNanos();

    /** The workload's own source of randomness. */
    SeededRandom random();

    /** All nodes, up or down. */
    List<NodeId> nodes();

    /** Lets something happen later. */
    void after(long delayNanos, Runnable action);

    /**
     * Calls a node, in the node's own process.
     *
     * @param timeoutNanos after which the node must have ended the call, by its clock
     * @param request makes the call
     * @param then gets the answer, exactly once; {@code OutcomeUnknown} if the node died, {@code Unavailable} if it was down
     * @return a handle for {@link #cancel}
     */
    Handle call(NodeId node, long timeoutNanos, Request request, Consumer<Answer> then);

    /**
     * The client gives a call up. It is answered all the same.
     *
     * @return false if it has been answered already
     */
    boolean cancel(Handle handle);

    /** A hit in a node's cache, without asking the node: what a thread in that process would read at this instant. */
    Optional<CacheAnswer.Value> readLocal(NodeId node, Bytes key);

    /** Counts a situation. */
    void mark(String situation);

    /** Makes a call. */
    @FunctionalInterface
    interface Request {
        /**
         * @param id the call's id
         * @param nowNanos the node's clock
         * @param deadlineNanos when the call must have ended, on the node's clock
         */
        Call at(long id, long nowNanos, long deadlineNanos);
    }

    /** Names a call at a node's present start. */
    record Handle(NodeId node, int start, long call) {}
}

package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.Answer;
import io.sinkron.common.Refusal;
import io.sinkron.node.NodeEffect;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The calls of one start of a node that are still to be answered. G3: each is answered once. */
final class OpenCalls {
    private static final Answer LOST = new Refusal.OutcomeUnknown("the node crashed");

    private final Map<Long, Consumer<Answer>> open = new TreeMap<>();
    private long next = 1;

    /** Takes a call and gives it a number. */
    long add(Consumer<Answer> then) {
        open.put(next, then);
        return next++;
    }

    boolean isOpen(long call) {
        return open.containsKey(call);
    }

    void complete(NodeEffect.Complete complete) {
        Consumer<Answer> then = open.remove(complete.call());
        if (then == null) {
            throw new Violation("G3 each call ends once", "ended again or never begun: " + complete);
        }
        then.accept(complete.answer());
    }

    /** The node has crashed: each client learns sooner or later that it will never know. */
    void crashed(Scheduler scheduler, SeededRandom random, long withinNanos) {
        for (Consumer<Answer> then : open.values()) {
            scheduler.after(random.nextLong(withinNanos), () -> then.accept(LOST));
        }
        open.clear();
    }
}

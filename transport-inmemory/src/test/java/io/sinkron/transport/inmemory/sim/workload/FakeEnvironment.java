package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A world in which nothing happens but the time that the test sets. */
final class FakeEnvironment implements Environment {
    private final SeededRandom random = new SeededRandom(1);
    long nowNanos;

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public SeededRandom random() {
        return random;
    }

    @Override
    public List<NodeId> nodes() {
        return List.of(NodeId.of("n1"));
    }

    @Override
    public void after(long delayNanos, Runnable action) {
        throw new UnsupportedOperationException("nothing happens later here");
    }

    @Override
    public Handle call(NodeId node, long timeoutNanos, Request request, Consumer<Answer> then) {
        throw new UnsupportedOperationException("nobody answers here");
    }

    @Override
    public boolean cancel(Handle handle) {
        return false;
    }

    @Override
    public Optional<CacheAnswer.Value> readLocal(NodeId node, Bytes key) {
        return Optional.empty();
    }

    @Override
    public void mark(String situation) {
        // Not counted.
    }
}

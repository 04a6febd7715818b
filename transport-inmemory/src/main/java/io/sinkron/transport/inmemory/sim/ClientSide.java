package io.sinkron.transport.inmemory.sim;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.transport.inmemory.sim.workload.Environment;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.SimulatedNode;
import io.sinkron.transport.inmemory.sim.world.Violation;
import io.sinkron.transport.inmemory.sim.world.World;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The clients' way into the cluster. G3: each call ends by its deadline, unless its node stood still or died. */
final class ClientSide implements Environment {
    private static final long GRACE_NANOS = 1_500_000_000;

    private final World world;
    private final SeededRandom random;
    private final Map<NodeId, SimulatedNode> nodes = new TreeMap<>();
    private final List<NodeId> ids;

    ClientSide(World world, List<SimulatedNode> nodes, SeededRandom random) {
        this.world = world;
        this.random = random;
        nodes.forEach(node -> this.nodes.put(node.id(), node));
        this.ids = List.copyOf(this.nodes.keySet());
    }

    @Override
    public long nowNanos() {
        return world.scheduler().nowNanos();
    }

    @Override
    public SeededRandom random() {
        return random;
    }

    @Override
    public List<NodeId> nodes() {
        return ids;
    }

    @Override
    public void after(long delayNanos, Runnable action) {
        world.scheduler().after(delayNanos, action);
    }

    @Override
    public Handle call(NodeId node, long timeoutNanos, Request request, Consumer<Answer> then) {
        SimulatedNode process = nodes.get(node);
        long call = process.call((id, now) -> request.at(id, now, now + timeoutNanos), then);
        Handle handle = new Handle(node, process.starts(), call);
        endsBy(handle, timeoutNanos + GRACE_NANOS);
        return handle;
    }

    private void endsBy(Handle handle, long nanos) {
        world.scheduler().after(nanos, () -> {
            SimulatedNode process = nodes.get(handle.node());
            if (!isOpen(handle)) {
                return;
            }
            // The node's clock stamps the call when its loop takes it, which a pause puts off.
            if (process.isPaused()
                    || process.pausedUntilNanos() > world.scheduler().nowNanos() - nanos) {
                endsBy(handle, nanos);
            } else {
                throw new Violation("G3 each call ends by its deadline", handle + " has no answer");
            }
        });
    }

    private boolean isOpen(Handle handle) {
        SimulatedNode process = nodes.get(handle.node());
        return process.starts() == handle.start() && process.isOpen(handle.call());
    }

    @Override
    public boolean cancel(Handle handle) {
        boolean open = isOpen(handle);
        if (open) {
            nodes.get(handle.node()).cancel(handle.call());
        }
        return open;
    }

    @Override
    public Optional<CacheAnswer.Value> readLocal(NodeId node, Bytes key) {
        SimulatedNode process = nodes.get(node);
        return process.isPaused()
                ? Optional.empty()
                : process.machine().map(machine -> machine.lines().read(key, process.clock()));
    }

    @Override
    public void mark(String situation) {
        world.recorder().marks().reached(situation);
    }
}

package io.sinkron.examples.cluster;

import io.sinkron.common.NodeId;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.Transport;
import io.sinkron.transport.inmemory.InMemoryNetwork;
import io.sinkron.transport.inmemory.SimulatedDisk;
import io.sinkron.wal.FileLogStore;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** The network and the disks of the simulator, with real threads: a halted node has lost power, so what it hadn't forced to disk may be gone or torn. */
final class InMemoryPlatform implements Platform {
    private final InMemoryNetwork network = new InMemoryNetwork();
    private final Map<NodeId, SimulatedDisk> disks = new HashMap<>();
    private final SplittableRandom random = new SplittableRandom(2_026);

    @Override
    public Transport transport(NodeId node) {
        return network.transport(node);
    }

    @Override
    public LogStore log(NodeId node) {
        SimulatedDisk disk = disks.computeIfAbsent(node, id -> new SimulatedDisk("disk-" + id));
        return new FileLogStore(disk, LOG);
    }

    @Override
    public void started(NodeId node) {
        // The network knows all its nodes.
    }

    @Override
    public void halted(NodeId node) {
        disks.get(node).crash(random);
    }
}

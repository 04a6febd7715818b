package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.NodeId;
import java.util.Locale;

/** What can be done to a node's disk from outside. Not thread-safe. */
public final class NodeDisk {
    private final NodeId node;
    private final World world;
    private final SimulatedStorage storage;

    NodeDisk(NodeId node, World world, SimulatedStorage storage) {
        this.node = node;
        this.world = world;
        this.storage = storage;
    }

    /** How it behaves from now on. */
    public void quality(DiskQuality newQuality) {
        storage.quality(newQuality);
    }

    /** It does nothing for a while, then all that it was asked for. */
    public void stall(long nanos) {
        storage.stall(nanos);
    }

    /** Ends a stall. */
    public void goOn() {
        storage.goOn();
    }

    /**
     * Changes durable bytes while the node is down with its machine, so that its log must refuse to open until {@link #repair} or {@link #wipe}.
     * What would be harmless isn't done.
     *
     * @return whether its log will refuse to open
     */
    public boolean damage(SeededRandom source) {
        DiskDamage.Outcome outcome = storage.damage(source);
        world.recorder()
                .marks()
                .reached("disk damage: "
                        + outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        return outcome == DiskDamage.Outcome.NAMED;
    }

    /** Whether it is damaged, so that the log must refuse to open. */
    public boolean isDamaged() {
        return storage.isDamaged();
    }

    /** Takes the damage back, while the node is down: what was unreadable can be read again. */
    public void repair() {
        storage.repair();
    }

    /** Replaces it by an empty one, while the node is down. */
    public void wipe() {
        storage.wipe();
        world.observers().forEach(observer -> observer.wiped(node));
    }
}

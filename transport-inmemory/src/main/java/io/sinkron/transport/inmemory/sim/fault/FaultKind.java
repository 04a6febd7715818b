package io.sinkron.transport.inmemory.sim.fault;

import java.util.Locale;

/** Kinds of faults that begin at a time and, mostly, end at another. What goes wrong with a probability all along is in {@link Faults}. */
public enum FaultKind {
    /** One process is killed, or its machine loses power, and starts again later. */
    CRASH(true),
    /** All lose power at once. */
    OUTAGE(false),
    /** Cuts: one node off, two halves, one direction only, a ring, two halves with a bridge. */
    PARTITION(true),
    /** One link holds everything for a while and then delivers it at once. */
    CLOG(true),
    /** All links of a node are clogged one after the other, and opened again in another order. */
    SWIZZLE(true),
    /** A link, in one direction or in both, takes long. */
    SLOW_LINK(true),
    /** Each turn of one process begins late. */
    SLOW_NODE(true),
    /** One process stands still. */
    PAUSE(true),
    /** One disk does nothing for a while, then everything that it was asked for. */
    DISK_STALL(true),
    /** Durable data of a node of the minority is changed while the node is down; it must come back whole or refuse to start. */
    DAMAGE(true),
    /** The disk of a node of the minority is replaced by an empty one. */
    WIPE(true),
    /** The store outside the cluster refuses everything. */
    STORE_AWAY(false);

    private final boolean takesANode;

    FaultKind(boolean takesANode) {
        this.takesANode = takesANode;
    }

    /** Whether one node is in trouble while it lasts, and for some time afterwards. */
    public boolean takesANode() {
        return takesANode;
    }

    /** As it is written in a list of faults. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads a label.
     *
     * @throws IllegalArgumentException if there is no such kind
     */
    public static FaultKind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}

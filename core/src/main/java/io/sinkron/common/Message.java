package io.sinkron.common;

/**
 * Marks what one node says to another. Each package of machines owns its messages as records and the codec in {@code wire}
 * knows them all. Immutable.
 */
public interface Message {
    /**
     * Which stream of a connection a message travels in, so that a heartbeat never queues behind a snapshot. Lanes to one peer are not
     * ordered among each other.
     */
    enum Lane {
        /** Small and urgent: votes, signs of life, acknowledgements, leases. */
        CONTROL,
        /** The daily work: log entries, commands, queues, cache lines. */
        DATA,
        /** Large and patient: pieces of snapshots. */
        BULK
    }

    /** The stream that this message belongs in. */
    default Lane lane() {
        return Lane.DATA;
    }
}

package io.sinkron.examples.cluster;

import io.sinkron.common.NodeId;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.Transport;
import io.sinkron.wal.FileLogOptions;
import java.io.IOException;

/** What a cluster under test runs on: a network between its nodes, and a disk for each that outlives the node's starts. For one thread at a time. */
interface Platform {
    /** Small segments, so that a test's few MiB fill several. */
    FileLogOptions LOG = FileLogOptions.ofSegmentBytes(1 << 20);

    /** A transport for the next start of a node. */
    Transport transport(NodeId node);

    /** The log of a node, as its last start left it. */
    LogStore log(NodeId node) throws IOException;

    /** The node's transport has been started: from now on the others can find it. */
    void started(NodeId node);

    /** The node has been halted: what a crash does to its network and disk. */
    void halted(NodeId node);
}

package io.sinkron.examples.cluster;

import java.nio.file.Path;

/** The suite without sockets or files. */
class InMemoryClusterTest extends ClusterSuite {
    @Override
    protected Platform platform(Path directory) {
        return new InMemoryPlatform();
    }
}

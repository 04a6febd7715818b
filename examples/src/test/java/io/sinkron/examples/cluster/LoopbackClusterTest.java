package io.sinkron.examples.cluster;

import java.nio.file.Path;

/** The suite over TCP and on real files. */
class LoopbackClusterTest extends ClusterSuite {
    @Override
    protected Platform platform(Path directory) {
        return new LoopbackPlatform(directory);
    }
}

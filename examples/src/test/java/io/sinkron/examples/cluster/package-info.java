/**
 * Whole clusters in one process, through the public API alone: the same scenarios on every {@link io.sinkron.examples.cluster.Platform}, which
 * is a network and disks.
 */
package io.sinkron.examples.cluster;

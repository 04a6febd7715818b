/**
 * Floor 1: what an adapter implements. {@link io.sinkron.spi.Transport} carries messages, {@link io.sinkron.spi.QueueStore} and
 * {@link io.sinkron.spi.MemoryStore} keep messages and cache values outside the cluster, {@link io.sinkron.spi.LogStore} keeps the
 * replicated log, {@link io.sinkron.spi.Disk} is the directory under it. Each contract stands in the Javadoc and has a reusable contract
 * test in {@code io.sinkron.spi.contract} of this module's test jar. Knows {@code common} alone.
 */
package io.sinkron.spi;

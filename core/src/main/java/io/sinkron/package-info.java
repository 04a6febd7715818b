/**
 * Floor 6, the public face: {@link io.sinkron.Sinkron} assembles a node from its parts and gives its services: locks, queues, cache, cluster.
 * Interfaces here are what programs use; results are records of the packages below; failures are the {@link io.sinkron.SinkronException}
 * family. Everything is thread-safe; every call ends in exactly one of its result, a refusal, or an unknown outcome.
 */
package io.sinkron;

/**
 * One node of the standalone server: {@link io.sinkron.examples.server.ServerNode} puts transport, stores, library and HTTP API together
 * from a {@link io.sinkron.examples.server.NodeConfig} that was checked before. What can't start says so in one line
 * ({@link io.sinkron.examples.server.StartException}).
 */
package io.sinkron.examples.server;

/**
 * What several tests share: nodes on loopback, a client that checks every answer against the specification, raw sockets, server processes.
 */
package io.sinkron.examples.testkit;

/** A transport between nodes that live in one process. */
package io.sinkron.transport.inmemory;

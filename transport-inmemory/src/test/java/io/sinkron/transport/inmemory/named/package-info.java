/** Named caches as their users see them: whole nodes with real threads, on a network within this process. */
package io.sinkron.transport.inmemory.named;

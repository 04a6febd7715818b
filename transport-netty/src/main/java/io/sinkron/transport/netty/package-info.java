/** A transport over TCP, on Netty. */
package io.sinkron.transport.netty;

/**
 * A small HTTP/1.1 server on Netty's codec, and the router. Bytes come in at {@code RequestDecoder}, which holds the limits of a head
 * ({@link io.sinkron.examples.http.HttpLimits}); {@code Connection} makes {@link io.sinkron.examples.http.Request requests} of them and answers
 * those of one connection one after the other; {@link io.sinkron.examples.http.Router} finds the handler. Knows nothing of the library.
 *
 * <p>Invariants: everything a client can make the server keep is bounded; a request is either answered exactly once or its
 * {@link io.sinkron.examples.http.Pending} is cancelled; a {@link io.sinkron.examples.http.Response} that did not reach the connection is told so.
 */
package io.sinkron.examples.http;

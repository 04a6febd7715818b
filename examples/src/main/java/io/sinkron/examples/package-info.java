/**
 * The standalone server: {@link io.sinkron.examples.Main} is its command line. From the ground up: {@code json} reads and writes bodies,
 * {@code http} is the HTTP/1.1 server and its router, {@code api} has the routes over the library's services, {@code server} puts one node together
 * (transport, stores, library, HTTP), {@code demo} is the tour of three nodes, {@code cli} has the commands. An arrow only points down. Everything
 * here uses the library as any program would: through {@code io.sinkron} and the adapters alone.
 */
package io.sinkron.examples;

package io.sinkron.examples.http;

/** Answers a request. Thread-safe; called on a thread of the server, which it must not block. */
@FunctionalInterface
public interface Handler {
    /** The answer to come; a throw is a failure of the server. */
    Pending<Response> handle(Request request);
}

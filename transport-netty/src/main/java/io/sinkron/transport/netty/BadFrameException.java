package io.sinkron.transport.netty;

/** The other end of a connection has sent what it must not; the connection is closed. The message says what, and never quotes the input. */
final class BadFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    BadFrameException(String message) {
        super(message, null, false, false);
    }
}

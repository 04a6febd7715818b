package io.sinkron.examples.cli;

/** A command failed; the message is the one line for its user. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message);
    }
}

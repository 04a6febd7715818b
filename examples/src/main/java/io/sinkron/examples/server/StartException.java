package io.sinkron.examples.server;

/** A node could not start, for a reason outside of the program; the message is one line that says what is to be put right. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message one line */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}

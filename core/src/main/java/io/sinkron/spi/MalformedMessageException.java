package io.sinkron.spi;

/** Bytes from outside that are not what they should be. The message names what was found, what was allowed, and where. */
public final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what was found and what is allowed */
    public MalformedMessageException(String message) {
        super(message);
    }
}

package io.sinkron.wal;

import java.io.IOException;

/** Another process, or another store of this one, has the directory. End that one first. */
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The message names the directory and who has it. */
    public DirectoryInUseException(String message) {
        super(message);
    }

    /** The same, with what the platform said. */
    public DirectoryInUseException(String message, Throwable cause) {
        super(message, cause);
    }
}

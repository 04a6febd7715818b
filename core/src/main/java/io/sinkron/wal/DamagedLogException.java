package io.sinkron.wal;

import java.io.IOException;

/**
 * The log holds bytes that no crash can have left there, or lacks a file that was durable. The node must not start on it: something that it
 * acknowledged may be gone. No file was changed. What to do: look at it ({@link LogInspector}), repair the disk, then empty the directory or
 * repair the log ({@link LogRepair}): either way the node comes back as another server ({@code docs/wal.md}).
 */
public final class DamagedLogException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final String reason;

    /**
     * @param directory where the log is
     * @param file the file's name in it
     * @param offset the first byte of what is damaged, in bytes from the file's start
     * @param reason what was found and what should have been there
     */
    public DamagedLogException(String directory, String file, long offset, String reason) {
        super("log damaged in " + directory + "/" + file + " at offset " + offset + ": " + reason);
        this.file = file;
        this.offset = offset;
        this.reason = reason;
    }

    /** The name of the damaged (or missing) file in the log's directory. */
    public String file() {
        return file;
    }

    /** The first byte of what is damaged, in bytes from the file's start. */
    public long offset() {
        return offset;
    }

    /** What was found and what should have been there. */
    public String reason() {
        return reason;
    }
}

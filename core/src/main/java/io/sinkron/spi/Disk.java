package io.sinkron.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One directory of files, as the file log store sees it: the few operations whose failure and durability the store reasons about.
 * The real one is a directory of the file system; the simulator has one that loses, tears and reorders what was not forced.
 *
 * <p>Contract, the strict POSIX reading: {@link File#write} is durable after {@link File#force} on the same file; a created,
 * renamed or deleted name is durable after {@link #forceDirectory}. A failed force leaves the file's unforced content unknown.
 * Two threads may work at once, each on files with names of its own; a {@link File} is for one thread. {@link #lock} is thread-safe.
 */
public interface Disk extends AutoCloseable {
    /**
     * Takes the directory for this process, until {@link #close}.
     *
     * @throws IOException if another process (or another store in this one) has it; the message names the directory
     */
    void lock() throws IOException;

    /** The names of all files, sorted. */
    List<String> list() throws IOException;

    /**
     * Opens a file for reading and writing.
     *
     * @param create whether to make it if it isn't there
     * @throws IOException if it isn't there and wasn't to be made, or cannot be opened
     */
    File open(String name, boolean create) throws IOException;

    /** Gives a file a new name in one atomic step, replacing what had that name. */
    void rename(String from, String to) throws IOException;

    /** Removes a file if it is there. */
    void delete(String name) throws IOException;

    /** Makes all names of the directory durable. */
    void forceDirectory() throws IOException;

    /** Where this is, for error messages. */
    String describe();

    /** Frees the lock. Idempotent. */
    @Override
    void close() throws IOException;

    /** An open file. */
    interface File extends AutoCloseable {
        /** Its size in bytes. */
        long size() throws IOException;

        /** Reads from an offset until the buffer is full or the file ends; returns the number of bytes read, 0 at the end. */
        int read(long offset, ByteBuffer into) throws IOException;

        /** Writes the whole buffer at an offset, growing the file if need be. */
        void write(long offset, ByteBuffer from) throws IOException;

        /** Makes content and size durable (fdatasync where the platform has it). */
        void force() throws IOException;

        /** Cuts the file to a size, or grows it with zeros. */
        void truncate(long size) throws IOException;

        /** Closes it. Idempotent. Doesn't force. */
        @Override
        void close() throws IOException;
    }
}

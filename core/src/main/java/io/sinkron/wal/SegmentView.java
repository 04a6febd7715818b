package io.sinkron.wal;

import io.sinkron.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A segment for reading, through a window that slides. Bounded memory: the window, or one record if that is longer. */
final class SegmentView {
    private static final int WINDOW_BYTES = 256 * 1024;

    private final int number;
    private final String name;
    private final Disk.File file;
    private final int size;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private int windowAt;

    SegmentView(int number, String name, Disk.File file) throws IOException {
        this.number = number;
        this.name = name;
        this.file = file;
        this.size = (int) Math.min(file.size(), RecordFormat.MAX_SEGMENT_BYTES);
    }

    int number() {
        return number;
    }

    String name() {
        return name;
    }

    int size() {
        return size;
    }

    /**
     * The window, filled so that it has a run of the segment, which must lie inside it.
     *
     * @return the buffer; the run starts in it at {@link #indexOf}
     */
    ByteBuffer window(int offset, int length) throws IOException {
        if (offset < windowAt || offset + length > windowAt + window.limit()) {
            slide(offset, length);
        }
        return window;
    }

    /** Where an offset of the segment is in the window that was last returned. */
    int indexOf(int offset) {
        return offset - windowAt;
    }

    private void slide(int offset, int length) throws IOException {
        int wanted = Math.min(size - offset, Math.max(WINDOW_BYTES, length));
        if (window.capacity() < wanted) {
            window = ByteBuffer.allocate(wanted);
        }
        window.clear().limit(wanted);
        int read = file.read(offset, window);
        if (read < wanted) {
            throw new IOException("segment " + name + " ended at " + (offset + read) + ", its size was " + size);
        }
        window.flip();
        windowAt = offset;
    }
}

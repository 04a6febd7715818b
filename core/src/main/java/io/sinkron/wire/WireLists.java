package io.sinkron.wire;

import io.sinkron.spi.MalformedMessageException;
import java.util.ArrayList;
import java.util.List;

/** Lists in the binary format: their length as a varint, then the elements. */
final class WireLists {
    private WireLists() {}

    /** Writes one element. */
    @FunctionalInterface
    interface ElementWriter<T> {
        void write(WireWriter out, T element);
    }

    /** Reads one element. */
    @FunctionalInterface
    interface ElementReader<T> {
        T read(WireReader in) throws MalformedMessageException;
    }

    static <T> void write(WireWriter out, List<T> elements, ElementWriter<? super T> writer) {
        out.count(elements.size());
        for (T element : elements) {
            writer.write(out, element);
        }
    }

    /** @param minBytesEach how many bytes an element takes at least, so that no more room is made than the input can fill */
    static <T> List<T> read(WireReader in, int minBytesEach, ElementReader<? extends T> reader)
            throws MalformedMessageException {
        int count = in.count(minBytesEach);
        List<T> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            elements.add(reader.read(in));
        }
        return elements;
    }
}

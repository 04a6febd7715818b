package io.sinkron.transport.inmemory.named;

import io.sinkron.CacheLoader;
import io.sinkron.CacheWriter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A user's own store behind a cache: keeps the version beside each value, and ignores what isn't newer. Each call can be made to wait or fail by a hook. */
final class VersionedStore implements CacheLoader<String, Long>, CacheWriter<String, Long> {
    private final Map<String, Row> rows = new ConcurrentHashMap<>();
    final AtomicInteger loads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    volatile Hook beforeLoad = key -> {};
    volatile Hook beforeWrite = key -> {};

    /** Runs on the executor, ahead of a call. */
    @FunctionalInterface
    interface Hook {
        void run(String key) throws Exception;
    }

    /** @param value null after a removal */
    private record Row(Long value, long version) {}

    /** What somebody else has put there, around the cache. */
    void seed(String key, long value) {
        rows.put(key, new Row(value, 0));
    }

    Long value(String key) {
        Row row = rows.get(key);
        return row == null ? null : row.value();
    }

    @Override
    public Long load(String key) throws Exception {
        loads.incrementAndGet();
        Long found = value(key);
        beforeLoad.run(key);
        return found;
    }

    @Override
    public void write(String key, Long value, long version) throws Exception {
        writes.incrementAndGet();
        beforeWrite.run(key);
        store(key, new Row(value, version));
    }

    @Override
    public void delete(String key, long version) throws Exception {
        writes.incrementAndGet();
        beforeWrite.run(key);
        store(key, new Row(null, version));
    }

    private void store(String key, Row row) {
        rows.merge(key, row, (old, next) -> next.version() > old.version() ? next : old);
    }
}

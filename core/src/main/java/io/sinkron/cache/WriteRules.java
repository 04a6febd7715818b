package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Delete;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryValue;
import io.sinkron.spi.MemoryValue.RecentWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a write does to a value. Pure functions; they run at the line's owner, while it is the owner. */
final class WriteRules {
    private WriteRules() {}

    /**
     * What came of a write.
     *
     * @param written the new value, null if nothing was written
     */
    record Outcome(Answer answer, MemoryValue written) {}

    /** Whether a reader at this cluster time finds something. */
    static boolean isPresent(MemoryValue value, long nowMillis) {
        return !value.deleted() && (value.expiresAtMillis() == 0 || nowMillis < value.expiresAtMillis());
    }

    /** Performs a put or delete on the newest value, in the writer's epoch, at this cluster time. */
    static Outcome perform(CacheRequest request, MemoryValue current, long epoch, long nowMillis, long rememberMillis) {
        Optional<Remember> remember = rememberOf(request);
        List<RecentWrite> recent = remembered(current.recent(), nowMillis - rememberMillis);
        if (remember.isPresent()) {
            for (RecentWrite write : recent) {
                if (write.key().equals(remember.get().key())) {
                    return new Outcome(repeated(request, remember.get(), write), null);
                }
            }
        }
        boolean isPresent = isPresent(current, nowMillis);
        long version = isPresent ? current.version() : 0;
        long ifVersion = request instanceof Put put ? put.ifVersion() : ((Delete) request).ifVersion();
        if (ifVersion >= 0 && ifVersion != version) {
            return new Outcome(new CacheAnswer.VersionMismatch(request.key(), version), null);
        }
        long next = Math.max(current.version() + 1, epoch << 32);
        if (request instanceof Put put) {
            long expires = put.ttlMillis() == 0 ? 0 : nowMillis + put.ttlMillis();
            List<RecentWrite> now = with(recent, remember, next, false, nowMillis);
            return new Outcome(
                    new CacheAnswer.Written(put.key(), next), new MemoryValue(next, false, put.value(), expires, now));
        }
        Answer answer = new CacheAnswer.Deleted(request.key(), isPresent);
        if (!isPresent && remember.isEmpty()) {
            return new Outcome(answer, null);
        }
        List<RecentWrite> now = with(recent, remember, next, isPresent, nowMillis);
        return new Outcome(answer, new MemoryValue(next, true, Bytes.EMPTY, 0, now));
    }

    private static Optional<Remember> rememberOf(CacheRequest request) {
        if (request instanceof Put put) {
            return put.remember();
        }
        return ((Delete) request).remember();
    }

    private static Answer repeated(CacheRequest request, Remember remember, RecentWrite first) {
        if (first.fingerprint() != remember.fingerprint()) {
            return new CacheAnswer.IdempotencyMismatch(remember.key());
        }
        return request instanceof Put
                ? new CacheAnswer.Written(request.key(), first.version())
                : new CacheAnswer.Deleted(request.key(), first.deleted());
    }

    private static List<RecentWrite> remembered(List<RecentWrite> recent, long afterMillis) {
        if (recent.isEmpty() || recent.get(0).atMillis() > afterMillis) {
            return recent;
        }
        return recent.stream().filter(write -> write.atMillis() > afterMillis).toList();
    }

    private static List<RecentWrite> with(
            List<RecentWrite> recent, Optional<Remember> remember, long version, boolean deleted, long nowMillis) {
        if (remember.isEmpty()) {
            return recent;
        }
        int from = Math.max(0, recent.size() + 1 - MemoryValue.MAX_RECENT);
        List<RecentWrite> longer = new ArrayList<>(recent.subList(from, recent.size()));
        longer.add(new RecentWrite(remember.get().key(), remember.get().fingerprint(), version, deleted, nowMillis));
        return longer;
    }
}

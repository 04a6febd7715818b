package io.sinkron.cache;

import io.sinkron.cache.CacheAnswer.Updated;
import io.sinkron.cache.CacheRequest.Delete;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryValue;
import io.sinkron.spi.MemoryValue.RecentWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a put, a delete and an update do to a value. Pure functions, the updater's aside; they run at the line's owner, while it is the owner. */
final class WriteRules {
    private WriteRules() {}

    /**
     * What came of a write.
     *
     * @param written the new value, null if nothing was written
     */
    record Outcome(Answer answer, MemoryValue written) {}

    /** Whether {@link #perform} knows the request; all others that write are {@link ClaimRules}'. */
    static boolean isFor(CacheRequest request) {
        return request instanceof Put || request instanceof Delete || request instanceof Update;
    }

    /** Whether a reader at this cluster time finds something. */
    static boolean isPresent(MemoryValue value, long nowMillis) {
        return !value.deleted() && (value.expiresAtMillis() == 0 || nowMillis < value.expiresAtMillis());
    }

    /** Whether this is a claim, in force or not: whoever deletes the key must overwrite it, or a late load would undo the delete. */
    static boolean isClaim(MemoryValue value) {
        return value.deleted() && value.expiresAtMillis() != 0;
    }

    /** The version of the next write. */
    static long nextVersion(MemoryValue current, long epoch) {
        return Math.max(current.version() + 1, epoch << 32);
    }

    /** Performs a put, delete or update on the newest value, in the writer's epoch, at this cluster time. */
    static Outcome perform(CacheRequest request, MemoryValue current, long epoch, long nowMillis, long rememberMillis) {
        Writing writing = new Writing(request, current, epoch, nowMillis, rememberMillis);
        RecentWrite first = writing.first();
        if (first != null) {
            return new Outcome(repeated(writing, first), null);
        }
        if (request instanceof Put put) {
            return writing.refusal(put.ifVersion()).orElseGet(() -> put(writing, put));
        }
        if (request instanceof Delete delete) {
            return writing.refusal(delete.ifVersion()).orElseGet(() -> delete(writing));
        }
        return update(writing, (Update) request);
    }

    private static Outcome put(Writing writing, Put put) {
        MemoryValue written = writing.value(put.value(), put.ttlMillis());
        return new Outcome(new CacheAnswer.Written(put.key(), written.version()), written);
    }

    private static Outcome delete(Writing writing) {
        return new Outcome(
                new CacheAnswer.Deleted(writing.request.key(), writing.isPresent), writing.tombstoneIfNeeded());
    }

    private static Outcome update(Writing writing, Update update) {
        Updater.Change change;
        try {
            change = update.updater().apply(writing.present(), writing.nowMillis);
        } catch (Throwable e) {
            // The line is untouched. A virtual machine that is out of memory or broken is nobody's refusal; a function
            // without end is its author's.
            if (e instanceof VirtualMachineError && !(e instanceof StackOverflowError)) {
                throw e;
            }
            return new Outcome(new CacheAnswer.ComputeFailed(update.key(), e), null);
        }
        if (change instanceof Updater.Change.Replace replace) {
            return replace(writing, update, replace);
        }
        if (change instanceof Updater.Change.Remove) {
            MemoryValue tombstone = writing.tombstoneIfNeeded();
            long version = (tombstone == null ? writing.current : tombstone).version();
            Updated.Effect effect = writing.isPresent ? Updated.Effect.REMOVED : Updated.Effect.KEPT;
            return new Outcome(new Updated(update.key(), effect, Optional.empty(), version, 0, false), tombstone);
        }
        if (change == null) {
            NullPointerException missing = new NullPointerException("the function returned null");
            return new Outcome(new CacheAnswer.ComputeFailed(update.key(), missing), null);
        }
        return new Outcome(now(writing, Updated.Effect.KEPT, writing.current, false), null);
    }

    private static Outcome replace(Writing writing, Update update, Updater.Change.Replace replace) {
        if (replace.value().size() > update.maxValueBytes()) {
            String detail = "the function's value has " + replace.value().size() + " bytes, at most "
                    + update.maxValueBytes() + " are allowed";
            return new Outcome(new Refusal.BadRequest("value", detail), null);
        }
        MemoryValue written = writing.value(replace.value(), replace.ttlMillis());
        Updated.Effect effect = writing.isPresent ? Updated.Effect.REPLACED : Updated.Effect.CREATED;
        return new Outcome(now(writing, effect, written, false), written);
    }

    /** The answer of an update after which the key has this value. */
    private static Updated now(Writing writing, Updated.Effect effect, MemoryValue value, boolean isRepeated) {
        boolean isPresent = isPresent(value, writing.nowMillis);
        return new Updated(
                writing.request.key(),
                effect,
                isPresent ? Optional.of(value.value()) : Optional.empty(),
                value.version(),
                isPresent ? value.expiresAtMillis() : 0,
                isRepeated);
    }

    private static Answer repeated(Writing writing, RecentWrite first) {
        Bytes key = writing.request.key();
        if (first.fingerprint() != writing.remember.orElseThrow().fingerprint()) {
            return new CacheAnswer.IdempotencyMismatch(first.key());
        }
        if (writing.request instanceof Put) {
            return new CacheAnswer.Written(key, first.version());
        }
        if (writing.request instanceof Delete) {
            return new CacheAnswer.Deleted(key, first.deleted());
        }
        Updated.Effect effect = first.deleted() ? Updated.Effect.REMOVED : Updated.Effect.REPLACED;
        return first.version() == writing.current.version()
                ? now(writing, effect, writing.current, true)
                : new Updated(key, effect, Optional.empty(), first.version(), 0, true);
    }

    /** One write, and what it finds. */
    private static final class Writing {
        private final CacheRequest request;
        private final MemoryValue current;
        private final long nowMillis;
        private final boolean isPresent;
        private final long next;
        private final Optional<Remember> remember;
        private final List<RecentWrite> recent;

        Writing(CacheRequest request, MemoryValue current, long epoch, long nowMillis, long rememberMillis) {
            this.request = request;
            this.current = current;
            this.nowMillis = nowMillis;
            this.isPresent = WriteRules.isPresent(current, nowMillis);
            this.next = nextVersion(current, epoch);
            this.remember = rememberOf(request);
            this.recent = remembered(current.recent(), nowMillis - rememberMillis);
        }

        private static Optional<Remember> rememberOf(CacheRequest request) {
            if (request instanceof Put put) {
                return put.remember();
            }
            return request instanceof Delete delete ? delete.remember() : ((Update) request).remember();
        }

        private static List<RecentWrite> remembered(List<RecentWrite> recent, long afterMillis) {
            if (recent.isEmpty() || recent.get(0).atMillis() > afterMillis) {
                return recent;
            }
            return recent.stream()
                    .filter(write -> write.atMillis() > afterMillis)
                    .toList();
        }

        /** The earlier write of the same name, null if there is none. */
        RecentWrite first() {
            for (int i = 0; remember.isPresent() && i < recent.size(); i++) {
                if (recent.get(i).key().equals(remember.get().key())) {
                    return recent.get(i);
                }
            }
            return null;
        }

        /** Why the condition isn't met; empty if it is. */
        Optional<Outcome> refusal(long ifVersion) {
            long version = isPresent ? current.version() : 0;
            boolean isMet = ifVersion == CacheRequest.IF_PRESENT
                    ? isPresent
                    : ifVersion == CacheRequest.ANY_VERSION || ifVersion == version;
            return isMet
                    ? Optional.empty()
                    : Optional.of(new Outcome(new CacheAnswer.VersionMismatch(request.key(), version), null));
        }

        Optional<Updater.Present> present() {
            if (!isPresent) {
                return Optional.empty();
            }
            long left = current.expiresAtMillis() == 0 ? 0 : current.expiresAtMillis() - nowMillis;
            return Optional.of(new Updater.Present(current.value(), current.version(), left));
        }

        MemoryValue value(Bytes value, long ttlMillis) {
            long expires = ttlMillis == 0 ? 0 : nowMillis + ttlMillis;
            return new MemoryValue(next, false, value, expires, with(false));
        }

        /** Null where nothing is to be deleted, overwritten or remembered. */
        MemoryValue tombstoneIfNeeded() {
            if (!isPresent && !isClaim(current) && remember.isEmpty()) {
                return null;
            }
            return new MemoryValue(next, true, Bytes.EMPTY, 0, with(isPresent));
        }

        private List<RecentWrite> with(boolean deleted) {
            if (remember.isEmpty()) {
                return recent;
            }
            int from = Math.max(0, recent.size() + 1 - MemoryValue.MAX_RECENT);
            List<RecentWrite> longer = new ArrayList<>(recent.subList(from, recent.size()));
            longer.add(new RecentWrite(remember.get().key(), remember.get().fingerprint(), next, deleted, nowMillis));
            return longer;
        }
    }
}

package io.sinkron;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What came of a call for many keys: each key has exactly one end, a result or a failure. The keys' calls are independent of each other: some may have been
 * done and others not. Both maps are in the order in which the keys were given. Immutable.
 *
 * @param results of the keys whose call was done
 * @param failures of the others; each says whether its call had its effect
 */
public record BulkResult<K, R>(Map<K, R> results, Map<K, SinkronException> failures) {
    /** Takes immutable copies. */
    public BulkResult {
        results = Collections.unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNull(results, "results")));
        failures = Collections.unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNull(failures, "failures")));
    }

    /** Whether every key's call was done. */
    public boolean isComplete() {
        return failures.isEmpty();
    }

    /**
     * All results, for who can't use some of them.
     *
     * @throws SinkronException the first failure; the others are attached to it as suppressed
     */
    public Map<K, R> orThrow() {
        SinkronException first = null;
        for (SinkronException failure : failures.values()) {
            if (first == null) {
                first = failure;
            } else if (failure != first) {
                first.addSuppressed(failure);
            }
        }
        if (first != null) {
            throw first;
        }
        return results;
    }
}

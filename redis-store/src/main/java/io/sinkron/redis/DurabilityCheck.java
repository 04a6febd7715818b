package io.sinkron.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks a Redis for settings under which it loses what it has acknowledged. */
final class DurabilityCheck {
    private DurabilityCheck() {}

    /** A sentence for each danger; empty for none. */
    static List<String> warnings(RedisCommands<byte[], byte[]> redis) {
        List<String> warnings = new ArrayList<>();
        Map<String, String> settings;
        try {
            settings = redis.configGet("*");
        } catch (RedisException e) {
            return List.of("Redis does not show its settings (" + e.getMessage()
                    + "): whether it keeps acknowledged writes over a restart is not known");
        }
        if (!"yes".equals(settings.get("appendonly"))) {
            warnings.add(
                    "Redis has no append-only file (appendonly no): a restart loses acknowledged messages, up to all of them");
        } else if (!"always".equals(settings.get("appendfsync"))) {
            warnings.add("Redis forces its append-only file with appendfsync " + settings.get("appendfsync")
                    + ": a crash of its machine loses up to "
                    + ("everysec".equals(settings.get("appendfsync")) ? "a second" : "half a minute")
                    + " of acknowledged messages; with 'always' none");
        }
        String policy = settings.get("maxmemory-policy");
        if (policy != null && !"noeviction".equals(policy)) {
            warnings.add("Redis deletes keys when its memory is full (maxmemory-policy " + policy
                    + "): messages would vanish; it must be noeviction");
        }
        return List.copyOf(warnings);
    }
}

package io.sinkron.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The list of queues: a sorted set of names under a key of its own, as a queue's own keys may be in another slot and so can't be changed in one
 * step with it. The score is the epoch of the owner that listed the queue last.
 *
 * <p>It names at least every queue that exists; a reader passes over those that don't. That holds because a name is listed, on the same
 * connection, before the first operation that may create the queue in an epoch, and taken off only after a drop that was done, in the same or a lower
 * epoch, with nothing listed since. A name that stays behind (the owner died in between) costs some bytes and one look at each listing.
 *
 * <p>Thread-safe.
 */
final class QueueIndex {
    private static final int MAX_KNOWN = 65_536;
    private static final int PAGE = 500;

    private static final class Listing {
        long epoch;
        boolean isListed;

        /** Changes with everything that is done here, so that an answer that comes late has no effect. */
        int version;
    }

    private final String prefix;
    private final byte[] key;

    /** What this store has listed, so that it needn't do it again; what is forgotten is listed again. */
    private final Map<String, Listing> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Listing> eldest) {
            return size() > MAX_KNOWN;
        }
    };

    QueueIndex(String prefix) {
        this.prefix = prefix;
        this.key = QueueKeys.index(prefix);
    }

    /** To be called before an operation that may create the queue is sent on this channel. */
    void creating(RedisChannel channel, String queue, long epoch) {
        Listing entry;
        int version;
        synchronized (entries) {
            entry = entries.computeIfAbsent(queue, name -> new Listing());
            if (entry.isListed && entry.epoch == epoch) {
                return;
            }
            entry.epoch = epoch;
            entry.isListed = false;
            version = ++entry.version;
        }
        channel.raise(key, epoch, utf8(queue)).thenRun(() -> {
            synchronized (entries) {
                entry.isListed |= entry.version == version;
            }
        });
    }

    /**
     * To be called before a claim or a drop is sent: another owner may have taken the queue off the list, or this one will.
     *
     * @return to be given to {@link #dropped}
     */
    int forgetting(String queue) {
        synchronized (entries) {
            Listing entry = entries.computeIfAbsent(queue, name -> new Listing());
            entry.isListed = false;
            return ++entry.version;
        }
    }

    /**
     * To be called when a drop was done.
     *
     * @param version what {@link #forgetting} said before it was sent
     */
    void dropped(RedisChannel channel, String queue, long epoch, int version) {
        synchronized (entries) {
            Listing entry = entries.get(queue);
            if (entry == null || entry.version != version) {
                return;
            }
            entries.remove(queue);
        }
        channel.run(new RedisChannel.Call(
                Script.UNLIST,
                List.of(key),
                List.of(utf8(queue), Long.toString(epoch).getBytes(StandardCharsets.US_ASCII))));
    }

    /** The names of all queues that exist, sorted. */
    CompletionStage<List<String>> names(RedisChannel channel) {
        return channel.members(key).thenCompose(members -> {
            List<String> listed = members.stream()
                    .map(name -> new String((byte[]) name, StandardCharsets.UTF_8))
                    .sorted()
                    .toList();
            return existing(channel, listed, 0, new ArrayList<>());
        });
    }

    private CompletionStage<List<String>> existing(
            RedisChannel channel, List<String> listed, int from, List<String> found) {
        if (from >= listed.size()) {
            return CompletableFuture.completedFuture(List.copyOf(found));
        }
        List<String> page = listed.subList(from, Math.min(from + PAGE, listed.size()));
        List<byte[]> keys =
                page.stream().map(name -> QueueKeys.meta(prefix, name)).toList();
        return channel.areSet(keys, "exists").thenCompose(exist -> {
            for (int i = 0; i < page.size(); i++) {
                if (exist.get(i)) {
                    found.add(page.get(i));
                }
            }
            return existing(channel, listed, from + PAGE, found);
        });
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package io.sinkron.cache;

import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a home remembers of the lines it has granted, so that it snoops those who may hold a line and not everybody (AMD's probe filter; a directory
 * that may forget). Bounded: the line whose last transaction is the longest ago is forgotten first, and a line that isn't in here is
 * {@link Holders#UNKNOWN}. Nobody's copy is ever invalidated to make room, and nobody tells when a clean copy leaves.
 *
 * <p>A line's entry is taken out when its transaction starts, and put back when the requester has accepted the grant: so whatever ends in between, by
 * a new view, a declined grant or a refusal of main memory, ends with the line unknown.
 *
 * <p>View changes: an entry stays if this node was a member and this line's home in both views, and the first was active here. Then every grant of
 * the line in the meantime was its own. Machine only.
 */
class SnoopFilter {
    private final int maxEntries;
    private final Map<Bytes, Holders> entries = new LinkedHashMap<>();

    SnoopFilter(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /** What is known of a line, as its transaction starts; forgotten at once. */
    Holders take(Bytes key) {
        Holders known = entries.remove(key);
        return known == null ? Holders.UNKNOWN : known;
    }

    /** What is known of a line between transactions; it stays. */
    Holders known(Bytes key) {
        Holders known = entries.get(key);
        return known == null ? Holders.UNKNOWN : known;
    }

    /** So many of the lines known; a copy, those asked for the longest ago first. */
    List<Bytes> keys(int limit) {
        List<Bytes> keys = new ArrayList<>(Math.min(limit, entries.size()));
        for (Bytes key : entries.keySet()) {
            if (keys.size() == limit) {
                break;
            }
            keys.add(key);
        }
        return keys;
    }

    /** Who may hold a line after its transaction. */
    void put(Bytes key, Holders holders) {
        if (maxEntries == 0 || holders instanceof Holders.Unknown) {
            return;
        }
        if (entries.size() == maxEntries) {
            entries.remove(entries.keySet().iterator().next());
        }
        entries.put(key, holders);
    }

    /** The number of lines known. */
    int size() {
        return entries.size();
    }

    /**
     * A view is installed.
     *
     * @param isNext whether it comes right after one that was active here, and this node is a member of both
     */
    void viewInstalled(View view, boolean isNext) {
        if (isNext) {
            entries.replaceAll((key, holders) -> holders.in(view));
        } else {
            entries.clear();
        }
    }

    /** The view is active: what has another home now is for that home to know. */
    void viewActive(Context context) {
        entries.keySet().removeIf(key -> !context.placement.home(key).equals(context.self));
    }
}

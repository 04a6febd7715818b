package io.sinkron.cache;

/**
 * The evictable lines from coldest to warmest, linked through themselves: each operation is O(1). Machine only.
 *
 * @param <L> what is linked
 */
final class LruDeque<L extends LruLink<L>> {
    private L coldest;
    private L warmest;

    /** The least recently used line, null if none is evictable. */
    L coldest() {
        return coldest;
    }

    /** Adds a line as the warmest. */
    void add(L line) {
        line.isLinked = true;
        line.colder = warmest;
        line.warmer = null;
        if (warmest == null) {
            coldest = line;
        } else {
            warmest.warmer = line;
        }
        warmest = line;
    }

    /** Makes a line the warmest; nothing for one that isn't in here. */
    void touch(L line) {
        if (line.isLinked && line != warmest) {
            remove(line);
            add(line);
        }
    }

    void remove(L line) {
        if (line.colder == null) {
            coldest = line.warmer;
        } else {
            line.colder.warmer = line.warmer;
        }
        if (line.warmer == null) {
            warmest = line.colder;
        } else {
            line.warmer.colder = line.colder;
        }
        line.isLinked = false;
        line.colder = null;
        line.warmer = null;
    }
}

package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.Optional;
import java.util.Set;

/** The protocol without one of the rules of the snoop filter (F1 to F6), of grants that spare main memory (G1, G2), of leases (L1), of deletes (T1). */
final class PlantedFilterBugs {
    private PlantedFilterBugs() {}

    /** F1: a line that the filter has forgotten counts as one that nobody has. */
    static final PlantedBug FORGOTTEN_IS_UNCACHED = new PlantedBug() {
        @Override
        public Optional<SnoopFilter> filter(int entries) {
            return Optional.of(new Uncached(entries));
        }
    };

    /** F2: who owns the line is put down as a sharer, so reads don't ask it. */
    static final PlantedBug OWNER_OMITTED = new PlantedBug() {
        @Override
        public Optional<SnoopFilter> filter(int entries) {
            return Optional.of(new NoOwner(entries));
        }
    };

    /** F3: a read of a shared line doesn't add the reader. */
    static final PlantedBug READER_NOT_ADDED = new PlantedBug() {
        @Override
        public Optional<SnoopFilter> filter(int entries) {
            return Optional.of(new Remembering(entries, true));
        }
    };

    /** F4: a declined grant is taken for none, though its requester may have accepted it once already. */
    static final PlantedBug DECLINED_CHANGES_NOTHING = new PlantedBug() {
        @Override
        public Optional<SnoopFilter> filter(int entries) {
            return Optional.of(new Remembering(entries, false));
        }
    };

    /** F5: what was known stays known although the line had another home in between. */
    static final PlantedBug KEPT_THOUGH_THE_HOME_MOVED = new PlantedBug() {
        @Override
        public Optional<SnoopFilter> filter(int entries) {
            return Optional.of(new Kept(entries));
        }
    };

    /** F6: a cache tells the home when a clean copy leaves, and the home believes it even when the node has read the line again since. */
    static final PlantedBug LATE_WORD_OF_AN_EVICTION = new PlantedBug() {
        @Override
        public void evicted(World.Turn turn, int node, Replica.Facts line) {
            if (node != 0 && !line.state().isDirty()) {
                turn.put(new World.Letter(node, 0, new BackupRelease(line.epoch(), Replica.KEY, -1)));
            }
        }

        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof BackupRelease release && release.version() == -1) {
                turn.apply(to, new Replica.Misjudged(turn.world().id(from), false));
            }
            return message;
        }
    };

    /** G1: an owner that asks to read again counts as a sharer at most, so others are granted the line beside it; but its request may be an old one. */
    static final PlantedBug OWNER_READS_AGAIN = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof BusRd) {
                turn.apply(to, new Replica.Misjudged(turn.world().id(from), true));
            }
            return message;
        }
    };

    /** G2: any dirty data that a snoop brings is granted to a reader, also out of a copy that is only waiting for main memory's word. */
    static final PlantedBug RETAINED_IS_NEWEST = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            return message instanceof SnoopResponse m && m.dirty().isPresent()
                    ? new SnoopResponse(m.epoch(), m.key(), m.txn(), true, m.dirty())
                    : message;
        }
    };

    /** L1: a node doesn't look whether its lease is over. */
    static final PlantedBug OWN_LEASE_UNCHECKED = new PlantedBug() {
        @Override
        public boolean ignoresOwnLease() {
            return true;
        }
    };

    /** T1: main memory forgets a deleted key altogether, its version with it. */
    static final PlantedBug NO_TOMBSTONE = new PlantedBug() {
        @Override
        public MemoryAnswer execute(MemoryCell memory, MemoryOp op) {
            MemoryAnswer answer = memory.apply(op);
            if (memory.value().deleted()) {
                memory.overwrite(MemoryValue.ABSENT, memory.fence());
            }
            return answer;
        }
    };

    private static final class Uncached extends SnoopFilter {
        private Uncached(int entries) {
            super(entries);
        }

        @Override
        Holders take(Bytes key) {
            Holders known = super.take(key);
            return known instanceof Holders.Unknown ? new Holders.Sharers(Set.of()) : known;
        }
    }

    private static final class NoOwner extends SnoopFilter {
        private NoOwner(int entries) {
            super(entries);
        }

        @Override
        void put(Bytes key, Holders holders) {
            super.put(
                    key, holders instanceof Holders.Owner owner ? new Holders.Sharers(Set.of(owner.node())) : holders);
        }
    }

    private static final class Remembering extends SnoopFilter {
        private final boolean forgetsReaders;
        private Holders last = Holders.UNKNOWN;

        private Remembering(int entries, boolean forgetsReaders) {
            super(entries);
            this.forgetsReaders = forgetsReaders;
        }

        @Override
        Holders take(Bytes key) {
            last = super.take(key);
            return last;
        }

        @Override
        void put(Bytes key, Holders holders) {
            boolean stays = forgetsReaders
                    ? holders instanceof Holders.Sharers && last instanceof Holders.Sharers
                    : holders instanceof Holders.Unknown;
            super.put(key, stays ? last : holders);
        }
    }

    private static final class Kept extends SnoopFilter {
        private Kept(int entries) {
            super(entries);
        }

        @Override
        void viewInstalled(View view, boolean isNext) {
            super.viewInstalled(view, true);
        }

        @Override
        void viewActive(Context context) {
            // nothing is forgotten: the bug
        }
    }
}

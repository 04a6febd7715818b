package io.sinkron.raft.search;

import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What nodes forget and the invariants mustn't, each a number. */
final class History {
    private final Symmetry symmetry;
    private final Map<Record, Integer> numbers = new HashMap<>();
    private final List<Record> records = new ArrayList<>();
    private final List<Lanes> lanes = new ArrayList<>();

    /**
     * What happened so far.
     *
     * @param leaders who led each term, -1 for nobody, from term 0 on
     * @param committed the entries that were committed
     * @param terms in which term each was first known to be
     */
    record Record(List<Integer> leaders, List<LogEntry> committed, List<Long> terms) {
        Record withLeader(long term, int leader) {
            List<Integer> next = new ArrayList<>(leaders);
            while (next.size() <= term) {
                next.add(-1);
            }
            next.set((int) term, leader);
            return new Record(List.copyOf(next), committed, terms);
        }

        Record withCommitted(LogEntry entry, long term) {
            List<LogEntry> entries = new ArrayList<>(committed);
            List<Long> inTerms = new ArrayList<>(terms);
            entries.add(entry);
            inTerms.add(term);
            return new Record(leaders, List.copyOf(entries), List.copyOf(inTerms));
        }

        int leader(long term) {
            return term < leaders.size() ? leaders.get((int) term) : -1;
        }
    }

    History(Symmetry symmetry) {
        this.symmetry = symmetry;
    }

    int number(Record record) {
        return numbers.computeIfAbsent(record, made -> {
            Lanes hash = new StateHash(symmetry, 0, 0, 0).of(made.committed(), made.terms());
            for (int leader : made.leaders()) {
                if (leader < 0) {
                    hash.put(1);
                } else {
                    hash.putNode(leader);
                }
            }
            records.add(made);
            lanes.add(hash);
            return records.size() - 1;
        });
    }

    Record get(int number) {
        return records.get(number);
    }

    Lanes lanes(int number) {
        return lanes.get(number);
    }
}

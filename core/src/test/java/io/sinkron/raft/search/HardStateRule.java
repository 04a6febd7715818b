package io.sinkron.raft.search;

import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.spi.HardState;

/** R6, R7: a term never falls, and within a term a vote, once given, stays. Writes reach the disk in their order, so this holds for disks too. */
final class HardStateRule {
    private HardStateRule() {}

    static void check(HardState before, Write write) {
        write.batch().hardState().ifPresent(after -> {
            boolean isKept = after.term() > before.term()
                    || after.term() == before.term()
                            && (before.votedFor().isEmpty() || before.votedFor().equals(after.votedFor()));
            if (!isKept) {
                throw new Violation("R6, R7: hard state " + after + " follows " + before);
            }
        });
    }
}

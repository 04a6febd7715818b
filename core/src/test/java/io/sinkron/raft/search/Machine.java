package io.sinkron.raft.search;

import io.sinkron.common.Bytes;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.NodeId;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.Raft;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftEffects.Outgoing;
import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.raft.RaftMessage;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.raft.RaftOptions;
import io.sinkron.raft.Role;
import io.sinkron.spi.LogEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A real {@link Raft} with its disk and the writes on their way to it. Checks what one node can break alone.
 *
 * <p><b>Time</b> stands still but in the events that say how much of it passes: a promise's length, an election timeout, a leader's silence. A
 * heartbeat takes a nanosecond where these take an hour, so no number of heartbeats in a search ends any other wait. So at each moment a wait is
 * either over or has not begun to matter, and how much of it is left decides nothing.
 *
 * <p><b>Rounds</b> of a leader's messages begin with 0 in each term: what leaves is lowered, what comes back is raised. Followers only echo them.
 */
final class Machine {
    static final RaftOptions OPTIONS = RaftOptions.DEFAULT
            .withTimes(TimeUnit.HOURS.toNanos(1) / 2, TimeUnit.HOURS.toNanos(1), 1)
            .withFlow(1, 1 << 20, 2, 1 << 20)
            .withPatience(1 << 20, TimeUnit.HOURS.toNanos(1), 1);

    /** After so long a leader takes what is in flight for lost. Three of these end no other wait of a leader. */
    private static final long STALL = OPTIONS.electionTimeoutMinNanos() / 2;

    private static final RandomGenerator LONGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public long nextLong(long origin, long bound) {
            return bound - 1;
        }
    };

    final NodeId id;
    final Configuration founding;
    private final ArrayDeque<Write> unflushed = new ArrayDeque<>();
    private Disk disk;
    private Disk written;
    private Raft raft;
    private long now;
    private long durableSequence;
    private long roundBase;

    Machine(NodeId id, Configuration founding, Disk disk) {
        this.id = id;
        this.founding = founding;
        this.disk = disk;
        start();
    }

    private void start() {
        unflushed.clear();
        written = disk;
        durableSequence = 0;
        now = 0;
        raft = new Raft(OPTIONS, id, founding, disk.recovered(), LONGEST, now);
    }

    /** Does an event and all the turns that follow from it; returns what is sent. */
    List<Outgoing> take(Event event) {
        boolean wasLeader = isLeader();
        long termBefore = raft.term();
        long commitBefore = raft.commitIndex();
        Disk writtenBefore = written;
        List<Outgoing> sent = new ArrayList<>();
        try {
            act(event);
            while (raft.hasEffects()) {
                take(raft.effects(), sent);
            }
        } catch (InvariantViolation violation) {
            throw new Violation("the machine's own assertion: " + violation.getMessage());
        }
        if (!(event instanceof Event.Crash || event instanceof Event.Wipe)) {
            require(raft.term() >= termBefore, "R6: the term falls");
            require(raft.commitIndex() >= commitBefore, "R6: the commit index falls");
        } else {
            require(raft.term() == disk.hardState().term(), "R6: term after a restart");
        }
        require(raft.commitIndex() <= raft.lastIndex(), "R6: commit beyond the log");
        require(raft.appliedIndex() == raft.commitIndex(), "R6: not all committed entries are handed out");
        require(raft.lastIndex() == written.entries().size(), "the log isn't what was written");
        if (wasLeader && isLeader() && termBefore == raft.term()) {
            List<LogEntry> before = writtenBefore.entries();
            require(
                    written.entries().size() >= before.size()
                            && written.entries().subList(0, before.size()).equals(before),
                    "R2: a leader changes its own log");
        }
        if (!wasLeader && isLeader()) {
            roundBase = now;
        }
        return lowered(sent);
    }

    private void act(Event event) {
        if (event instanceof Event.Deliver deliver) {
            raft.receive(deliver.from(), raised(deliver.message()), now);
        } else if (event instanceof Event.Flush) {
            Write write = unflushed.poll();
            disk = disk.after(write);
            durableSequence = write.sequence();
            raft.persisted(write.sequence(), now);
        } else if (event instanceof Event.Timeout) {
            now = raft.deadline();
            raft.tick(now);
        } else if (event instanceof Event.Heartbeat) {
            now += STALL;
            raft.tick(now);
        } else if (event instanceof Event.Lapse) {
            now += OPTIONS.electionTimeoutMinNanos();
        } else if (event instanceof Event.Silence) {
            now += OPTIONS.electionTimeoutMaxNanos() + 1;
            raft.tick(now);
        } else if (event instanceof Event.Propose propose) {
            raft.propose(Bytes.utf8("c" + propose.command()), 0, now);
        } else if (event instanceof Event.Reconfigure reconfigure) {
            raft.reconfigure(reconfigure.change(), now);
        } else if (event instanceof Event.Transfer) {
            raft.transfer(Optional.empty(), now);
        } else if (event instanceof Event.Crash) {
            disk = disk.again();
            start();
        } else if (event instanceof Event.Wipe) {
            disk = disk.wiped();
            start();
        }
    }

    private void take(RaftEffects effects, List<Outgoing> sent) {
        effects.write().ifPresent(write -> {
            HardStateRule.check(written.hardState(), write);
            written = written.after(write);
            unflushed.add(write);
        });
        for (Outgoing outgoing : effects.messages()) {
            spoken(outgoing);
            sent.add(outgoing);
        }
    }

    /** R7 and R8: what a message says is on disk when it leaves. */
    private void spoken(Outgoing outgoing) {
        RaftMessage message = outgoing.message();
        boolean isTermSpoken = !(message instanceof RaftMessage.PreVoteRequest);
        require(!isTermSpoken || disk.hardState().term() >= message.term(), "R8: term spoken before durable");
        if (message instanceof VoteRequest) {
            voted(message.term(), id);
        } else if (message instanceof VoteResponse response && response.granted()) {
            voted(message.term(), outgoing.to());
        } else if (message instanceof AppendAccepted accepted) {
            long index = accepted.durableIndex();
            boolean isDurable = index <= disk.entries().size()
                    && index <= written.entries().size()
                    && disk.entries()
                            .subList(0, (int) index)
                            .equals(written.entries().subList(0, (int) index));
            require(isDurable, "R8: entries acknowledged before durable");
        }
    }

    private void voted(long term, NodeId candidate) {
        require(
                disk.hardState().term() == term && disk.hardState().votedFor().equals(Optional.of(candidate)),
                "R7, R8: a vote is spoken that isn't on disk");
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new Violation(message + " (" + id + ")");
        }
    }

    private RaftMessage raised(RaftMessage message) {
        return isLeader() && message.term() == raft.term() ? Rounds.raised(message, roundBase) : message;
    }

    private List<Outgoing> lowered(List<Outgoing> sent) {
        if (!isLeader()) {
            return sent;
        }
        List<Outgoing> lowered = new ArrayList<>();
        for (Outgoing each : sent) {
            RaftMessage message = each.message();
            boolean isOfLeader = message instanceof AppendEntries;
            lowered.add(new Outgoing(each.to(), isOfLeader ? Rounds.raised(message, -roundBase) : message));
        }
        return lowered;
    }

    Raft raft() {
        return raft;
    }

    boolean isLeader() {
        return raft.role() == Role.LEADER;
    }

    Disk disk() {
        return disk;
    }

    Disk written() {
        return written;
    }

    boolean hasUnflushed() {
        return !unflushed.isEmpty();
    }

    long durableSequence() {
        return durableSequence;
    }

    long roundBase() {
        return isLeader() ? roundBase : 0;
    }

    /** Whether a leader heard of not long ago forbids this node to vote. */
    boolean hasPromise() {
        Object election = StateHash.peek(raft, "election");
        return (boolean) StateHash.peek(election, "hasPromised")
                && now - (long) StateHash.peek(election, "promisedAt") < OPTIONS.electionTimeoutMinNanos();
    }

    /** What of an election matters now: who has voted for whom in the one under way, and whom this node has promised not to disturb. */
    private List<Object> election() {
        Object election = StateHash.peek(raft, "election");
        List<Object> parts = new ArrayList<>();
        if (raft.role() == Role.PRE_CANDIDATE || raft.role() == Role.CANDIDATE) {
            parts.add(StateHash.peek(election, "ballot"));
        }
        if (hasPromise()) {
            parts.add((now - (long) StateHash.peek(election, "promisedAt")) / STALL);
            parts.add(StateHash.peek(election, "promisedTerm"));
            parts.add(StateHash.peek(election, "promisedTo"));
        }
        return parts;
    }

    Lanes hash(Symmetry symmetry) {
        return new StateHash(symmetry, durableSequence, roundBase(), now).of(id, raft, disk, unflushed, election());
    }
}

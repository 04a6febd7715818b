package io.sinkron.raft.search;

import io.sinkron.raft.RaftMessage;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.raft.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All messages that were ever sent, each a number. */
final class Packets {
    private final Symmetry symmetry;
    private final Map<Packet, Integer> numbers = new HashMap<>();
    private final List<Packet> packets = new ArrayList<>();
    private final List<Lanes> lanes = new ArrayList<>();

    /** A message on its way. */
    record Packet(int from, int to, RaftMessage message) {}

    Packets(Symmetry symmetry) {
        this.symmetry = symmetry;
    }

    int number(int from, int to, RaftMessage message) {
        return numbers.computeIfAbsent(new Packet(from, to, message), packet -> {
            packets.add(packet);
            lanes.add(new StateHash(symmetry, 0, 0, 0).of(symmetry.id(from), symmetry.id(to), message));
            return packets.size() - 1;
        });
    }

    Packet get(int number) {
        return packets.get(number);
    }

    Lanes lanes(int number) {
        return lanes.get(number);
    }

    /**
     * Whether a message needs no delivery any more, as far as safety goes:
     * <ul>
     *   <li>an answer to what its receiver doesn't ask any more and, by the term on its disk, never will again: it does nothing;
     *   <li>a refusal of a vote that teaches no term: all it can do is to keep a candidate from winning, which it may fail to do anyway;
     *   <li>a request of a term that sender and receiver are both beyond, by their disks: all that its answer can do is to teach a term, and
     *       what the sender says in its present term (a pre-vote at least, which it may ask for at any time) does that as well.
     * </ul>
     */
    static boolean isDead(Packet packet, Facts sender, Facts receiver) {
        RaftMessage message = packet.message();
        boolean isOfThePast = message.term() <= receiver.durableTerm();
        if (message instanceof PreVoteRequest request) {
            return request.term() <= sender.durableTerm();
        }
        if (message instanceof PreVoteResponse response) {
            return isOfThePast && (!response.granted() || response.campaignTerm() <= receiver.durableTerm());
        }
        if (message instanceof VoteResponse response) {
            boolean isAsking = receiver.term() == message.term() && receiver.role() == Role.CANDIDATE;
            return isOfThePast && !(response.granted() && isAsking);
        }
        if (isAnswerToLeader(message)) {
            return isOfThePast && !(receiver.term() == message.term() && receiver.isLeader());
        }
        return message.term() < receiver.durableTerm() && message.term() < sender.durableTerm();
    }

    private static boolean isAnswerToLeader(RaftMessage message) {
        return message instanceof AppendAccepted || message instanceof AppendRejected;
    }

    /**
     * Whether a message can do nothing that another one can't:
     * <ul>
     *   <li>a pre-vote request with a log that is less up to date;
     *   <li>an answer from a term that its receiver's disk hasn't reached, so that it wasn't asked in it: each teaches the term, and no more.
     * </ul>
     */
    static boolean isCoveredBy(Packet one, Packet other, Facts receiver) {
        if (one.from() != other.from() || one.to() != other.to()) {
            return false;
        }
        if (one.message() instanceof PreVoteRequest a && other.message() instanceof PreVoteRequest b) {
            boolean isNoMoreUpToDate =
                    a.lastTerm() < b.lastTerm() || a.lastTerm() == b.lastTerm() && a.lastIndex() <= b.lastIndex();
            return a.term() == b.term() && isNoMoreUpToDate;
        }
        return teaches(one.message(), receiver)
                && teaches(other.message(), receiver)
                && one.message().term() == other.message().term();
    }

    private static boolean teaches(RaftMessage message, Facts receiver) {
        boolean isAnswer = isAnswerToLeader(message)
                || message instanceof VoteResponse
                || message instanceof PreVoteResponse response && !response.granted();
        return isAnswer && message.term() > receiver.durableTerm();
    }

    /**
     * What a message's round means: which of the rounds that its leader remembers it is later than, a bit each. 0 for a message without one,
     * and for one of a leader that doesn't lead any more.
     *
     * @param from who sent it
     * @param to who is to get it
     */
    static int roundClass(Packet packet, Facts from, Facts to) {
        RaftMessage message = packet.message();
        if (message instanceof AppendEntries append) {
            return from.roundClass(packet.to(), append.term(), append.round());
        } else if (message instanceof AppendAccepted accepted) {
            return to.roundClass(packet.from(), accepted.term(), accepted.round()) & Facts.EARLIER_LIFE;
        } else if (message instanceof AppendRejected rejected) {
            return to.roundClass(packet.from(), rejected.term(), rejected.round());
        }
        return 0;
    }
}

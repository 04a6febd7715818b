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
    private final boolean isFounding;
    private final Map<Packet, Integer> numbers = new HashMap<>();
    private final List<Packet> packets = new ArrayList<>();
    private final List<Lanes> lanes = new ArrayList<>();

    /** A message on its way. */
    record Packet(int from, int to, RaftMessage message) {}

    /**
     * @param isFounding whether a group may be founded, so that it matters what a log and a disk are said to be
     */
    Packets(Symmetry symmetry, boolean isFounding) {
        this.isFounding = isFounding;
        this.symmetry = symmetry;
    }

    int number(int from, int to, RaftMessage message) {
        return numbers.computeIfAbsent(new Packet(from, to, message), packet -> {
            packets.add(packet);
            Lanes hash = new StateHash(symmetry, 0, 0, 0).of(symmetry.id(from), symmetry.id(to), message);
            if (isFounding && message instanceof PreVoteResponse response) {
                hash.put(response.lastIndex() * 2 + (response.blank() ? 1 : 0));
            }
            lanes.add(hash);
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
     * Whether a message needs no delivery any more:
     * <ul>
     *   <li>an answer to what its receiver doesn't ask any more and, by the term on its disk, never will again: it does nothing;
     *   <li>a refusal of a vote that teaches no term: all it can do is to keep a candidate from winning, which it may fail to do anyway;
     *   <li>a pre-vote request whose sender, by its disk, is beyond it: all that the answer can do is to teach a term, and the sender's
     *       latest question does that as well.
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
        if (message instanceof AppendAccepted || message instanceof AppendRejected) {
            return isOfThePast && !(receiver.term() == message.term() && receiver.isLeader());
        }
        return false;
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
            return to.roundClass(packet.from(), accepted.term(), accepted.round());
        } else if (message instanceof AppendRejected rejected) {
            return to.roundClass(packet.from(), rejected.term(), rejected.round());
        }
        return 0;
    }
}

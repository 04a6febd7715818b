package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Who votes, and what a majority of them is. All quorum arithmetic lives here, so that a second set of voters (joint consensus) has
 * one place to go to. Immutable.
 *
 * @param voters without repetition, in a fixed order
 */
record Configuration(List<NodeId> voters) {
    private static final byte FORMAT = 1;

    /** Whether an election is decided. */
    enum Outcome {
        /** Either may still happen. */
        PENDING,
        /** A majority is for it. */
        WON,
        /** No majority can be for it any more. */
        LOST
    }

    /** Takes an immutable copy; rejects an empty list and repetitions. */
    Configuration {
        voters = List.copyOf(voters);
        if (voters.isEmpty() || voters.stream().distinct().count() != voters.size()) {
            throw new IllegalArgumentException("voters are " + voters + ", needed are one or more, each once");
        }
    }

    /** How many voters are a majority: any two majorities share a voter. */
    int majority() {
        return voters.size() / 2 + 1;
    }

    boolean isVoter(NodeId node) {
        return voters.contains(node);
    }

    /**
     * The highest value that a majority of the voters has reached, given each voter's own. Values are compared as numbers.
     *
     * <p>O(n²) for a handful of voters, without a list that must be kept in order: a progress list that lost its order has committed
     * without a quorum elsewhere (openraft 1802).
     */
    long agreed(ToLongFunction<NodeId> value) {
        int n = voters.size();
        long[] values = new long[n];
        for (int i = 0; i < n; i++) {
            long v = value.applyAsLong(voters.get(i));
            int at = i;
            while (at > 0 && values[at - 1] < v) {
                values[at] = values[at - 1];
                at--;
            }
            values[at] = v;
        }
        return values[majority() - 1];
    }

    /** Whether these votes decide an election. Who isn't a voter doesn't count. */
    Outcome tally(Set<NodeId> granted, Set<NodeId> denied) {
        int yes = 0;
        int no = 0;
        for (NodeId voter : voters) {
            if (granted.contains(voter)) {
                yes++;
            } else if (denied.contains(voter)) {
                no++;
            }
        }
        if (yes >= majority()) {
            return Outcome.WON;
        }
        return voters.size() - no < majority() ? Outcome.LOST : Outcome.PENDING;
    }

    /**
     * The form that snapshots carry: a version byte, then each voter as a length byte (ids have 1 to 64 characters) and ASCII characters.
     */
    Bytes encode() {
        int size = 1;
        for (NodeId voter : voters) {
            size += 1 + voter.value().length();
        }
        byte[] bytes = new byte[size];
        bytes[0] = FORMAT;
        int at = 1;
        for (NodeId voter : voters) {
            byte[] id = voter.value().getBytes(StandardCharsets.US_ASCII);
            bytes[at++] = (byte) id.length;
            System.arraycopy(id, 0, bytes, at, id.length);
            at += id.length;
        }
        return Bytes.wrap(bytes);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it isn't that
     */
    static Configuration decode(Bytes bytes) {
        if (bytes.isEmpty() || bytes.at(0) != FORMAT) {
            throw new IllegalArgumentException("membership in an unknown format: " + bytes);
        }
        List<NodeId> voters = new ArrayList<>();
        int at = 1;
        while (at < bytes.size()) {
            int length = bytes.at(at++);
            if (length < 1 || length > bytes.size() - at) {
                throw new IllegalArgumentException("membership is cut off: " + bytes);
            }
            voters.add(NodeId.of(new String(bytes.array(), at, length, StandardCharsets.US_ASCII)));
            at += length;
        }
        return new Configuration(voters);
    }
}

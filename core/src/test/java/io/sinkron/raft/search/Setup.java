package io.sinkron.raft.search;

import io.sinkron.common.NodeId;
import io.sinkron.raft.MembershipChange;

/**
 * The bounds of a search. Messages need none: each may arrive any number of times, at any time, or never.
 *
 * @param nodes how many there are
 * @param beginning how the group begins
 * @param change what a leader may be asked to change of the membership
 * @param maxTerm no election is begun beyond it
 * @param proposals how many commands there are
 * @param heartbeats how often a leader's time to say something comes
 * @param silences how often a leader steps down because nobody answers
 * @param crashes how often a node loses what isn't durable, and starts again
 * @param wipes how often a node loses its disk, and starts again with an empty one
 * @param transfers how often a leader is asked to hand its leadership over
 * @param delays how often a node's disk gets slow: its writes wait, and may be lost in a crash, while the node goes on, until the disk is done
 *     with all of them. At other times a write is done before anything else happens
 * @param hasPromises whether the promise to a leader heard of lasts until it lapses. Without, it is over at once, which loses nothing of safety:
 *     all it does is to refuse votes, and a request for one need not arrive
 */
record Setup(
        int nodes,
        Beginning beginning,
        Change change,
        int maxTerm,
        int proposals,
        int heartbeats,
        int silences,
        int crashes,
        int wipes,
        int transfers,
        int delays,
        boolean hasPromises) {
    /** For {@link #delays}: any write may take any time. */
    static final int ANY = -1;

    /** How a group begins. */
    enum Beginning {
        /** With followers in term 1, each with the same first entry in its log. */
        FOLLOWERS,
        /**
         * With followers whose logs differ: in term 2 the first node led and appended an entry that nobody else got, in term 3 the others had
         * another leader.
         */
        DIVERGED,
        /** As with {@link #FOLLOWERS}, and then the first node has been elected in term 2, and its first entry is everywhere. */
        LED
    }

    /** A change of membership. */
    enum Change {
        /** None. */
        NONE,
        /** The last node, which isn't a member at first, becomes a voter. */
        GROW,
        /** So, in place of the one before it. */
        REPLACE,
        /** The last node is removed. */
        SHRINK
    }

    static Setup of(Beginning beginning, int nodes, int maxTerm) {
        return new Setup(nodes, beginning, Change.NONE, maxTerm, 0, 0, 0, 0, 0, 0, ANY, false);
    }

    Setup changing(Change how) {
        return new Setup(
                nodes,
                beginning,
                how,
                maxTerm,
                proposals,
                heartbeats,
                silences,
                crashes,
                wipes,
                transfers,
                delays,
                hasPromises);
    }

    Setup with(int howManyProposals, int howManyHeartbeats, int howManySilences) {
        return new Setup(
                nodes,
                beginning,
                change,
                maxTerm,
                howManyProposals,
                howManyHeartbeats,
                howManySilences,
                crashes,
                wipes,
                transfers,
                delays,
                hasPromises);
    }

    Setup losing(int howManyCrashes, int howManyWipes) {
        return new Setup(
                nodes,
                beginning,
                change,
                maxTerm,
                proposals,
                heartbeats,
                silences,
                howManyCrashes,
                howManyWipes,
                transfers,
                delays,
                hasPromises);
    }

    Setup transferring(int howManyTransfers) {
        return new Setup(
                nodes,
                beginning,
                change,
                maxTerm,
                proposals,
                heartbeats,
                silences,
                crashes,
                wipes,
                howManyTransfers,
                delays,
                hasPromises);
    }

    Setup delaying(int howManyDelays) {
        return new Setup(
                nodes,
                beginning,
                change,
                maxTerm,
                proposals,
                heartbeats,
                silences,
                crashes,
                wipes,
                transfers,
                howManyDelays,
                hasPromises);
    }

    int[] toNumbers() {
        return new int[] {
            nodes,
            beginning.ordinal(),
            change.ordinal(),
            maxTerm,
            proposals,
            heartbeats,
            silences,
            crashes,
            wipes,
            transfers,
            delays,
            hasPromises ? 1 : 0
        };
    }

    /** The inverse of {@link #toNumbers}. */
    static Setup ofNumbers(int[] n) {
        return new Setup(
                n[0],
                Beginning.values()[n[1]],
                Change.values()[n[2]],
                n[3],
                n[4],
                n[5],
                n[6],
                n[7],
                n[8],
                n[9],
                n[10],
                n[11] == 1);
    }

    Setup promising() {
        return new Setup(
                nodes,
                beginning,
                change,
                maxTerm,
                proposals,
                heartbeats,
                silences,
                crashes,
                wipes,
                transfers,
                delays,
                true);
    }

    boolean hasJoiner() {
        return change == Change.GROW || change == Change.REPLACE;
    }

    int founders() {
        return hasJoiner() ? nodes - 1 : nodes;
    }

    /** How many of the first nodes can't be told apart. */
    int alike() {
        return switch (change) {
            case NONE -> beginning == Beginning.DIVERGED ? 1 : nodes;
            case GROW, SHRINK -> nodes - 1;
            case REPLACE -> nodes - 2;
        };
    }

    MembershipChange membershipChange(Symmetry symmetry) {
        NodeId last = symmetry.id(nodes - 1);
        return switch (change) {
            case GROW -> MembershipChange.addVoter(last, "");
            case REPLACE -> MembershipChange.replace(symmetry.id(nodes - 2), last, "");
            case SHRINK, NONE -> MembershipChange.remove(last);
        };
    }
}

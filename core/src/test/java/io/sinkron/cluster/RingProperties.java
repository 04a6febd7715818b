package io.sinkron.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.common.XxHash64;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Rings of random members against a search through all points, and how they change with their members. */
class RingProperties {
    private static final int KEYS = 300;

    @Property(tries = 60)
    void theOwnerIsTheOneASearchThroughAllPointsFinds(@ForAll("members") List<Member> members, @ForAll long seed) {
        Ring ring = Ring.of(new View(1, members), seed);
        for (int i = 0; i < 20; i++) {
            String key = "key-" + i;
            assertEquals(naiveOwner(members, seed, XxHash64.hash(key, seed)), ring.owner(key));
        }
    }

    @Property(tries = 60)
    void theOrderOfJoiningDoesNotMatter(
            @ForAll("members") List<Member> members, @ForAll long seed, @ForAll Random random) {
        List<Member> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, random);
        Ring one = Ring.of(new View(1, members), seed);
        Ring other = Ring.of(new View(2, shuffled), seed);
        for (int i = 0; i < KEYS; i++) {
            assertEquals(one.preference("key-" + i, 3), other.preference("key-" + i, 3));
        }
        assertEquals(one.shares(), other.shares());
    }

    @Property(tries = 60)
    void aLeaverMovesOnlyItsOwnKeysAndItsReturnRestoresAll(@ForAll("members") List<Member> members, @ForAll long seed) {
        Member leaver = members.get(members.size() / 2);
        List<Member> rest = new ArrayList<>(members);
        rest.remove(leaver);
        Ring before = Ring.of(new View(1, members), seed);
        Ring after = Ring.of(new View(2, rest), seed);
        rest.add(leaver);
        Ring again = Ring.of(new View(3, rest), seed);
        for (int i = 0; i < KEYS; i++) {
            NodeId owner = before.owner("key-" + i);
            if (!owner.equals(leaver.id())) {
                assertEquals(owner, after.owner("key-" + i));
            }
            assertEquals(owner, again.owner("key-" + i));
        }
    }

    @Property(tries = 60)
    void aJoinerTakesItsShareAndNothingElseMoves(@ForAll("members") List<Member> members, @ForAll long seed) {
        Member joiner = members.get(members.size() - 1);
        List<Member> rest = members.subList(0, members.size() - 1);
        Ring before = Ring.of(new View(1, rest), seed);
        Ring after = Ring.of(new View(2, members), seed);
        int taken = 0;
        for (int i = 0; i < KEYS; i++) {
            NodeId owner = after.owner("key-" + i);
            if (owner.equals(joiner.id())) {
                taken++;
            } else {
                assertEquals(before.owner("key-" + i), owner);
            }
        }
        double weights = members.stream().mapToInt(Member::weight).sum();
        double fair = joiner.weight() / weights;
        double epsilon = 0.3 * fair + 5 * Math.sqrt(fair * (1 - fair) / KEYS);
        assertEquals(fair, taken / (double) KEYS, epsilon);
    }

    @Property(tries = 60)
    void sharesAddUpToOne(@ForAll("members") List<Member> members, @ForAll long seed) {
        var shares = Ring.of(new View(1, members), seed).shares();
        assertEquals(1.0, shares.values().stream().mapToDouble(d -> d).sum(), 1e-9);
        assertTrue(shares.values().stream().allMatch(share -> share > 0));
    }

    @Provide
    Arbitrary<List<Member>> members() {
        Arbitrary<Integer> weights = Arbitraries.frequency(
                net.jqwik.api.Tuple.of(8, 1), net.jqwik.api.Tuple.of(2, 2), net.jqwik.api.Tuple.of(1, 5));
        Arbitrary<String> names = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("AZ09._-")
                .ofMinLength(1)
                .ofMaxLength(12);
        return Combinators.combine(names, weights)
                .as(Views::weighted)
                .list()
                .uniqueElements(Member::id)
                .ofMinSize(2)
                .ofMaxSize(9);
    }

    private static NodeId naiveOwner(List<Member> members, long seed, long position) {
        NodeId best = null;
        long bestDistance = 0;
        for (Member member : members) {
            for (int i = 0; i < member.weight() * Ring.POINTS_PER_WEIGHT; i++) {
                long distance = XxHash64.hash(member.id() + "#" + i, seed) - position;
                int order = best == null ? -1 : Long.compareUnsigned(distance, bestDistance);
                if (order < 0 || order == 0 && member.id().compareTo(best) < 0) {
                    best = member.id();
                    bestDistance = distance;
                }
            }
        }
        return best;
    }
}

package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.raft.Reconfigured.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Changes of membership against a naive group, which is a set of voters and a set of learners; and, as a table, the rows of etcd's data-driven tests
 * of its configuration changes (joint, simple, idempotent, learners-next, safety, update, zero) in this machine's terms.
 */
class MembershipRulesProperties {
    private static final int NODES = 9;

    private record Group(TreeSet<NodeId> voters, TreeSet<NodeId> learners) {
        Group after(MembershipChange change) {
            Group next = new Group(new TreeSet<>(voters), new TreeSet<>(learners));
            for (Collection<NodeId> named :
                    List.of(change.voters().keySet(), change.learners().keySet(), change.removed())) {
                next.voters.removeAll(named);
                next.learners.removeAll(named);
            }
            next.voters.addAll(change.voters().keySet());
            next.learners.addAll(change.learners().keySet());
            return next;
        }

        boolean isAllowed(MembershipChange change) {
            boolean areMembers = change.removed().stream().allMatch(id -> voters.contains(id) || learners.contains(id));
            int count = after(change).voters.size();
            return areMembers && count >= 1 && count <= Configuration.MAX_VOTERS;
        }
    }

    private static Group groupOf(Configuration configuration) {
        return new Group(ids(configuration.voters()), ids(configuration.learners()));
    }

    private static TreeSet<NodeId> ids(List<Server> servers) {
        TreeSet<NodeId> ids = new TreeSet<>();
        servers.forEach(server -> ids.add(server.id()));
        return ids;
    }

    private static MembershipChange any(Random random) {
        TreeMap<NodeId, String> voters = new TreeMap<>();
        TreeMap<NodeId, String> learners = new TreeMap<>();
        TreeSet<NodeId> removed = new TreeSet<>();
        for (int i = 1; i <= NODES; i++) {
            NodeId id = NodeId.of("n" + i);
            switch (random.nextInt(9)) {
                case 0, 1 -> voters.put(id, "host-" + i);
                case 2 -> learners.put(id, random.nextBoolean() ? "" : "host-" + i);
                case 3 -> removed.add(id);
                default -> {}
            }
        }
        return new MembershipChange(voters, learners, removed);
    }

    /** The configurations that a change goes through, once all who shall vote have caught up. */
    private static List<Configuration> steps(Configuration now, MembershipChange change) {
        List<Configuration> steps = new ArrayList<>();
        Configuration wanting = MembershipRules.wanting(now, change);
        steps.add(wanting);
        if (!wanting.target().isEmpty()) {
            steps.add(wanting.joint());
            steps.add(wanting.joint().left());
        }
        return steps;
    }

    @Property(tries = 300)
    void aChangeLeadsToTheNaiveGroupAndIsRefusedExactlyWhenThatIsNone(@ForAll long seed) {
        Random random = new Random(seed);
        Configuration now = founding("n1", "n2", "n3");
        for (int i = 0; i < 20; i++) {
            Group before = groupOf(now);
            MembershipChange change = any(random);
            boolean isAllowed = before.isAllowed(change);
            assertEquals(isAllowed, MembershipRules.objection(now, change).isEmpty(), () -> before + " " + change);
            if (isAllowed) {
                List<Configuration> steps = steps(now, change);
                // The first step changes no quorum; nobody who votes at the end is out of the group before.
                assertEquals(now.voters(), steps.get(0).voters());
                assertEquals(List.of(), steps.get(0).outgoing());
                steps.forEach(step -> assertTrue(
                        step.members().containsAll(before.after(change).voters()), () -> step + " " + change));
                now = steps.get(steps.size() - 1);
                assertTrue(now.isSettled());
                assertEquals(before.after(change), groupOf(now));
                assertTrue(now.members().containsAll(now.addresses().keySet()), "addresses of strangers are kept");
            }
        }
    }

    @Property(tries = 300)
    void askedForAgainNothingIsLeftToDo(@ForAll long seed) {
        Random random = new Random(seed);
        Configuration now = founding("n1", "n2", "n3");
        MembershipChange change = any(random);
        if (MembershipRules.objection(now, change).isEmpty() && change.removed().isEmpty()) {
            List<Configuration> steps = steps(now, change);
            Configuration wanting = steps.get(0);
            assertEquals(wanting, MembershipRules.wanting(wanting, change), "while it waits for those who catch up");
            Configuration done = steps.get(steps.size() - 1);
            assertEquals(done, MembershipRules.wanting(done, change), "when it is done");
        }
    }

    @Property(tries = 300)
    void aMembersLaterDiskTakesItsPlaceAndNobodyElses(@ForAll long seed) {
        Random random = new Random(seed);
        Configuration now = founding("n1", "n2", "n3");
        Server seen = new Server(NodeId.of("n" + (1 + random.nextInt(5))), random.nextInt(3));
        boolean isMember = now.contains(seen.id());
        assertEquals(isMember && seen.identity() > 0, MembershipRules.isReplaced(now, seen));
        if (MembershipRules.isReplaced(now, seen)) {
            Configuration replacing = MembershipRules.replacing(now, seen);
            assertEquals(now.voters(), replacing.voters(), "until it has caught up, the lost disk is the voter");
            assertTrue(replacing.learners().contains(seen));
            assertFalse(MembershipRules.isReplaced(replacing, seen), "once is enough");
            Configuration done = replacing.joint().left();
            assertEquals(groupOf(now), groupOf(done));
            assertTrue(done.voters().contains(seen));
        }
    }

    @Example
    void jointAutoleave_whatIsJoinedIsLeftWithTheNewHalf() {
        assertPath(founding("n1"), change("n2 n3", "", ""), "n1 + n2 n3 -> n1 n2 n3", "n1 n2 n3 & n1", "n1 n2 n3");
    }

    @Example
    void jointIdempotency_whatIsSoAlreadyChangesNothing() {
        assertPath(founding("n1"), change("n1", "", ""), "n1");
        assertPath(founding("n1", "n2"), change("n1 n2", "", ""), "n1 n2");
    }

    @Example
    void jointLearnersNext_aVoterThatIsDemotedVotesInTheOldHalfUntilItIsLeft() {
        assertPath(founding("n1", "n2"), change("", "n2", ""), "n1 n2 + n2 -> n1", "n1 & n1 n2 + n2", "n1 + n2");
        assertPath(founding("n1"), change("n2", "n1", ""), "n1 + n1 n2 -> n2", "n2 & n1 + n1", "n2 + n1");
    }

    @Example
    void jointSafety_nobodyIsRemovedWhoIsNoMemberAndSomebodyMustVote() {
        assertRefused(Reason.NO_SUCH_MEMBER, founding("n1"), change("", "", "n9"));
        assertRefused(Reason.BAD_REQUEST, founding("n1"), change("", "", "n1"));
        assertRefused(Reason.BAD_REQUEST, founding("n1", "n2"), change("", "n1 n2", ""));
        assertRefused(Reason.BAD_REQUEST, founding("n1"), change("n2 n3 n4 n5 n6 n7 n8", "", ""));
    }

    @Example
    void simplePromoteDemote_learnersBecomeVotersAndBack() {
        Configuration withLearner = last(founding("n1"), change("", "n2", ""));
        assertEquals("n1 + n2", text(withLearner));
        assertPath(withLearner, change("n2", "", ""), "n1 + n2 -> n1 n2", "n1 n2 & n1", "n1 n2");
        assertPath(withLearner, change("", "", "n2"), "n1");
    }

    @Example
    void update_anAddressAloneChangesNoQuorum() {
        Configuration before = founding("n1", "n2");
        MembershipChange move = new MembershipChange(
                new TreeMap<>(Map.of(NodeId.of("n2"), "elsewhere:1")), new TreeMap<>(), new TreeSet<>());
        assertPath(before, move, "n1 n2");
        assertEquals("elsewhere:1", last(before, move).addresses().get(NodeId.of("n2")));
    }

    @Example
    void zero_anEmptyChangeIsNone() {
        MembershipChange none = change("", "", "");
        assertTrue(none.isEmpty());
        assertPath(founding("n1"), none, "n1");
    }

    private static void assertRefused(Reason reason, Configuration now, MembershipChange change) {
        assertEquals(
                reason, MembershipRules.objection(now, change).orElseThrow().reason());
    }

    private static void assertPath(Configuration now, MembershipChange change, String... expected) {
        assertTrue(MembershipRules.objection(now, change).isEmpty());
        assertEquals(
                List.of(expected),
                steps(now, change).stream().map(MembershipRulesProperties::text).toList());
    }

    private static Configuration last(Configuration now, MembershipChange change) {
        List<Configuration> steps = steps(now, change);
        return steps.get(steps.size() - 1);
    }

    /** Voters, {@code &} the old half, {@code +} learners, {@code ->} wanted voters. */
    private static String text(Configuration configuration) {
        return names("", configuration.voters())
                + names(" & ", configuration.outgoing())
                + names(" + ", configuration.learners())
                + names(" -> ", configuration.target());
    }

    private static String names(String mark, List<Server> servers) {
        return servers.isEmpty()
                ? ""
                : mark
                        + String.join(
                                " ", ids(servers).stream().map(NodeId::value).toList());
    }

    private static Configuration founding(String... ids) {
        return Configuration.founding(List.of(ids).stream().map(NodeId::of).toList(), Map.of());
    }

    private static MembershipChange change(String voters, String learners, String removed) {
        TreeMap<NodeId, String> voting = new TreeMap<>();
        TreeMap<NodeId, String> following = new TreeMap<>();
        TreeSet<NodeId> gone = new TreeSet<>();
        words(voters).forEach(id -> voting.put(id, ""));
        words(learners).forEach(id -> following.put(id, ""));
        gone.addAll(words(removed));
        return new MembershipChange(voting, following, gone);
    }

    private static List<NodeId> words(String text) {
        return text.isEmpty()
                ? List.of()
                : List.of(text.split(" ")).stream().map(NodeId::of).toList();
    }
}

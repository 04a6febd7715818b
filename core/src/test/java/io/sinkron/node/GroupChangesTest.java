package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cluster.ClusterAnswer;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockMessage;
import io.sinkron.queue.QueueMessage;
import io.sinkron.queue.QueueRequest;
import io.sinkron.raft.MembershipChange;
import io.sinkron.raft.Proposals;
import io.sinkron.raft.RaftMessage;
import io.sinkron.raft.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each way in which a change of the members, or of the leader, ends; once each. */
class GroupChangesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");
    private static final NodeId N4 = NodeId.of("n4");
    private static final List<NodeId> FOUNDERS = List.of(N1, N2, N3);

    private static final LockCommand OPEN = new LockCommand.OpenSession("s", 30_000, "", N1);

    private NodeGroup group;
    private NodeId leader;

    /** A node that doesn't lead. */
    private NodeId other;

    /** The third one. */
    private NodeId third;

    @BeforeEach
    void threeNodes() {
        group = new NodeGroup(3, UnaryOperator.identity());
        leader = group.leader();
        List<NodeId> others = FOUNDERS.stream().filter(id -> !id.equals(leader)).toList();
        other = others.get(0);
        third = others.get(1);
        group.advance(SECOND);
    }

    private <T extends Answer> T answer(long call, Class<T> type) {
        return assertInstanceOf(type, group.answer(call).orElse(null));
    }

    private Set<NodeId> live() {
        View view = group.node(group.leader()).status().active();
        return new TreeSet<>(view.members().stream().map(member -> member.id()).toList());
    }

    private List<NodeId> members(NodeId at) {
        return group.node(at).status().group().members();
    }

    private void addFourth() {
        group.join(N4);
        long call = group.reconfigure(other, MembershipChange.addVoter(N4, "h:4"), 10 * SECOND);
        group.advance(3 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
    }

    @Test
    void aNodeThatJoinsRefusesUntilItIsAddedAndServesThen() {
        group.join(N4);
        group.advance(SECOND);
        assertEquals(Belonging.JOINING, group.node(N4).status().belonging());
        Refusal.Unavailable refused = answer(group.call(N4, OPEN), Refusal.Unavailable.class);
        assertTrue(refused.reason().contains("not joined"), refused.reason());

        long call = group.reconfigure(other, MembershipChange.addVoter(N4, "h:4"), 10 * SECOND);
        group.advance(3 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
        assertEquals(List.of(N1, N2, N3, N4), group.node(other).status().group().votingNodes());
        assertEquals(Set.of(N1, N2, N3, N4), live());
        assertEquals(Belonging.MEMBER, group.node(N4).status().belonging());
        long served = group.call(N4, OPEN);
        group.advance(SECOND / 10);
        assertFalse(group.answer(served).orElseThrow() instanceof Refusal);
    }

    @Test
    void aLearnerServesWithoutAVote() {
        group.join(N4);
        long call = group.reconfigure(leader, MembershipChange.addLearner(N4, "h:4"), 10 * SECOND);
        group.advance(3 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
        assertEquals(FOUNDERS, group.node(leader).status().group().votingNodes());
        assertEquals(Set.of(N1, N2, N3, N4), live());
    }

    @Test
    void whoIsRemovedLeavesTheViewBeforeTheGroup() {
        long call = group.reconfigure(other, MembershipChange.remove(third), 10 * SECOND);
        for (int i = 0; i < 1_000 && members(leader).contains(third); i++) {
            assertEquals(Optional.empty(), group.answer(call));
            group.advance(5_000_000);
        }
        assertFalse(members(leader).contains(third));
        assertEquals(Set.of(leader, other), live(), "by the time it leaves the group");
        group.advance(SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
        assertFalse(group.peers(leader).contains(third), () -> "peers: " + group.peers(leader));
    }

    @Test
    void whoWasRemovedSaysSoOnceAndRefuses() {
        group.reconfigure(leader, MembershipChange.remove(third), 10 * SECOND);
        group.advance(5 * SECOND);
        assertEquals(Belonging.REMOVED, group.node(third).status().belonging());
        long events = group.events(third).stream()
                .filter(event -> event instanceof NodeEvent.Removed)
                .count();
        assertEquals(1, events);
        Refusal.Unavailable refused = answer(group.call(third, OPEN), Refusal.Unavailable.class);
        assertTrue(refused.reason().contains("not a member"), refused.reason());
        long term = group.node(leader).status().term();
        group.advance(10 * SECOND);
        assertEquals(term, group.node(leader).status().term(), "it disturbs nobody");
    }

    @Test
    void whoWasRemovedEndsItsOpenCallsAtOnce() {
        group.lose(message -> message instanceof Proposals
                || message instanceof RaftMessage.ReadRequest
                || message instanceof LockMessage.KeepAlive
                || message instanceof QueueMessage
                || message instanceof CacheMessage);
        long changed = group.call(third, OPEN, 60 * SECOND);
        long extended = group.keepAlive(third, "s", 60 * SECOND);
        long read = group.call(third, new LockCommand.ReadSessions("s"), 60 * SECOND);
        Bytes key = Bytes.utf8("k");
        CacheRequest.Put put =
                new CacheRequest.Put(key, key, -1, 0, CacheRequest.Durability.BACKED_UP, Optional.empty());
        List<Long> written = new ArrayList<>();
        List<Long> received = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            written.add(group.cache(third, new CacheRequest.Get(Bytes.utf8("k" + i)), 60 * SECOND));
            received.add(group.queue(third, "q" + i, new QueueRequest.Dequeue(1, 20_000, 1_000, ""), 60 * SECOND));
        }
        written.add(group.cache(third, put, 60 * SECOND));
        group.reconfigure(leader, MembershipChange.remove(third), 10 * SECOND);
        for (int i = 0; i < 2_000 && group.node(third).status().belonging() != Belonging.REMOVED; i++) {
            group.advance(5_000_000);
        }
        answer(changed, Refusal.OutcomeUnknown.class);
        answer(extended, Refusal.Unavailable.class);
        answer(read, Refusal.Unavailable.class);
        Stream.concat(written.stream(), received.stream())
                .forEach(call -> assertTrue(group.answer(call).isPresent(), () -> "open still: " + call));
    }

    @Test
    void aLeaderThatIsRemovedHandsOverFirstAndKnowsWhenItIsDone() {
        long call = group.reconfigure(leader, MembershipChange.remove(leader), 10 * SECOND);
        group.advance(6 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
        NodeId next = group.leader();
        assertNotEquals(leader, next);
        assertFalse(members(next).contains(leader));
        assertEquals(Belonging.REMOVED, group.node(leader).status().belonging());
        assertEquals(Role.FOLLOWER, group.node(leader).status().role());
    }

    @Test
    void aNodeTakesAnothersPlaceInOneChange() {
        group.join(N4);
        long call = group.reconfigure(leader, MembershipChange.replace(third, N4, "h:4"), 10 * SECOND);
        group.advance(6 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
        assertEquals(Set.of(leader, other, N4), live());
    }

    @Test
    void whatIsSoAlreadyIsAnsweredAtOnce() {
        addFourth();
        answer(
                group.reconfigure(third, MembershipChange.addVoter(N4, "h:4"), SECOND),
                ClusterAnswer.MembersChanged.class);
    }

    @Test
    void whatCannotBeIsRefused() {
        answer(group.reconfigure(other, MembershipChange.remove(N4), SECOND), ClusterAnswer.NoSuchMember.class);
        TreeSet<NodeId> all = new TreeSet<>(FOUNDERS);
        MembershipChange nobody = new MembershipChange(new TreeMap<>(), new TreeMap<>(), all);
        answer(group.reconfigure(other, nobody, SECOND), Refusal.BadRequest.class);
        MembershipChange nothing = new MembershipChange(new TreeMap<>(), new TreeMap<>(), new TreeSet<>());
        answer(group.reconfigure(other, nothing, SECOND), Refusal.BadRequest.class);
        assertEquals(FOUNDERS, members(leader));
        group.advance(3 * SECOND);
        assertEquals(Set.copyOf(FOUNDERS), live(), "nobody was drained for a change that can't be");
    }

    @Test
    void whileANodeIsWaitedForOtherChangesAreRefusedAndItMayBeGivenUp() {
        long waiting = group.reconfigure(other, MembershipChange.addVoter(N4, "h:4"), 60 * SECOND);
        group.advance(SECOND);
        assertEquals(Optional.empty(), group.answer(waiting));
        answer(group.reconfigure(third, MembershipChange.remove(other), SECOND), ClusterAnswer.ChangeInProgress.class);
        long again = group.reconfigure(third, MembershipChange.addVoter(N4, "h:4"), 2 * SECOND);
        assertEquals(Optional.empty(), group.answer(again), "it is what is under way");
        answer(group.reconfigure(third, MembershipChange.remove(N4), SECOND), ClusterAnswer.MembersChanged.class);
        assertEquals(FOUNDERS, members(leader));
    }

    @Test
    void aChangeThatTakesTooLongIsUnknownAndGoesOn() {
        long call = group.reconfigure(other, MembershipChange.addVoter(N4, "h:4"), SECOND);
        group.advance(2 * SECOND);
        answer(call, Refusal.OutcomeUnknown.class);
        group.join(N4);
        group.advance(3 * SECOND);
        assertEquals(List.of(N1, N2, N3, N4), group.node(other).status().group().votingNodes());
    }

    @Test
    void withoutALeaderNothingHasHappened() {
        group.cut(other);
        group.advance(5 * SECOND);
        long call = group.reconfigure(other, MembershipChange.remove(third), SECOND);
        group.advance(2 * SECOND);
        answer(call, Refusal.Unavailable.class);
        group.heal(other);
        group.advance(5 * SECOND);
        assertEquals(FOUNDERS, members(group.leader()));
    }

    @Test
    void anAnswerThatIsLostIsAskedForAgain() {
        group.join(N4);
        int[] answers = {0};
        group.lose(message -> message instanceof ClusterMessage.Decision && answers[0]++ < 3);
        long call = group.reconfigure(other, MembershipChange.addVoter(N4, "h:4"), 10 * SECOND);
        group.advance(5 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
    }

    @Test
    void aChangeOutlivesTheLeaderThatBeganIt() {
        long call = group.reconfigure(other, MembershipChange.addVoter(N4, "h:4"), 30 * SECOND);
        group.advance(SECOND);
        group.cut(leader);
        group.join(N4);
        group.advance(8 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
    }

    @Test
    void anAskThatComesLateDoesNotUndoWhatWasDecidedAfterIt() {
        addFourth();
        List<ClusterMessage.ChangeMembers> asks = new ArrayList<>();
        group.lose(message -> {
            if (message instanceof ClusterMessage.ChangeMembers ask) {
                asks.add(ask);
            }
            return false;
        });
        long removed = group.reconfigure(other, MembershipChange.remove(N4), 10 * SECOND);
        group.advance(3 * SECOND);
        answer(removed, ClusterAnswer.MembersChanged.class);
        long added = group.reconfigure(third, MembershipChange.addVoter(N4, "h:4"), 10 * SECOND);
        group.advance(3 * SECOND);
        answer(added, ClusterAnswer.MembersChanged.class);
        List<ClusterMessage.ChangeMembers> late =
                asks.stream().filter(ask -> !ask.removed().isEmpty()).toList();
        assertFalse(late.isEmpty());
        for (int i = 0; i < 30; i++) {
            late.forEach(ask -> group.deliver(other, leader, ask));
            group.advance(SECOND / 10);
        }
        assertEquals(List.of(N1, N2, N3, N4), members(leader));
    }

    @Test
    void leadershipGoesWhereItIsWanted() {
        ClusterAnswer.LeaderIs any = answer(transferAndWait(other, Optional.empty()), ClusterAnswer.LeaderIs.class);
        assertNotEquals(leader, any.leader());
        ClusterAnswer.LeaderIs back = answer(transferAndWait(other, Optional.of(leader)), ClusterAnswer.LeaderIs.class);
        assertEquals(leader, back.leader());
        assertTrue(back.term() > any.term());
        ClusterAnswer.LeaderIs same = answer(transferAndWait(third, Optional.of(leader)), ClusterAnswer.LeaderIs.class);
        assertEquals(leader, same.leader());
        assertEquals(back.term(), same.term(), "nothing was to be done");
    }

    private long transferAndWait(NodeId at, Optional<NodeId> to) {
        long call = group.transfer(at, to, 5 * SECOND);
        group.advance(SECOND);
        return call;
    }

    @Test
    void leadershipGoesToNobodyWhoCannotHaveIt() {
        answer(transferAndWait(other, Optional.of(N4)), Refusal.BadRequest.class);
        group.cut(third);
        group.advance(2 * SECOND);
        long call = group.transfer(other, Optional.of(third), SECOND);
        group.advance(2 * SECOND);
        answer(call, Refusal.Unavailable.class);
        assertEquals(leader, group.leader());
    }

    @Test
    void aTransferThatNobodyHearsOfIsUnknown() {
        group.lose(message -> message instanceof ClusterMessage.Decision || message instanceof RaftMessage);
        long call = group.transfer(other, Optional.of(third), SECOND);
        group.advance(2 * SECOND);
        answer(call, Refusal.OutcomeUnknown.class);
    }

    @Test
    void aCommandThatMeetsATransferIsDoneByTheNextLeader() {
        long transfer = group.transfer(leader, Optional.of(other), 5 * SECOND);
        long command = group.call(leader, OPEN, 5 * SECOND);
        group.advance(3 * SECOND);
        answer(transfer, ClusterAnswer.LeaderIs.class);
        assertFalse(group.answer(command).orElseThrow() instanceof Refusal);
    }

    @Test
    void aNodeThatJoinsHearsItsSeedsUntilTheLeaderCallsItAMember() {
        group.join(N4);
        group.advance(SECOND / 10);
        assertEquals(Set.copyOf(FOUNDERS), group.peers(N4));
        long call = group.reconfigure(leader, MembershipChange.replace(third, N4, "h:4"), 10 * SECOND);
        group.advance(8 * SECOND);
        answer(call, ClusterAnswer.MembersChanged.class);
        assertEquals(Set.of(leader, other, N4), group.peers(N4));
    }
}

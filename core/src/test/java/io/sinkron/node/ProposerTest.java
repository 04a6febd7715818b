package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.Command;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockCommand.DeadlockPolicy;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import io.sinkron.node.Pending.Purpose;
import io.sinkron.raft.Proposals;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.wire.CommandWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProposerTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final NodeId SELF = NodeId.of("n1");

    private final Leadership leadership = new Leadership();
    private final Proposer proposer = new Proposer(SELF, 1, NodeOptions.Limits.DEFAULT, 0);

    /** Who leads, as the test says. */
    private static final class Leadership implements Proposer.Route {
        boolean isHere;
        boolean isRemote;
        boolean hasRoom = true;
        final List<Bytes> proposed = new ArrayList<>();

        @Override
        public Optional<Boolean> proposeHere(Bytes command, long now) {
            if (!isHere) {
                return Optional.empty();
            }
            if (hasRoom) {
                proposed.add(command);
            }
            return Optional.of(hasRoom);
        }

        @Override
        public Refusal.Overloaded fullness() {
            return new Refusal.Overloaded("bytes", 7);
        }

        @Override
        public boolean hasRemoteLeader() {
            return isRemote;
        }
    }

    private Optional<Refusal> acquire(long call, long wait, long now) {
        LockCommand.Acquire acquire = new LockCommand.Acquire(
                new LockOwner("s", "o"), "a", LockMode.EXCLUSIVE, wait, "", DeadlockPolicy.REJECT, Optional.empty());
        return proposer.submit(acquire, new Purpose.ClientCall(call, wait), now + 5 * SECOND, leadership, now);
    }

    private static Command decode(Bytes encoded) {
        try {
            return CommandWire.decode(encoded);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    private List<Long> outbound() {
        List<Long> sequences = new ArrayList<>();
        for (Proposals message : proposer.takeOutbound()) {
            message.commands()
                    .forEach(command -> sequences.add(decode(command).id().sequence()));
        }
        return sequences;
    }

    @Test
    void whileNobodyLeadsACommandWaitsAndThenGoesToTheLeader() {
        acquire(7, 0, 0);
        assertTrue(proposer.hasUnsent());
        assertEquals(List.of(), outbound());
        leadership.isRemote = true;
        proposer.leaderChanged(leadership, SECOND);
        assertEquals(List.of(1L), outbound());
        assertFalse(proposer.hasUnsent());
    }

    @Test
    void aCommandThatWasNeverHandedOverEndsUnavailable() {
        acquire(7, 0, 0);
        List<Proposer.Expired> expired = proposer.expired(6 * SECOND);
        assertEquals(7, expired.get(0).call());
        assertInstanceOf(Refusal.Unavailable.class, expired.get(0).refusal());
        assertFalse(expired.get(0).mustCancel());
    }

    @Test
    void anAcquireThatWasHandedOverEndsUnknownAndIsCancelledInTheLog() {
        leadership.isRemote = true;
        acquire(7, 0, 0);
        Proposer.Expired expired = proposer.expired(6 * SECOND).get(0);
        assertInstanceOf(Refusal.OutcomeUnknown.class, expired.refusal());
        assertTrue(expired.mustCancel());
    }

    @Test
    void afterAChangeOfLeaderEverythingOpenIsHandedOverAgainWithItsOldNumber() {
        leadership.isRemote = true;
        acquire(1, 0, 0);
        acquire(2, 0, 0);
        assertEquals(List.of(1L, 2L), outbound());
        proposer.answered(new CommandId(SELF, 1, 1));
        proposer.leaderChanged(leadership, 10);
        assertEquals(List.of(2L), outbound());
    }

    @Test
    void aSilentCommandIsHandedOverAgainAfterTheResendTime() {
        leadership.isRemote = true;
        acquire(1, 0, 0);
        outbound();
        proposer.resend(leadership, SECOND / 2);
        assertEquals(List.of(), outbound());
        proposer.resend(leadership, SECOND + 1);
        assertEquals(List.of(1L), outbound());
    }

    @Test
    void aWaitingAcquireIsNotHandedOverAgainAndDoesNotHoldTheLowEnd() {
        leadership.isHere = true;
        acquire(1, 60 * SECOND, 0);
        proposer.waits(new CommandId(SELF, 1, 1));
        acquire(2, 0, 0);
        assertEquals(2, decode(leadership.proposed.get(1)).answeredBelow());
        proposer.leaderChanged(leadership, 1);
        assertEquals(3, leadership.proposed.size());
    }

    @Test
    void aWaitThatIsOverIsCancelledOnce() {
        leadership.isHere = true;
        acquire(1, 2 * SECOND, 0);
        proposer.waits(new CommandId(SELF, 1, 1));
        assertEquals(List.of(), proposer.waitsOver(SECOND));
        assertEquals(List.of(new CommandId(SELF, 1, 1)), proposer.waitsOver(3 * SECOND));
        assertEquals(List.of(), proposer.waitsOver(4 * SECOND));
    }

    @Test
    void aGrantOnItsWayToAClientThatIsGoneCanStillBeTakenBackOnce() {
        leadership.isHere = true;
        acquire(1, 0, 0);
        proposer.answered(new CommandId(SELF, 1, 1));
        assertEquals(Optional.of(new CommandId(SELF, 1, 1)), proposer.cancel(1));
        assertEquals(Optional.empty(), proposer.cancel(1));
    }

    @Test
    void aLeaderWithoutRoomRefusesAndKeepsNothing() {
        leadership.isHere = true;
        leadership.hasRoom = false;
        assertEquals(new Refusal.Overloaded("bytes", 7), acquire(1, 0, 0).orElseThrow());
        assertEquals(List.of(), proposer.expired(10 * SECOND));
    }

    @Test
    void aLeadersOwnDutyIsDroppedWhenItNoLongerLeads() {
        leadership.isHere = true;
        proposer.submit(new LockCommand.ExpireSession("s", 3), new Purpose.Housekeeping(true), 0, leadership, 0);
        leadership.isHere = false;
        leadership.isRemote = true;
        proposer.leaderChanged(leadership, 1);
        assertEquals(List.of(), outbound());
    }

    @Test
    void messagesToTheLeaderAreBounded() {
        NodeOptions.Limits small = new NodeOptions.Limits(100, 100, SECOND, 3, 1 << 20, 1 << 20, 1, 1);
        Proposer bounded = new Proposer(SELF, 1, small, 0);
        leadership.isRemote = true;
        for (int i = 0; i < 7; i++) {
            bounded.submit(new LockCommand.ReadGraph(), new Purpose.ClientCall(i, 0), SECOND, leadership, 0);
        }
        assertEquals(
                List.of(3, 3, 1),
                bounded.takeOutbound().stream().map(m -> m.commands().size()).toList());
    }

    @Test
    void moreThanTheBoundOfOpenCallsAreRefused() {
        NodeOptions.Limits small = new NodeOptions.Limits(2, 100, SECOND, 3, 1 << 20, 1 << 20, 1, 1);
        Proposer bounded = new Proposer(SELF, 1, small, 0);
        for (int i = 0; i < 2; i++) {
            bounded.submit(new LockCommand.ReadGraph(), new Purpose.ClientCall(i, 0), SECOND, leadership, 0);
        }
        Optional<Refusal> third =
                bounded.submit(new LockCommand.ReadGraph(), new Purpose.ClientCall(3, 0), SECOND, leadership, 0);
        assertEquals(new Refusal.Overloaded("openCalls", 2), third.orElseThrow());
    }
}

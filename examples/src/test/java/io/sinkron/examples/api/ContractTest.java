package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.Specification;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every scenario, every answer checked against the specification. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ContractTest {
    private final int count;
    private final Specification specification = new Specification();
    private LocalNodes nodes;
    private LockScenarios locks;
    private QueueScenarios queues;
    private CacheScenarios cache;
    private MemberScenarios members;

    ContractTest(int count) {
        this.count = count;
    }

    @BeforeAll
    void start() throws Exception {
        nodes = LocalNodes.start(count, specification);
        locks = new LockScenarios(nodes);
        queues = new QueueScenarios(nodes);
        cache = new CacheScenarios(nodes);
        members = new MemberScenarios(nodes);
    }

    @AfterAll
    void everyOperationOfTheSpecificationWasAnsweredWell() {
        TreeSet<String> missing = new TreeSet<>(specification.operations());
        missing.removeAll(ContractScenarios.operationsWithSuccess(nodes));
        nodes.close();
        assertEquals(new TreeSet<>(), missing);
    }

    @Test
    void theServerHasExactlyTheOperationsOfTheSpecification() {
        assertEquals(specification.operations(), nodes.api().routes());
    }

    @Test
    void sessionsLiveAndEnd() {
        locks.sessionsLiveAndEnd();
    }

    @Test
    void anExclusiveLockExcludes() {
        locks.anExclusiveLockExcludes();
    }

    @Test
    void aWaiterIsSeenAndGranted() throws Exception {
        locks.aWaiterIsSeenAndGranted();
    }

    @Test
    void aDeadlockIsRefusedWithItsCycle() throws Exception {
        locks.aDeadlockIsRefusedWithItsCycle();
    }

    @Test
    void aWaitEndsWithItsSession() throws Exception {
        locks.aWaitEndsWithItsSession();
    }

    @Test
    void anAdministratorReleases() {
        locks.anAdministratorReleases();
    }

    @Test
    void locksAreListedInPages() {
        locks.locksAreListedInPages();
    }

    @Test
    void anIdempotencyKeyMakesRepetitionsOfALockCallOne() {
        locks.anIdempotencyKeyMakesRepetitionsOne();
    }

    @Test
    void aDisconnectCancelsTheWait() throws Exception {
        locks.aDisconnectCancelsTheWait();
    }

    @Test
    void aResetCancelsTheWait() throws Exception {
        locks.aResetCancelsTheWait();
    }

    @Test
    void aHalfCloseGetsItsAnswer() throws Exception {
        locks.aHalfCloseGetsItsAnswer();
    }

    @Test
    void theTimeLimitOfACallWinsOverItsWait() {
        locks.theTimeLimitOfACallWinsOverItsWait();
    }

    @Test
    void messagesGoInAndOut() {
        queues.messagesGoInAndOut();
    }

    @Test
    void settingsAreReplacedAsAWhole() {
        queues.settingsAreReplacedAsAWhole();
    }

    @Test
    void aFailedMessageBecomesADeadLetterAndIsRedriven() throws Exception {
        queues.aFailedMessageBecomesADeadLetterAndIsRedriven();
    }

    @Test
    void aFullQueueRefuses() {
        queues.aFullQueueRefuses();
    }

    @Test
    void repetitionsAreStoredOnce() {
        queues.repetitionsAreStoredOnce();
    }

    @Test
    void delayedAndPausedMessagesWait() {
        queues.delayedAndPausedMessagesWait();
    }

    @Test
    void aConsumerWaitsForTheFirstMessage() throws Exception {
        queues.aConsumerWaitsForTheFirstMessage();
    }

    @Test
    void theEndOfASessionReturnsItsDeliveries() {
        queues.theEndOfASessionReturnsItsDeliveries();
    }

    @Test
    void aDisconnectLeavesTheMessageToOthers() throws Exception {
        queues.aDisconnectLeavesTheMessageToOthers();
    }

    @Test
    void anUnknownQueueIsEmptyToDequeueAndUnknownToTheRest() {
        queues.anUnknownQueueIsEmptyToDequeueAndUnknownToTheRest();
    }

    @Test
    void keysAreWrittenReadAndDeleted() {
        cache.keysAreWrittenReadAndDeleted();
    }

    @Test
    void aWriteMayAskForAVersion() {
        cache.aWriteMayAskForAVersion();
    }

    @Test
    void aValueMayEndByItself() throws Exception {
        cache.aValueMayEndByItself();
    }

    @Test
    void anIdempotencyKeyMakesRepetitionsOfAWriteOne() {
        cache.anIdempotencyKeyMakesRepetitionsOne();
    }

    @Test
    void statesFollowTheAccesses() {
        cache.statesFollowTheAccesses();
    }

    @Test
    void linesAreListedInPages() {
        cache.linesAreListedInPages();
    }

    @Test
    void membersComeAndGo() throws Exception {
        members.membersComeAndGo();
    }

    @Test
    void whoNeverComesIsWaitedForAndGivenUp() {
        members.whoNeverComesIsWaitedForAndGivenUp();
    }

    @Test
    void wrongRequestsAboutMembersAreRefused() {
        members.wrongRequestsAboutMembersAreRefused();
    }

    @Test
    void leadershipIsHandedOver() throws Exception {
        members.leadershipIsHandedOver();
    }

    @Test
    void theClusterIsShown() {
        cache.theClusterIsShown();
    }

    @Test
    void healthAndSpecificationAreServed() {
        cache.healthAndSpecificationAreServed();
    }
}

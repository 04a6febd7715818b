package io.sinkron.examples.demo;

import io.sinkron.CallOptions;
import io.sinkron.DeadlockException;
import io.sinkron.LockRequest;
import io.sinkron.LockSession;
import io.sinkron.LockTimeoutException;
import io.sinkron.Sinkron;
import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockAnswer.Granted;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Exclusive and shared locks, and a deadlock that is refused. */
final class LockTour {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Sinkron first;
    private final Sinkron second;
    private final Report report;
    private final String run;

    LockTour(DemoCluster cluster, Report report, String run) {
        this.first = cluster.node(cluster.running().get(0));
        this.second = cluster.node(cluster.running().get(1));
        this.report = report;
        this.run = run;
    }

    void play() {
        try (LockSession alice = first.locks().openSession();
                LockSession bob = second.locks().openSession()) {
            exclusiveAndShared(alice, bob);
            deadlock(alice, bob);
        }
    }

    private void exclusiveAndShared(LockSession alice, LockSession bob) {
        report.chapter("Locks exclude each other on all nodes", "Alice has a session at node n1, Bob at n2.");
        String orders = "orders" + run;
        Granted alices = alice.lock(orders, LONG);
        report.check("Alice gets the lock 'orders'", "token " + alices.token(), alices.holds() == 1);
        String bobsTry = outcome(bob, LockRequest.exclusive(orders));
        report.check("Bob, who doesn't want to wait, is refused", bobsTry, bobsTry.startsWith("lock-timeout"));
        CompletionStage<Granted> waiting =
                bob.acquire(LockRequest.exclusive(orders).waiting(LONG));
        alice.unlock(alices);
        Granted bobs = Await.result(waiting);
        report.check(
                "when Alice gives it back Bob has it, with a greater fencing token",
                "token " + bobs.token(),
                bobs.token() > alices.token());
        bob.unlock(bobs);

        LockRequest reading = LockRequest.shared("catalogue" + run);
        Granted aliceReads = Await.result(alice.acquire(reading));
        Granted bobReads = Await.result(bob.acquire(reading));
        int holders = Await.result(first.locks().lock(reading.lock(), CallOptions.DEFAULT))
                .holders()
                .size();
        report.check("both hold 'catalogue' at once, in shared mode", holders + " holders", holders == 2);
        alice.unlock(aliceReads);
        bob.unlock(bobReads);
    }

    private static String outcome(LockSession session, LockRequest request) {
        try {
            return "granted with token "
                    + Await.result(session.acquire(request)).token();
        } catch (LockTimeoutException e) {
            return e.code() + ": " + e.getMessage();
        }
    }

    private void deadlock(LockSession alice, LockSession bob) {
        report.chapter(
                "A deadlock is refused before it happens",
                "Alice holds 'left' and waits for 'right'. Bob holds 'right' and asks for 'left': neither could ever go on.");
        String left = "left" + run;
        String right = "right" + run;
        alice.lock(left, LONG);
        Granted bobsRight = bob.lock(right, LONG);
        CompletionStage<Granted> aliceWaits =
                alice.acquire(LockRequest.exclusive(right).waiting(LONG).labelled("Alice"));
        Await.until(
                LONG,
                () -> !Await.result(second.locks().lock(right, CallOptions.DEFAULT))
                        .waiters()
                        .isEmpty());
        try {
            Await.result(bob.acquire(LockRequest.exclusive(left).waiting(LONG).labelled("Bob")));
            report.check("Bob is refused with the cycle", "he got the lock", false);
        } catch (DeadlockException e) {
            report.check(
                    "Bob is refused with the cycle",
                    e.cycle().size() + " owners in it:",
                    e.cycle().size() == 2);
            report.say(drawn(e.cycle()));
        }
        bob.unlock(bobsRight);
        Granted alicesRight = Await.result(aliceWaits);
        report.check("Bob gives 'right' back, and Alice goes on", "Alice has it, token " + alicesRight.token(), true);
    }

    private static String drawn(List<CycleStep> cycle) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cycle.size(); i++) {
            CycleStep step = cycle.get(i);
            CycleStep next = cycle.get((i + 1) % cycle.size());
            text.append("    ")
                    .append(step.label())
                    .append(" waits for '")
                    .append(step.waitsFor())
                    .append("', which ")
                    .append(next.label())
                    .append(" holds\n");
        }
        return text.toString();
    }
}

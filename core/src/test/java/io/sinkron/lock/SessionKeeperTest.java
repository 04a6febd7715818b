package io.sinkron.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The leader's timing of sessions. Its clock starts below zero, as a monotonic clock may. */
class SessionKeeperTest {
    private static final long MILLI = 1_000_000;
    private static final long REPROPOSE = 500 * MILLI;
    private static final NodeId N1 = NodeId.of("n1");

    private long now = -3_000 * MILLI;
    private final SessionKeeper keeper = new SessionKeeper(REPROPOSE);

    private static SessionLease lease(String session, long ttlMillis) {
        return new SessionLease(session, ttlMillis, N1);
    }

    private void lead(SessionLease... sessions) {
        keeper.leaderStarted(List.of(sessions), now);
    }

    private List<String> after(long millis) {
        now += millis * MILLI;
        return keeper.expired(now);
    }

    @Test
    void aSessionIsNamedWhenItsTimeIsOverAndNotBefore() {
        lead(lease("a", 1_000));
        assertEquals(now + 1_000 * MILLI, keeper.deadline());
        assertEquals(List.of(), after(999));
        assertEquals(List.of("a"), after(1));
    }

    @Test
    void l07_aNewLeaderGivesEverySessionItsFullTime() {
        lead(lease("a", 1_000));
        after(900);
        keeper.leaderStopped();
        lead(lease("a", 1_000));
        assertEquals(List.of(), after(900));
        assertEquals(List.of("a"), after(100));
    }

    @Test
    void l08_aKeepaliveExtendsFromNow() {
        lead(lease("a", 1_000));
        after(800);
        assertEquals(1_000, keeper.keepAlive("a", now));
        assertEquals(List.of(), after(999));
        assertEquals(List.of("a"), after(1));
    }

    @Test
    void onceItsExpiryIsProposedASessionCannotBeExtended() {
        lead(lease("a", 1_000));
        assertEquals(List.of("a"), after(1_000));
        assertEquals(0, keeper.keepAlive("a", now));
        assertEquals(List.of(), after(499));
        assertEquals(List.of("a"), after(1), "proposed again, because the first proposal was lost");
        keeper.ended("a");
        assertEquals(List.of(), after(10_000));
    }

    @Test
    void aKeepaliveThatComesLateButBeforeTheProposalStillCounts() {
        lead(lease("a", 1_000));
        now += 1_500 * MILLI;
        assertEquals(1_000, keeper.keepAlive("a", now));
        assertEquals(List.of(), keeper.expired(now));
    }

    @Test
    void l06_whoDoesNotLeadExtendsAndExpiresNothing() {
        assertEquals(-1, keeper.keepAlive("a", now));
        keeper.opened("a", 1_000, now);
        assertEquals(List.of(), after(5_000));
        lead(lease("a", 1_000));
        keeper.leaderStopped();
        assertEquals(-1, keeper.keepAlive("a", now));
        assertEquals(List.of(), after(5_000));
    }

    @Test
    void anUnknownSessionIsTold() {
        lead();
        assertEquals(0, keeper.keepAlive("a", now));
        keeper.ended("a");
        keeper.opened("a", 1_000, now);
        assertEquals(1_000, keeper.keepAlive("a", now));
    }

    @Test
    void withoutSessionsTheDeadlineIsFarAway() {
        assertTrue(keeper.deadline() - now > 3_600_000 * MILLI);
        lead();
        assertTrue(keeper.deadline() - now > 3_600_000 * MILLI);
    }

    @Test
    void sessionsThatEndEarlyDoNotPileUp() {
        lead();
        for (int i = 0; i < 100_000; i++) {
            keeper.opened("s" + i, 3_600_000, now);
            keeper.ended("s" + i);
        }
        assertEquals(0, keeper.size());
        assertTrue(keeper.deadline() - now > 0);
        assertTrue(keeper.entries() < 5_000, () -> keeper.entries() + " entries are left");
    }

    @Test
    void aMassExpiryIsProposedInPortions() {
        List<SessionLease> many = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            many.add(lease(String.format("s%05d", i), 1_000));
        }
        keeper.leaderStarted(many, now);
        List<String> first = after(1_000);
        assertEquals(SessionKeeper.MAX_EXPIRED_AT_ONCE, first.size());
        assertTrue(keeper.deadline() - now <= 0, "the rest is due at once");
        List<String> all = new ArrayList<>(first);
        for (List<String> more = keeper.expired(now); !more.isEmpty(); more = keeper.expired(now)) {
            all.addAll(more);
        }
        assertEquals(many.stream().map(SessionLease::session).toList(), all);
    }

    @Test
    void theTimeOutForProposalsIsValidated() {
        assertThrows(IllegalArgumentException.class, () -> new SessionKeeper(0));
    }

    /** Against a plain map of deadlines. */
    @Property(tries = 300)
    void expiresExactlyWhoWasNotKeptAlive(@ForAll @Size(max = 200) List<@IntRange(max = 599) Integer> steps) {
        SessionKeeper tested = new SessionKeeper(REPROPOSE);
        tested.leaderStarted(List.of(), now);
        TreeMap<String, Long> deadlines = new TreeMap<>();
        TreeMap<String, Boolean> proposed = new TreeMap<>();
        for (int step : steps) {
            String session = "s" + step % 6;
            long ttl = 200 + 100L * (step % 6);
            switch (step / 100) {
                case 0, 1 -> {
                    tested.opened(session, ttl, now);
                    deadlines.putIfAbsent(session, now + ttl * MILLI);
                }
                case 2 -> {
                    boolean known = deadlines.containsKey(session) && !proposed.containsKey(session);
                    assertEquals(known ? ttl : 0, tested.keepAlive(session, now));
                    if (known) {
                        deadlines.put(session, now + ttl * MILLI);
                    }
                }
                case 3 -> {
                    tested.ended(session);
                    deadlines.remove(session);
                    proposed.remove(session);
                }
                default -> now += step % 100 * 5 * MILLI;
            }
            List<String> due = new ArrayList<>();
            deadlines.forEach((name, deadline) -> {
                if (deadline - now <= 0) {
                    due.add(name);
                }
            });
            assertEquals(due, tested.expired(now).stream().sorted().toList());
            due.forEach(name -> {
                deadlines.put(name, now + REPROPOSE);
                proposed.put(name, true);
            });
            deadlines.values().stream()
                    .min(Long::compare)
                    .ifPresent(next -> assertTrue(tested.deadline() - next <= 0, "would wake up too late"));
        }
    }
}

package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.RawConnection;
import java.util.concurrent.CompletableFuture;

/** Sessions and locks. */
final class LockScenarios extends ContractScenarios {
    LockScenarios(LocalNodes nodes) {
        super(nodes);
    }

    void sessionsLiveAndEnd() {
        Answer opened = any().call("POST", "/sessions", "{'ttl_ms':5000,'label':'worker'}")
                .is(201);
        String session = opened.text("session");
        assertEquals(5000, opened.integer("ttl_ms"));
        any().call("POST", "/sessions/" + session + "/keepalive").is(200);
        any().call("POST", "/sessions/" + session + "/keepalive", "{}").is(200);
        Answer shown = any().call("GET", "/sessions/" + session).is(200);
        assertEquals("worker", shown.text("label"));
        assertTrue(any().call("GET", "/sessions")
                .is(200)
                .body()
                .path("sessions")
                .toString()
                .contains(session));
        any().call("DELETE", "/sessions/" + session).is(204);
        any().call("DELETE", "/sessions/" + session).is(204);
        any().call("POST", "/sessions/" + session + "/keepalive").is(410, "session-expired");
        any().call("GET", "/sessions/" + session).is(410, "session-expired");
        acquire(fresh("lock"), session, "shared", "").is(410, "session-expired");
        release(fresh("lock"), session, 1).is(410, "session-expired");
    }

    void anExclusiveLockExcludes() {
        String lock = fresh("lock");
        String alice = session();
        String bob = session();
        Answer held = acquire(lock, alice, "exclusive", ",'label':'a'").is(200);
        assertEquals("exclusive", held.text("mode"));
        assertEquals("default", held.text("owner"));
        Answer refused = acquire(lock, bob, "exclusive", "").is(409, "lock-timeout");
        assertEquals(alice, refused.body().at("/holders/0/session").asText());
        assertEquals("not_applied", refused.text("outcome"));
        assertTrue(refused.body().path("retryable").asBoolean());
        Answer late = acquire(lock, bob, "shared", ",'wait_ms':150").is(409, "lock-timeout");
        assertTrue(late.integer("waited_ms") >= 150, late.body().toString());

        Answer deeper = acquire(lock, alice, "exclusive", "").is(200);
        assertEquals(2, deeper.integer("holds"));
        assertEquals(held.integer("token"), deeper.integer("token"));
        release(lock, bob, held.integer("token")).is(409, "not-holder");
        release(lock, alice, held.integer("token") + 1).is(409, "not-holder");
        assertEquals(1, release(lock, alice, held.integer("token")).is(200).integer("holds"));
        assertEquals(0, release(lock, alice, held.integer("token")).is(200).integer("holds"));
        release(lock, alice, held.integer("token")).is(409, "not-holder");
        Answer after = acquire(lock, bob, "shared", "").is(200);
        assertTrue(after.integer("token") > held.integer("token"));
        JsonNode free = any().call("GET", "/locks/" + fresh("lock")).is(200).body();
        assertTrue(free.path("holders").isEmpty() && free.path("waiters").isEmpty());
    }

    void aWaiterIsSeenAndGranted() throws Exception {
        String lock = fresh("lock");
        String alice = session();
        String bob = session();
        long token = acquire(lock, alice, "exclusive", "").is(200).integer("token");
        CompletableFuture<Answer> waiting = any().start(
                        "POST",
                        "/locks/" + lock + "/acquire",
                        acquireBody(bob, "exclusive", ",'wait_ms':20000,'owner':'o'"));
        eventually("the waiter is seen", () -> waiters(lock) == 1);
        JsonNode waiter = any().call("GET", "/locks/" + lock).is(200).body().at("/waiters/0");
        assertEquals(bob, waiter.path("session").asText());
        assertEquals(1, waiter.path("position").asInt());
        JsonNode edge = any().call("GET", "/locks-graph").is(200).body().path("edges");
        assertTrue(edge.toString().contains(bob), edge.toString());
        any().call("GET", "/locks-graph?stale=true").is(200);
        any().call("GET", "/locks/" + lock + "?stale=true").is(200);
        assertEquals(
                lock,
                any().call("GET", "/sessions/" + bob)
                        .is(200)
                        .body()
                        .at("/waits/0/lock")
                        .asText());
        release(lock, alice, token).is(200);
        assertEquals("o", waiting.join().is(200).text("owner"));
    }

    private int waiters(String lock) {
        return any().call("GET", "/locks/" + lock)
                .is(200)
                .body()
                .path("waiters")
                .size();
    }

    void aDeadlockIsRefusedWithItsCycle() throws Exception {
        String left = fresh("left");
        String right = fresh("right");
        String alice = session();
        String bob = session();
        acquire(left, alice, "exclusive", "").is(200);
        acquire(right, bob, "exclusive", "").is(200);
        CompletableFuture<Answer> waiting = any().start(
                        "POST", "/locks/" + right + "/acquire", acquireBody(alice, "exclusive", ",'wait_ms':20000"));
        eventually("Alice waits", () -> waiters(right) == 1);
        Answer refused = acquire(left, bob, "exclusive", ",'wait_ms':20000").is(409, "deadlock");
        JsonNode cycle = refused.body().path("cycle");
        assertEquals(2, cycle.size());
        assertEquals(bob, cycle.at("/0/session").asText());
        assertEquals(left, cycle.at("/0/waits_for").asText());
        assertEquals(alice, cycle.at("/0/held_by/session").asText());
        JsonNode remembered = any().call("GET", "/locks-graph").is(200).body().path("deadlocks");
        assertEquals(cycle, remembered.get(remembered.size() - 1).path("cycle"));
        acquire(left, bob, "exclusive", "").is(409, "lock-timeout");
        acquire(left, bob, "exclusive", ",'wait_ms':100,'on_deadlock':'wait'").is(409, "lock-timeout");
        any().call("DELETE", "/sessions/" + bob).is(204);
        waiting.join().is(200);
    }

    void aWaitEndsWithItsSession() throws Exception {
        String lock = fresh("lock");
        String alice = session();
        String bob = session();
        acquire(lock, alice, "exclusive", "").is(200);
        CompletableFuture<Answer> waiting =
                any().start("POST", "/locks/" + lock + "/acquire", acquireBody(bob, "exclusive", ",'wait_ms':20000"));
        eventually("Bob waits", () -> waiters(lock) == 1);
        any().call("DELETE", "/sessions/" + bob).is(204);
        waiting.join().is(410, "session-expired");
    }

    void anAdministratorReleases() {
        String lock = fresh("lock");
        String alice = session();
        acquire(lock, alice, "exclusive", "").is(200);
        acquire(lock, alice, "exclusive", "").is(200);
        Answer forced = any().call("DELETE", "/locks/" + lock).is(200);
        assertEquals(alice, forced.body().at("/released/0/session").asText());
        assertTrue(any().call("DELETE", "/locks/" + lock)
                .is(200)
                .body()
                .path("released")
                .isEmpty());
        acquire(lock, session(), "exclusive", "").is(200);
    }

    void locksAreListedInPages() {
        String prefix = fresh("page") + "/";
        String session = session();
        for (String name : new String[] {"b", "a", "c"}) {
            acquire(prefix.replace("/", "%2F") + name, session, "shared", "").is(200);
        }
        String query = "/locks?prefix=" + prefix.replace("/", "%2F") + "&limit=2";
        Answer first = any().call("GET", query).is(200);
        assertEquals(prefix + "a", first.body().at("/locks/0/lock").asText());
        assertEquals(2, first.body().path("locks").size());
        Answer second = any().call("GET", query + "&after=" + first.text("next").replace("/", "%2F"))
                .is(200);
        assertEquals(prefix + "c", second.body().at("/locks/0/lock").asText());
        assertFalse(second.body().has("next"));
    }

    void anIdempotencyKeyMakesRepetitionsOne() {
        String lock = fresh("lock");
        String session = session();
        String body = acquireBody(session, "exclusive", "");
        Answer first = any().call("POST", "/locks/" + lock + "/acquire", body, "Idempotency-Key", "k1")
                .is(200);
        Answer again = any().call("POST", "/locks/" + lock + "/acquire", body, "Idempotency-Key", "k1")
                .is(200);
        assertEquals(first.body(), again.body());
        any().call("POST", "/locks/" + lock + "/acquire", acquireBody(session, "shared", ""), "Idempotency-Key", "k1")
                .is(422, "idempotency-mismatch");
        String release = "{'session':'" + session + "','token':" + first.integer("token") + "}";
        any().call("POST", "/locks/" + lock + "/release", release, "Idempotency-Key", "k1")
                .is(200);
        assertEquals(
                0,
                any().call("POST", "/locks/" + lock + "/release", release, "Idempotency-Key", "k1")
                        .is(200)
                        .integer("holds"));
        any().call("POST", "/locks/" + lock + "/acquire", body, "Idempotency-Key", "k".repeat(129))
                .is(400, "bad-request");
        any().call("POST", "/sessions", "{}", "Idempotency-Key", "k".repeat(129))
                .is(201);
    }

    void aDisconnectCancelsTheWait() throws Exception {
        String lock = fresh("lock");
        String alice = session();
        acquire(lock, alice, "exclusive", "").is(200);
        String body = acquireBody(session(), "exclusive", ",'wait_ms':60000").replace('\'', '"');
        try (RawConnection client = new RawConnection(nodes().httpPort(1))) {
            client.send("POST", "/locks/" + lock + "/acquire", body);
            eventually("the waiter is seen", () -> waiters(lock) == 1);
        }
        eventually("the waiter is gone", () -> waiters(lock) == 0);
    }

    void aResetCancelsTheWait() throws Exception {
        String lock = fresh("lock");
        acquire(lock, session(), "exclusive", "").is(200);
        String body = acquireBody(session(), "exclusive", ",'wait_ms':60000").replace('\'', '"');
        RawConnection client = new RawConnection(nodes().httpPort(1));
        client.send("POST", "/locks/" + lock + "/acquire", body);
        eventually("the waiter is seen", () -> waiters(lock) == 1);
        client.reset();
        eventually("the waiter is gone", () -> waiters(lock) == 0);
    }

    void aHalfCloseGetsItsAnswer() throws Exception {
        String lock = fresh("lock");
        String alice = session();
        long token = acquire(lock, alice, "exclusive", "").is(200).integer("token");
        String body = acquireBody(session(), "exclusive", ",'wait_ms':60000").replace('\'', '"');
        try (RawConnection client = new RawConnection(nodes().httpPort(1))) {
            client.send("POST", "/locks/" + lock + "/acquire", body);
            client.endOutput();
            eventually("the waiter is seen", () -> waiters(lock) == 1);
            Thread.sleep(1_000);
            assertEquals(1, waiters(lock));
            release(lock, alice, token).is(200);
            assertEquals(200, client.read().status());
        }
        assertEquals(
                1,
                any().call("GET", "/locks/" + lock)
                        .is(200)
                        .body()
                        .path("holders")
                        .size());
    }

    void theTimeLimitOfACallWinsOverItsWait() {
        String lock = fresh("lock");
        acquire(lock, session(), "exclusive", "").is(200);
        long began = System.nanoTime();
        any().call(
                        "POST",
                        "/locks/" + lock + "/acquire?timeout_ms=200",
                        acquireBody(session(), "exclusive", ",'wait_ms':60000"))
                .is(409, "lock-timeout");
        long millis = (System.nanoTime() - began) / 1_000_000;
        assertTrue(millis >= 200 && millis < 5_000, millis + " ms");
    }
}

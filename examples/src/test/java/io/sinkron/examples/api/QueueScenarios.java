package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.RawConnection;
import java.util.concurrent.CompletableFuture;

/** Queues. */
final class QueueScenarios extends ContractScenarios {
    QueueScenarios(LocalNodes nodes) {
        super(nodes);
    }

    private JsonNode stats(String queue) {
        return any().call("GET", "/queues/" + queue).is(200).body();
    }

    private Answer receipts(String queue, String verb, JsonNode delivery, String more) {
        String body = "{'receipts':['" + delivery.path("receipt").asText() + "']" + more + "}";
        return any().call("POST", "/queues/" + queue + "/" + verb, body).is(200);
    }

    void messagesGoInAndOut() {
        String queue = fresh("queue");
        enqueue(queue, "{'body':'plain','headers':{'a':'1'},'group':'g'}");
        enqueue(queue, "{'body_base64':'/wA=','priority':9}");
        Answer got = dequeue(queue, "'max':10");
        JsonNode first = got.body().at("/messages/0");
        JsonNode second = got.body().at("/messages/1");
        assertEquals("/wA=", first.path("body_base64").asText());
        assertEquals(9, first.path("priority").asInt());
        assertEquals("plain", second.path("body").asText());
        assertEquals("1", second.at("/headers/a").asText());
        assertTrue(second.path("visible_until_ms").asLong()
                > second.path("enqueued_at_ms").asLong());
        assertEquals(2, stats(queue).path("in_flight").asInt());
        assertEquals(1, receipts(queue, "ack", first, "").integer("acked"));
        assertEquals(1, receipts(queue, "ack", first, "").body().path("stale").size());
        assertEquals(
                1,
                receipts(queue, "extend", second, ",'visibility_timeout_ms':60000")
                        .integer("extended"));
        assertEquals(1, receipts(queue, "nack", second, ",'reason':'later'").integer("returned"));
        JsonNode again = dequeue(queue, "").body().at("/messages/0");
        assertEquals(2, again.path("deliveries").asInt());
        assertEquals(1, receipts(queue, "ack", again, "").integer("acked"));
        assertEquals(0, stats(queue).path("oldest_age_ms").asInt());
        Answer nonsense = any().call("POST", "/queues/" + queue + "/ack", "{'receipts':['nonsense']}")
                .is(200);
        assertEquals("nonsense", nonsense.body().at("/stale/0").asText());
    }

    void settingsAreReplacedAsAWhole() {
        String queue = fresh("queue");
        String dead = fresh("dead");
        Answer put = any().call(
                        "PUT",
                        "/queues/" + queue,
                        "{'visibility_timeout_ms':1000,'max_deliveries':1,'dead_letter':'" + dead
                                + "','max_length':5,'retention_ms':60000}")
                .is(200);
        assertEquals(dead, put.text("dead_letter"));
        assertEquals(put.body(), stats(queue).path("settings"));
        Answer defaults = any().call("PUT", "/queues/" + queue).is(200);
        assertEquals(30000, defaults.integer("visibility_timeout_ms"));
        assertTrue(defaults.body().path("dead_letter").isNull());
        any().call("PUT", "/queues/" + queue, "{'dead_letter':null}").is(200);
        assertTrue(any().call("GET", "/queues")
                .is(200)
                .body()
                .path("queues")
                .toString()
                .contains("\"" + queue + "\""));
        any().call("DELETE", "/queues/" + queue).is(204);
        any().call("GET", "/queues/" + queue).is(404, "no-such-queue");
    }

    void aFailedMessageBecomesADeadLetterAndIsRedriven() throws Exception {
        String queue = fresh("queue");
        String dead = fresh("dead");
        any().call("PUT", "/queues/" + queue, "{'dead_letter':'" + dead + "','max_deliveries':1}")
                .is(200);
        enqueue(queue, "{'body':'poison'}");
        receipts(queue, "nack", dequeue(queue, "").body().at("/messages/0"), "");
        eventually("the dead letter arrives", () -> {
            Answer peek = any().call("GET", "/queues/" + dead + "/messages");
            return peek.isSuccess() && peek.body().path("messages").size() == 1;
        });
        JsonNode letter = any().call("GET", "/queues/" + dead + "/messages?state=ready&limit=5")
                .is(200)
                .body()
                .at("/messages/0");
        assertEquals(queue, letter.at("/headers/sinkron-dead-queue").asText());
        assertEquals(0, letter.path("deliveries").asInt());
        assertEquals(1, stats(queue).path("dead").asInt());
        any().call("POST", "/queues/" + dead + "/redrive", "{'to':'" + queue + "','max':10}")
                .is(200);
        assertEquals(
                "poison",
                dequeue(queue, "'wait_ms':10000").body().at("/messages/0/body").asText());
        enqueue(queue, "{'body':'second'}");
        receipts(queue, "nack", dequeue(queue, "").body().at("/messages/0"), ",'dead_letter':true,'reason':'no use'");
        assertEquals(
                "second",
                dequeue(dead, "'wait_ms':10000").body().at("/messages/0/body").asText());
    }

    void aFullQueueRefuses() {
        String queue = fresh("queue");
        any().call("PUT", "/queues/" + queue, "{'max_length':1}").is(200);
        enqueue(queue, "{'body':'1'}");
        Answer full = any().call("POST", "/queues/" + queue + "/enqueue", "{'messages':[{'body':'2'}]}")
                .is(429, "queue-full");
        assertTrue(full.header("Retry-After").isPresent());
        assertEquals(
                1,
                any().call("DELETE", "/queues/" + queue + "/messages").is(200).integer("purged"));
        enqueue(queue, "{'body':'2'}");
    }

    void repetitionsAreStoredOnce() {
        String queue = fresh("queue");
        String id = enqueue(queue, "{'body':'1','dedup_id':'d'}");
        Answer again = any().call("POST", "/queues/" + queue + "/enqueue", "{'messages':[{'body':'2','dedup_id':'d'}]}")
                .is(201);
        assertEquals(id, again.body().at("/messages/0/id").asText());
        assertTrue(again.body().at("/messages/0/deduplicated").asBoolean());
        String body = "{'messages':[{'body':'3'}]}";
        Answer first = any().call("POST", "/queues/" + queue + "/enqueue", body, "Idempotency-Key", "k")
                .is(201);
        Answer second = any().call("POST", "/queues/" + queue + "/enqueue", body, "Idempotency-Key", "k")
                .is(201);
        assertEquals(first.body(), second.body());
        any().call("POST", "/queues/" + queue + "/enqueue", "{'messages':[{'body':'4'}]}", "Idempotency-Key", "k")
                .is(422, "idempotency-mismatch");
        assertEquals(2, stats(queue).path("ready").asInt());
    }

    void delayedAndPausedMessagesWait() {
        String queue = fresh("queue");
        enqueue(queue, "{'body':'late','delay_ms':600000,'ttl_ms':700000}");
        assertEquals(
                1,
                any().call("GET", "/queues/" + queue + "/messages?state=delayed")
                        .is(200)
                        .body()
                        .path("messages")
                        .size());
        enqueue(queue, "{'body':'now'}");
        assertTrue(any().call("POST", "/queues/" + queue + "/pause")
                .is(200)
                .body()
                .path("paused")
                .asBoolean());
        assertTrue(dequeue(queue, "").body().path("messages").isEmpty());
        assertFalse(any().call("POST", "/queues/" + queue + "/resume")
                .is(200)
                .body()
                .path("paused")
                .asBoolean());
        assertEquals("now", dequeue(queue, "").body().at("/messages/0/body").asText());
        assertEquals(
                "now",
                any().call("GET", "/queues/" + queue + "/messages?state=in_flight")
                        .is(200)
                        .body()
                        .at("/messages/0/body")
                        .asText());
    }

    void aConsumerWaitsForTheFirstMessage() throws Exception {
        String queue = fresh("queue");
        CompletableFuture<Answer> waiting = any().start("POST", "/queues/" + queue + "/dequeue", "{'wait_ms':20000}");
        Thread.sleep(200);
        enqueue(queue, "{'body':'at last'}");
        assertEquals(
                "at last", waiting.join().is(200).body().at("/messages/0/body").asText());
        long began = System.nanoTime();
        Answer none = any().call("POST", "/queues/" + queue + "/dequeue?timeout_ms=200", "{'wait_ms':20000}")
                .is(200);
        assertTrue(none.body().path("messages").isEmpty());
        assertTrue(System.nanoTime() - began < 10_000_000_000L);
    }

    void theEndOfASessionReturnsItsDeliveries() {
        String queue = fresh("queue");
        String session = session();
        enqueue(queue, "{'body':'held'}");
        dequeue(queue, "'session':'" + session + "','visibility_timeout_ms':600000");
        any().call("DELETE", "/sessions/" + session).is(204);
        assertEquals(
                2,
                dequeue(queue, "'wait_ms':10000")
                        .body()
                        .at("/messages/0/deliveries")
                        .asInt());
        any().call("POST", "/queues/" + queue + "/dequeue", "{'session':'" + session + "'}")
                .is(410, "session-expired");
    }

    void aDisconnectLeavesTheMessageToOthers() throws Exception {
        String queue = fresh("queue");
        try (RawConnection client = new RawConnection(nodes().httpPort(1))) {
            client.send("POST", "/queues/" + queue + "/dequeue", "{\"wait_ms\":30000}");
            Thread.sleep(200);
        }
        // An answer that is written before the disconnect shows counts as written.
        Thread.sleep(1_000);
        enqueue(queue, "{'body':'x'}");
        assertEquals(
                "x",
                dequeue(queue, "'wait_ms':10000").body().at("/messages/0/body").asText());
    }

    void anUnknownQueueIsEmptyToDequeueAndUnknownToTheRest() {
        String queue = fresh("unknown");
        assertTrue(dequeue(queue, "").body().path("messages").isEmpty());
        any().call("POST", "/queues/" + queue + "/dequeue").is(200);
        for (String verb : new String[] {"ack", "nack", "extend"}) {
            String more = verb.equals("extend") ? ",'visibility_timeout_ms':1000" : "";
            any().call("POST", "/queues/" + queue + "/" + verb, "{'receipts':['r']" + more + "}")
                    .is(404, "no-such-queue");
        }
        any().call("GET", "/queues/" + queue).is(404, "no-such-queue");
        any().call("GET", "/queues/" + queue + "/messages").is(404, "no-such-queue");
        any().call("DELETE", "/queues/" + queue + "/messages").is(404, "no-such-queue");
        any().call("DELETE", "/queues/" + queue).is(404, "no-such-queue");
        any().call("POST", "/queues/" + queue + "/pause").is(404, "no-such-queue");
        any().call("POST", "/queues/" + queue + "/resume").is(404, "no-such-queue");
        any().call("POST", "/queues/" + queue + "/redrive", "{'to':'other'}").is(404, "no-such-queue");
    }
}

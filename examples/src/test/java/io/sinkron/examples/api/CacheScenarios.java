package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import io.sinkron.examples.testkit.LocalNodes;

/** The cache and the view of the cluster. */
final class CacheScenarios extends ContractScenarios {
    CacheScenarios(LocalNodes nodes) {
        super(nodes);
    }

    void keysAreWrittenReadAndDeleted() {
        String path = "/cache/" + fresh("key");
        any().call("GET", path).is(404, "no-such-key");
        assertFalse(any().call("DELETE", path).is(200).body().path("deleted").asBoolean());
        any().call("DELETE", path + "?if_version=7").is(412, "version-mismatch");
        Answer written = any().call("POST", path, "{'value':'one'}").is(200);
        assertEquals("M", written.text("state"));
        Answer read = any().call("GET", path).is(200);
        assertEquals("one", read.text("value"));
        assertEquals(written.integer("version"), read.integer("version"));
        Answer bytes = any().call("POST", path, "{'value_base64':'/wA='}").is(200);
        assertEquals("/wA=", any().call("GET", path).is(200).text("value_base64"));
        assertTrue(bytes.integer("version") > written.integer("version"));
        assertTrue(any().call("DELETE", path).is(200).body().path("deleted").asBoolean());
        any().call("GET", path).is(404, "no-such-key");
        Answer reborn = any().call("POST", path, "{'value':'two'}").is(200);
        assertTrue(reborn.integer("version") > bytes.integer("version"));
    }

    void aWriteMayAskForAVersion() {
        String path = "/cache/" + fresh("key");
        Answer made = any().call("POST", path, "{'value':'one','if_version':0}").is(200);
        long version = made.integer("version");
        Answer refused =
                any().call("POST", path, "{'value':'two','if_version':0}").is(412, "version-mismatch");
        assertEquals(version, refused.integer("version"));
        any().call("POST", path, "{'value':'two','if_version':" + version + "}").is(200);
        any().call("DELETE", path + "?if_version=" + version).is(412, "version-mismatch");
    }

    void aValueMayEndByItself() throws Exception {
        String path = "/cache/" + fresh("key");
        any().call("POST", path, "{'value':'brief','ttl_ms':300}").is(200);
        assertEquals("brief", any().call("GET", path).is(200).text("value"));
        eventually("the value ends", () -> any().call("GET", path).status() == 404);
    }

    void anIdempotencyKeyMakesRepetitionsOne() {
        String path = "/cache/" + fresh("key");
        Answer first = any().call("POST", path, "{'value':'one'}", "Idempotency-Key", "k")
                .is(200);
        any().call("POST", path, "{'value':'two'}").is(200);
        Answer again = any().call("POST", path, "{'value':'one'}", "Idempotency-Key", "k")
                .is(200);
        assertEquals(first.integer("version"), again.integer("version"));
        assertEquals("two", any().call("GET", path).is(200).text("value"));
        any().call("POST", path, "{'value':'three'}", "Idempotency-Key", "k").is(422, "idempotency-mismatch");
        any().call("DELETE", path, null, "Idempotency-Key", "k").is(200);
    }

    void statesFollowTheAccesses() {
        String key = fresh("key");
        ApiCaller writer = nodes().node(0);
        ApiCaller reader = nodes().node(1);
        writer.call("POST", "/cache/" + key, "{'value':'v'}").is(200);
        JsonNode states =
                any().call("GET", "/cache-states/" + key).is(200).body().path("states");
        assertEquals(nodes().count(), states.size());
        assertTrue("ME".contains(states.path("n1").asText()), states.toString());
        Answer read = reader.call("GET", "/cache/" + key).is(200);
        Answer hit = reader.call("GET", "/cache/" + key).is(200);
        assertTrue(hit.body().path("hit").asBoolean());
        if (nodes().count() > 1) {
            assertFalse(read.body().path("hit").asBoolean());
            assertEquals("S", read.text("state"));
            JsonNode shared =
                    any().call("GET", "/cache-states/" + key).is(200).body().path("states");
            assertEquals("S", shared.path("n1").asText());
            assertEquals("S", shared.path("n2").asText());
            assertEquals("I", shared.path("n3").asText());
        }
        JsonNode unknown = any().call("GET", "/cache-states/" + fresh("key"))
                .is(200)
                .body()
                .path("states");
        unknown.forEach(state -> assertEquals("I", state.asText()));
    }

    void linesAreListedInPages() {
        ApiCaller node = nodes().node(0);
        for (int i = 0; i < 3; i++) {
            node.call("POST", "/cache/" + fresh("line"), "{'value':'v'}").is(200);
        }
        Answer first = node.call("GET", "/cache?limit=2").is(200);
        assertEquals(2, first.body().path("lines").size());
        Answer second =
                node.call("GET", "/cache?limit=2&after=" + first.text("next")).is(200);
        String last = first.body().at("/lines/1/key").asText();
        assertTrue(second.body().at("/lines/0/key").asText().compareTo(last) > 0);
        assertTrue(first.integer("size") >= 3 && first.integer("capacity") > 0);
    }

    void theClusterIsShown() {
        Answer cluster = nodes().node(0).call("GET", "/cluster").is(200);
        assertEquals("n1", cluster.text("node"));
        assertEquals(nodes().count(), cluster.body().path("members").size());
        long leaders = 0;
        for (JsonNode member : cluster.body().path("members")) {
            leaders += member.path("role").asText().equals("leader") ? 1 : 0;
            assertTrue(member.path("live").asBoolean());
        }
        assertEquals(1, leaders);
        JsonNode ring = any().call("GET", "/ring").is(200).body();
        double sum = 0;
        for (JsonNode share : ring.path("shares")) {
            sum += share.asDouble();
        }
        assertEquals(1.0, sum, 1e-9);
        String queue = fresh("queue");
        enqueue(queue, "{'body':'x'}");
        Answer place = any().call("GET", "/ring?queue=" + queue).is(200);
        assertEquals(any().call("GET", "/queues/" + queue).is(200).text("owner"), place.text("owner"));
        assertEquals(nodes().count(), place.body().path("preference").size());
        any().call("GET", "/ring?key=a%2Fb").is(200);
        any().call("GET", "/ring?key=a&queue=b").is(400, "bad-request");
        any().call("GET", "/ring?key=").is(400, "bad-request");
        any().call("GET", "/ring?queue=%7B").is(400, "bad-request");
    }

    void healthAndSpecificationAreServed() {
        any().call("GET", "/health/live").is(200);
        any().call("GET", "/health/ready").is(200);
        Answer yaml = any().call("GET", "/openapi.yaml").is(200);
        assertTrue(yaml.response().body().startsWith("openapi: 3.1.0"));
        Answer head = any().call("HEAD", "/openapi.yaml").is(200);
        assertEquals(yaml.header("Content-Length"), head.header("Content-Length"));
        assertEquals("", head.response().body());
    }
}

package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.RawConnection;
import io.sinkron.examples.testkit.Specification;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What isn't right is refused with the name of the field, and nothing happens. */
class BadInputTest {
    private static LocalNodes nodes;

    @BeforeAll
    static void start() throws Exception {
        nodes = LocalNodes.start(1, new Specification());
    }

    @AfterAll
    static void stop() {
        nodes.close();
    }

    private static ApiCaller node() {
        return nodes.node(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "POST | /sessions | {'ttl_ms':999} | ttl_ms",
                "POST | /sessions | {'ttl_ms':3600001} | ttl_ms",
                "POST | /sessions | {'ttl_ms':-1} | ttl_ms",
                "POST | /sessions | {'ttl_ms':'30000'} | ttl_ms",
                "POST | /sessions | {'ttl_ms':null} | ttl_ms",
                "POST | /sessions | {'label':''} | label",
                "POST | /sessions | {'label':1} | label",
                "POST | /sessions | {'name':'x'} | name",
                "POST | /sessions | [] | ``",
                "POST | /sessions | { | ``",
                "POST | /sessions/s/keepalive | {'ttl_ms':1000} | ttl_ms",
                "POST | /locks/a/acquire | {} | session",
                "POST | /locks/a/acquire | {'session':'s'} | mode",
                "POST | /locks/a/acquire | {'session':'','mode':'shared'} | session",
                "POST | /locks/a/acquire | {'session':'s','mode':'EXCLUSIVE'} | mode",
                "POST | /locks/a/acquire | {'session':'s','mode':'shared','owner':''} | owner",
                "POST | /locks/a/acquire | {'session':'s','mode':'shared','wait_ms':600001} | wait_ms",
                "POST | /locks/a/acquire | {'session':'s','mode':'shared','wait_ms':-1} | wait_ms",
                "POST | /locks/a/acquire | {'session':'s','mode':'shared','wait_ms':1.5} | wait_ms",
                "POST | /locks/a/acquire | {'session':'s','mode':'shared','on_deadlock':'ignore'} | on_deadlock",
                "POST | /locks/a/acquire | {'session':'s','mode':'shared','x':1} | x",
                "POST | /locks/a/acquire | {'session':'s','session':'s','mode':'shared'} | session",
                "POST | /locks/a/release | {'session':'s'} | token",
                "POST | /locks/a/release | {'session':'s','token':9007199254740992} | token",
                "POST | /locks/a/release | {'session':'s','token':-1} | token",
                "POST | /locks/a/release | {'session':'s','token':'1'} | token",
                "POST | /locks//acquire | {'session':'s','mode':'shared'} | name",
                "GET | /locks?limit=0 | | limit",
                "GET | /locks?limit=1001 | | limit",
                "GET | /locks?limit=x | | limit",
                "GET | /locks?prefix=%ff | | prefix",
                "GET | /locks/a?stale=maybe | | stale",
                "GET | /locks/ | | name",
                "GET | /locks/a?timeout_ms=0 | | timeout_ms",
                "GET | /locks/a?timeout_ms=660001 | | timeout_ms",
                "GET | /cluster?timeout_ms=-5 | | timeout_ms",
                "PUT | /queues/q | {'visibility_timeout_ms':999} | visibility_timeout_ms",
                "PUT | /queues/q | {'visibility_timeout_ms':43200001} | visibility_timeout_ms",
                "PUT | /queues/q | {'max_deliveries':-1} | max_deliveries",
                "PUT | /queues/q | {'max_length':-1} | max_length",
                "PUT | /queues/q | {'retention_ms':2592000001} | retention_ms",
                "PUT | /queues/q | {'dead_letter':''} | dead_letter",
                "PUT | /queues/q | {'dead_letter':'a{b}'} | dead_letter",
                "PUT | /queues/q | {'dead_letter':'q'} | dead_letter",
                "PUT | /queues/%7Bq%7D | {} | queue",
                "PUT | /queues/q%7D | {} | queue",
                "POST | /queues/q/enqueue | {} | messages",
                "POST | /queues/q/enqueue | {'messages':[]} | messages",
                "POST | /queues/q/enqueue | {'messages':{}} | messages",
                "POST | /queues/q/enqueue | {'messages':['x']} | messages[0]",
                "POST | /queues/q/enqueue | {'messages':[{}]} | messages[0].body",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x'},{'body':1}]} | messages[1].body",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','body_base64':'eA=='}]} | messages[0].body_base64",
                "POST | /queues/q/enqueue | {'messages':[{'body_base64':'!'}]} | messages[0].body_base64",
                "POST | /queues/q/enqueue | {'messages':[{'body':'a'},{'body':'b'},{'body':'c','priority':10}]} | messages[2].priority",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','delay_ms':2592000001}]} | messages[0].delay_ms",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','ttl_ms':0}]} | messages[0].ttl_ms",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','dedup_id':''}]} | messages[0].dedup_id",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','group':''}]} | messages[0].group",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','headers':{'a':1}}]} | messages[0].headers.a",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','headers':[]}]} | messages[0].headers",
                "POST | /queues/q/enqueue | {'messages':[{'body':'x','extra':1}]} | messages[0].extra",
                "POST | /queues/q/dequeue | {'max':0} | max",
                "POST | /queues/q/dequeue | {'max':1001} | max",
                "POST | /queues/q/dequeue | {'wait_ms':30001} | wait_ms",
                "POST | /queues/q/dequeue | {'visibility_timeout_ms':999} | visibility_timeout_ms",
                "POST | /queues/q/dequeue | {'session':''} | session",
                "POST | /queues/q/ack | {} | receipts",
                "POST | /queues/q/ack | {'receipts':[]} | receipts",
                "POST | /queues/q/ack | {'receipts':[1]} | receipts[0]",
                "POST | /queues/q/nack | {'receipts':['r'],'delay_ms':-1} | delay_ms",
                "POST | /queues/q/nack | {'receipts':['r'],'dead_letter':'yes'} | dead_letter",
                "POST | /queues/q/extend | {'receipts':['r']} | visibility_timeout_ms",
                "POST | /queues/q/redrive | {} | to",
                "POST | /queues/q/redrive | {'to':'q'} | to",
                "POST | /queues/q/redrive | {'to':'{'} | to",
                "POST | /queues/q/redrive | {'to':'r','max':0} | max",
                "POST | /queues/q/pause | {'x':1} | x",
                "GET | /queues/q/messages?state=dead | | state",
                "GET | /queues/ | | queue",
                "POST | /cache/k | {} | value",
                "POST | /cache/k | {'value':1} | value",
                "POST | /cache/k | {'value':'x','if_version':-1} | if_version",
                "POST | /cache/k | {'value':'x','if_version':9007199254740992} | if_version",
                "POST | /cache/k | {'value':'x','ttl_ms':0} | ttl_ms",
                "DELETE | /cache/k?if_version=x | | if_version",
                "GET | /cache/%ff | | key",
                "GET | /cache-states/ | | key",
                "GET | /sessions/ | | session",
            })
    void aBadRequestNamesTheField(String method, String path, String body, String field) {
        Answer answer = node().call(method, path, body).is(400, "bad-request");
        assertEquals(field, answer.text("field"), answer.text("detail"));
        assertEquals("not_applied", answer.text("outcome"));
    }

    @Test
    void nothingOfARefusedBatchIsStored() {
        node().call("POST", "/queues/whole/enqueue", "{'messages':[{'body':'a'},{'body':'b','priority':10}]}")
                .is(400);
        node().call("GET", "/queues/whole").is(404, "no-such-queue");
    }

    @Test
    void aBatchHasAtMostAThousandMessagesAndAMessageThirtyTwoHeaders() {
        String message = "{'body':''}";
        node().call("POST", "/queues/big/enqueue", "{'messages':[" + (message + ",").repeat(999) + message + "]}")
                .is(201);
        assertEquals(
                "messages",
                node().call(
                                "POST",
                                "/queues/big/enqueue",
                                "{'messages':[" + (message + ",").repeat(1000) + message + "]}")
                        .is(400)
                        .text("field"));
        node().call("POST", "/queues/big/enqueue", "{'messages':[{'body':'','headers':{" + headers(32) + "}}]}")
                .is(201);
        assertEquals(
                "messages[0].headers",
                node().call("POST", "/queues/big/enqueue", "{'messages':[{'body':'','headers':{" + headers(33) + "}}]}")
                        .is(400)
                        .text("field"));
    }

    private static String headers(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append("'h").append(i).append("':'v'");
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /locks/%s",
                "DELETE /locks/%s",
                "GET /sessions/%s",
                "DELETE /sessions/%s",
                "PUT /queues/%s",
                "GET /queues/%s",
                "GET /queues/%s/messages",
                "DELETE /queues/%s",
                "POST /cache/%s",
                "GET /cache/%s",
                "GET /cache-states/%s",
                "DELETE /cache/%s",
                "GET /ring?key=%s",
                "GET /locks?prefix=%s",
                "GET /cache?after=%s"
            })
    void aNameMayHaveFiveHundredAndTwelveBytes(String route) {
        int space = route.indexOf(' ');
        String method = route.substring(0, space);
        String body = method.equals("POST") ? "{'value':'v'}" : null;
        Answer longest = node().call(method, route.substring(space + 1).formatted("%C3%BC".repeat(256)), body);
        assertTrue(longest.status() != 400 && longest.status() < 500, longest.toString());
        node().call(method, route.substring(space + 1).formatted("%C3%BC".repeat(256) + "x"), body)
                .is(400, "bad-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a%2Fb", "a+b", "%2E%2E", ".", "%00", "a%20b", "%F0%9F%98%80", "%25zz", "acquire", "a%0D%0Ab"})
    void aNameMayBeAnyText(String name) {
        String session = node().call("POST", "/sessions").is(201).text("session");
        String acquire = "{'session':'" + session + "','mode':'exclusive'}";
        Answer held =
                node().call("POST", "/locks/" + name + "/acquire", acquire).is(200);
        String plain = URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
        assertEquals(plain, held.text("lock"));
        assertEquals(plain, node().call("GET", "/locks/" + name).is(200).text("lock"));
        node().call("DELETE", "/sessions/" + session).is(204);
        node().call("PUT", "/queues/" + name).is(200);
        assertEquals(plain, node().call("GET", "/queues/" + name).is(200).text("queue"));
        node().call("POST", "/cache/" + name, "{'value':'v'}").is(200);
        assertEquals(plain, node().call("GET", "/cache/" + name).is(200).text("key"));
    }

    @Test
    void whatIsNoRouteAndWhatIsNoVerbHere() {
        node().call("GET", "/").is(404, "no-such-route");
        node().call("GET", "/locks/a/b/c").is(404, "no-such-route");
        node().call("POST", "/locks/a/upgrade", "{}").is(404, "no-such-route");
        Answer wrong = node().call("PUT", "/locks/a", "{}").is(405, "method-not-allowed");
        assertEquals("DELETE, GET, HEAD", wrong.header("Allow").orElse(""));
        node().call("OPTIONS", "/cluster").is(405, "method-not-allowed");
        node().call("HEAD", "/locks/a").is(200);
        node().call("HEAD", "/queues/none").is(404);
    }

    @Test
    void anIdempotencyKeyMustNotBeEmpty() throws Exception {
        try (RawConnection client = new RawConnection(nodes.httpPort(0))) {
            String body = "{\"value\":\"v\"}";
            client.send("POST /cache/k HTTP/1.1\r\nHost: t\r\nIdempotency-Key:\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);
            RawConnection.Answer answer = client.read();
            assertEquals(400, answer.status());
            assertTrue(answer.body().contains("\"field\":\"Idempotency-Key\""));
        }
    }

    @Test
    void aMegabyteIsTakenAndOneByteMoreIsTooLarge() {
        String around = "{'messages':[{'body':''}]}";
        String largest = around.replace("''}", "'" + "x".repeat((1 << 20) - around.length()) + "'}");
        node().call("POST", "/queues/large/enqueue", largest).is(201);
        node().call("POST", "/queues/large/enqueue", largest + " ").is(413, "too-large");
    }

    @Test
    void queuePartsOfAnotherQueueAreStale() {
        node().call("POST", "/queues/mine/enqueue", "{'messages':[{'body':'x'}]}")
                .is(201);
        node().call("POST", "/queues/theirs/enqueue", "{'messages':[{'body':'x'}]}")
                .is(201);
        String receipt = node().call("POST", "/queues/mine/dequeue")
                .is(200)
                .body()
                .at("/messages/0/receipt")
                .asText();
        Answer acked = node().call("POST", "/queues/theirs/ack", "{'receipts':['" + receipt + "']}")
                .is(200);
        assertEquals(0, acked.integer("acked"));
        assertEquals(receipt, acked.body().at("/stale/0").asText());
    }
}

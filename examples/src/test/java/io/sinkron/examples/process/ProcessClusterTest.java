package io.sinkron.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the leader under load, through the two others: nothing acknowledged is lost, and the service is back soon. */
class ProcessClusterTest {
    private static final long LOAD_BEFORE_MILLIS = 1_500;
    private static final long LOAD_AFTER_MILLIS = 4_000;
    private static final long BACK_WITHIN_MILLIS = 3_000;

    @TempDir
    private Path directory;

    @Test
    void theLeaderIsKilledUnderLoadAndComesBack() throws Exception {
        try (ServerProcesses servers = new ServerProcesses(directory)) {
            int leader = servers.leader(0);
            List<ApiCaller> survivors = List.of(
                    servers.node((leader + 1) % ServerProcesses.COUNT),
                    servers.node((leader + 2) % ServerProcesses.COUNT));
            String session = survivors
                    .get(0)
                    .call("POST", "/sessions", "{'ttl_ms':60000}")
                    .is(201)
                    .text("session");
            long heldToken = acquire(survivors.get(0), session).is(200).integer("token");

            LoadWorkers load = new LoadWorkers(survivors);
            load.start();
            Thread.sleep(LOAD_BEFORE_MILLIS);
            servers.kill(leader);
            long killed = System.nanoTime();
            Thread.sleep(LOAD_AFTER_MILLIS);
            load.stop();

            load.assertServedAgain(killed, BACK_WITHIN_MILLIS);
            load.assertLocksExcludedAndTokensGrew();
            load.assertNoWriteWasLost(survivors);
            Set<String> received = load.consumed();
            received.addAll(drain(survivors.get(1)));
            Set<String> lost = new HashSet<>(load.enqueued());
            lost.removeAll(received);
            assertEquals(Set.of(), lost, "acknowledged messages that never came out");
            assertHeld(survivors.get(1), session, heldToken);

            servers.restart(leader);
            ApiCaller returned = servers.node(leader);
            assertHeld(returned, session, heldToken);
            load.assertNoWriteWasLost(List.of(returned));
            returned.call("POST", "/queues/after/enqueue", "{'messages':[{'body':'x'}]}")
                    .is(201);
            assertEquals(
                    1,
                    survivors
                            .get(0)
                            .call("POST", "/queues/after/dequeue", "{'wait_ms':5000}")
                            .is(200)
                            .body()
                            .path("messages")
                            .size());
        }
    }

    private static Answer acquire(ApiCaller node, String session) {
        return node.call("POST", "/locks/held/acquire", "{'session':'" + session + "','mode':'exclusive'}");
    }

    private static void assertHeld(ApiCaller node, String session, long token) {
        JsonNode holders = node.call("GET", "/locks/held").is(200).body().path("holders");
        assertEquals(1, holders.size(), "the lock that was held before the crash");
        assertEquals(session, holders.at("/0/session").asText());
        assertEquals(token, holders.at("/0/token").asLong());
    }

    private static Set<String> drain(ApiCaller node) {
        Set<String> bodies = new HashSet<>();
        for (int empty = 0; empty < 2; ) {
            JsonNode messages = node.call("POST", "/queues/load/dequeue", "{'max':1000,'wait_ms':1500}")
                    .is(200)
                    .body()
                    .path("messages");
            messages.forEach(message -> bodies.add(message.path("body").asText()));
            empty = messages.isEmpty() ? empty + 1 : 0;
        }
        assertTrue(bodies.size() < 1_000_000);
        return bodies;
    }
}

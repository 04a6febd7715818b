package io.sinkron.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.Program;
import io.sinkron.examples.testkit.Specification;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The client commands against a node. */
class ClientCommandsTest {
    private static LocalNodes nodes;

    private String out;
    private String err;

    @BeforeAll
    static void start() throws Exception {
        nodes = LocalNodes.start(1, new Specification());
    }

    @AfterAll
    static void stop() {
        nodes.close();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(2, List.of("--url", "http://127.0.0.1:" + nodes.httpPort(0)));
        ByteArrayOutputStream toOut = new ByteArrayOutputStream();
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        int status = Cli.run(
                all.toArray(String[]::new),
                Map.of(),
                new PrintStream(toOut, true, StandardCharsets.UTF_8),
                new PrintStream(toErr, true, StandardCharsets.UTF_8));
        out = toOut.toString(StandardCharsets.UTF_8);
        err = toErr.toString(StandardCharsets.UTF_8);
        return status;
    }

    @Test
    void aMessageIsSentReceivedAndAcknowledged() {
        assertEquals(0, run("queue", "send", "mail", "grüße"));
        String id = out.strip();
        assertEquals(0, run("queue", "receive", "mail", "--max", "5"));
        String[] parts = out.strip().split("\t");
        assertTrue(parts[0].startsWith(id), out);
        assertEquals("grüße", parts[1]);
        assertEquals(0, run("queue", "ack", "mail", parts[0]));
        assertEquals("acked 1", out.strip());
        assertEquals(1, run("queue", "ack", "mail", parts[0]));
        assertTrue(err.contains("stale") && err.lines().count() == 1, err);
        run("queue", "send", "mail", "two");
        assertEquals(0, run("queue", "receive", "mail", "--ack"));
        assertEquals("two", out.strip());
        assertEquals(0, run("queue", "receive", "mail", "--wait-ms", "50"));
        assertEquals("", out);
    }

    @Test
    void linesOfTheStandardInputAreMessages() throws Exception {
        try (Program program =
                Program.start("queue", "send", "lines", "-", "--url", "http://127.0.0.1:" + nodes.httpPort(0))) {
            program.type("x\n".repeat(250) + "last");
            assertEquals(
                    0,
                    program.await(Duration.ofSeconds(30)),
                    () -> program.err().toString());
            assertEquals(251, program.out().size());
        }
        assertEquals(0, run("queue", "receive", "lines", "--max", "1000", "--ack"));
        List<String> lines = out.lines().toList();
        assertEquals(251, lines.size());
        assertEquals("last", lines.get(250));
    }

    @Test
    void aKeyIsWrittenAndRead() {
        assertEquals(1, run("cache", "get", "none"));
        assertTrue(err.contains("no-such-key") && err.lines().count() == 1, err);
        assertEquals(0, run("cache", "put", "a/b c", "value"));
        assertTrue(Long.parseLong(out.strip()) > 0);
        assertEquals(0, run("cache", "get", "a/b c"));
        assertEquals("value", out.strip());
    }

    @Test
    void theClusterIsPrinted() {
        assertEquals(0, run("cluster", "status"));
        assertTrue(out.startsWith("node=n1 leader=n1"), out);
        assertTrue(out.contains("leader     yes    yes"), out);
    }

    @Test
    void aCommandRunsUnderTheLockAndItsStatusIsKept() {
        assertEquals(7, run("lock", "run", "job", "--", "sh", "-c", "test \"$SINKRON_FENCING_TOKEN\" -gt 0 && exit 7"));
        assertEquals(0, run("lock", "run", "job", "--", "true"));
        assertEquals(127, run("lock", "run", "job", "--", "/nonexistent/command"));
        assertTrue(nodes.node(0)
                .call("GET", "/sessions")
                .is(200)
                .body()
                .path("sessions")
                .isEmpty());
    }

    @Test
    void aBusyLockIsStatusOne() {
        String session = nodes.node(0).call("POST", "/sessions").is(201).text("session");
        nodes.node(0)
                .call("POST", "/locks/busy/acquire", "{'session':'" + session + "','mode':'exclusive'}")
                .is(200);
        assertEquals(1, run("lock", "run", "busy", "--wait-ms", "100", "--", "true"));
        assertTrue(err.contains("lock-timeout") && err.lines().count() == 1, err);
        nodes.node(0).call("DELETE", "/sessions/" + session).is(204);
    }
}

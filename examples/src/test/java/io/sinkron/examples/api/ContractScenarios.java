package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import io.sinkron.examples.testkit.LocalNodes;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * What the scenarios share. Each runs against one node and against three; there each call goes to another node than the one before,
 * since any node answers any request.
 */
abstract class ContractScenarios {
    private static final AtomicInteger TURN = new AtomicInteger();
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final LocalNodes nodes;

    ContractScenarios(LocalNodes nodes) {
        this.nodes = nodes;
    }

    LocalNodes nodes() {
        return nodes;
    }

    /** The next node's client. */
    ApiCaller any() {
        return nodes.node(TURN.getAndIncrement());
    }

    /** A name that no other test uses. */
    static String fresh(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    String session() {
        return any().call("POST", "/sessions").is(201).text("session");
    }

    Answer acquire(String lock, String session, String mode, String more) {
        return any().call("POST", "/locks/" + lock + "/acquire", acquireBody(session, mode, more));
    }

    static String acquireBody(String session, String mode, String more) {
        return "{'session':'" + session + "','mode':'" + mode + "'" + more + "}";
    }

    Answer release(String lock, String session, long token) {
        return any().call("POST", "/locks/" + lock + "/release", "{'session':'" + session + "','token':" + token + "}");
    }

    String enqueue(String queue, String message) {
        return any().call("POST", "/queues/" + queue + "/enqueue", "{'messages':[" + message + "]}")
                .is(201)
                .body()
                .at("/messages/0/id")
                .asText();
    }

    Answer dequeue(String queue, String fields) {
        return any().call("POST", "/queues/" + queue + "/dequeue", "{" + fields + "}")
                .is(200);
    }

    /** Waits until something is so; the test fails if it never is. */
    static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertEquals(true, System.nanoTime() - end < 0, "never happened: " + what);
            Thread.sleep(20);
        }
    }

    /** Which operations of the specification got a good answer, at any node. */
    static Set<String> operationsWithSuccess(LocalNodes nodes) {
        Set<String> operations = new TreeSet<>();
        Set<String> answered = new HashSet<>();
        for (int i = 0; i < nodes.count(); i++) {
            answered.addAll(nodes.node(i).answered());
        }
        for (String operation : answered) {
            int space = operation.lastIndexOf(' ');
            if (operation.charAt(space + 1) == '2') {
                operations.add(operation.substring(0, space));
            }
        }
        return operations;
    }
}

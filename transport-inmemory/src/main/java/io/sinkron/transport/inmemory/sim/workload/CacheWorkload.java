package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.cache.CacheAnswer;
import io.sinkron.cache.CacheRequest;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.node.Call;
import io.sinkron.transport.inmemory.check.History;
import io.sinkron.transport.inmemory.check.Linearizability;
import io.sinkron.transport.inmemory.check.Operation;
import io.sinkron.transport.inmemory.check.Verdict;
import io.sinkron.transport.inmemory.check.VersionedRegister;
import io.sinkron.transport.inmemory.check.VersionedRegister.Delete;
import io.sinkron.transport.inmemory.check.VersionedRegister.Deleted;
import io.sinkron.transport.inmemory.check.VersionedRegister.Found;
import io.sinkron.transport.inmemory.check.VersionedRegister.Get;
import io.sinkron.transport.inmemory.check.VersionedRegister.Input;
import io.sinkron.transport.inmemory.check.VersionedRegister.Mismatch;
import io.sinkron.transport.inmemory.check.VersionedRegister.Missing;
import io.sinkron.transport.inmemory.check.VersionedRegister.Output;
import io.sinkron.transport.inmemory.check.VersionedRegister.Put;
import io.sinkron.transport.inmemory.check.VersionedRegister.Written;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Clients that read, write, compare and delete a few keys from all nodes. M2: the history of each key must be linearizable, reads that a node
 * answers from its own lines included.
 */
public final class CacheWorkload implements Workload {
    private static final long MILLI = 1_000_000;
    private static final long CALL_TIMEOUT_NANOS = 3_000 * MILLI;
    private static final int TRIES = 3;
    private static final int USES_EACH = 250;

    private final int clientCount;
    private final int keyCount;
    private final Durability durability;
    private final Pace pace;
    private final History<Input, Output> history = new History<>();
    private final Map<Bytes, Long> seenVersion = new HashMap<>();
    private Environment environment;
    private SeededRandom random;
    private int picked;
    private long values;
    private int running;
    private boolean draining;

    /**
     * @param clients how many clients
     * @param keys how many keys they share at a time
     * @param durability when writes are answered; {@link Durability#WRITE_BACK} promises nothing over a crash, so it fits runs without
     */
    public CacheWorkload(int clients, int keys, Durability durability) {
        this(clients, keys, durability, Pace.steady(1));
    }

    /** @param pace how long clients wait between two calls */
    public CacheWorkload(int clients, int keys, Durability durability, Pace pace) {
        this.clientCount = clients;
        this.keyCount = keys;
        this.durability = durability;
        this.pace = pace;
    }

    @Override
    public String name() {
        return "cache";
    }

    @Override
    public void start(Environment newEnvironment) {
        environment = newEnvironment;
        random = environment.random();
        for (int i = 0; i < clientCount; i++) {
            running++;
            environment.after(random.nextLong(1_000 * MILLI), this::next);
        }
    }

    private void next() {
        if (draining) {
            running--;
            return;
        }
        Bytes key = pickKey();
        NodeId node = Attempts.anyNode(environment);
        double choice = random.nextDouble();
        if (choice < 0.5) {
            get(key, node);
        } else if (choice < 0.8) {
            put(key, node, VersionedRegister.ANY_VERSION);
        } else if (choice < 0.94) {
            put(key, node, random.chance(0.1) ? 0 : seenVersion.getOrDefault(key, 0L));
        } else {
            delete(key, node, random.nextBoolean() ? VersionedRegister.ANY_VERSION : seenVersion.getOrDefault(key, 0L));
        }
    }

    private Bytes pickKey() {
        int generation = picked++ / (USES_EACH * keyCount);
        return Bytes.utf8("key-" + generation + "-" + random.nextInt(keyCount));
    }

    private void get(Bytes key, NodeId node) {
        int id = history.invoke(new Get(key), environment.nowNanos());
        Optional<CacheAnswer.Value> hit = environment.readLocal(node, key);
        if (hit.isPresent()) {
            environment.mark("cache hit");
            ended(id, key, new Attempts.Outcome(hit.get(), true, false));
        } else {
            attempt(id, key, node, 2, new CacheRequest.Get(key));
        }
    }

    private void put(Bytes key, NodeId node, long ifVersion) {
        Bytes value = Bytes.utf8("v" + values++);
        int id = history.invoke(new Put(key, value, ifVersion), environment.nowNanos());
        attempt(id, key, node, TRIES, new CacheRequest.Put(key, value, ifVersion, 0, durability, remember()));
    }

    private void delete(Bytes key, NodeId node, long ifVersion) {
        int id = history.invoke(new Delete(key, ifVersion), environment.nowNanos());
        attempt(id, key, node, TRIES, new CacheRequest.Delete(key, ifVersion, durability, remember()));
    }

    private Optional<CacheRequest.Remember> remember() {
        long number = values++;
        return Optional.of(new CacheRequest.Remember("w" + number, number));
    }

    private void attempt(int id, Bytes key, NodeId node, int tries, CacheRequest request) {
        Attempts.begin(
                environment,
                node,
                CALL_TIMEOUT_NANOS,
                tries,
                (call, now, deadline) -> new Call.Cache(call, deadline, request),
                outcome -> ended(id, key, outcome));
    }

    private void ended(int id, Bytes key, Attempts.Outcome outcome) {
        Optional<Output> output = output(key, outcome.answer());
        if (output.isPresent()) {
            history.ok(id, output.get(), environment.nowNanos());
        } else if (outcome.surelyNothing()) {
            history.fail(id);
        } else {
            environment.mark("cache call without an outcome");
            history.info(id);
        }
        long thought = random.exponentialNanos(40 * MILLI);
        environment.after(draining ? thought : pace.thinking(environment.nowNanos(), thought), this::next);
    }

    private Optional<Output> output(Bytes key, Answer answer) {
        if (answer instanceof CacheAnswer.Value value) {
            seenVersion.put(key, value.version());
            environment.mark("cache value read");
            return Optional.of(new Found(value.value(), value.version()));
        }
        if (answer instanceof CacheAnswer.NoSuchKey none) {
            return Optional.of(new Missing(none.version()));
        }
        if (answer instanceof CacheAnswer.Written written) {
            seenVersion.put(key, written.version());
            environment.mark("cache value written");
            return Optional.of(new Written(written.version()));
        }
        if (answer instanceof CacheAnswer.Deleted deleted) {
            return Optional.of(new Deleted(deleted.deleted()));
        }
        if (answer instanceof CacheAnswer.VersionMismatch mismatch) {
            environment.mark("cache version mismatch");
            return Optional.of(new Mismatch(mismatch.version()));
        }
        return Optional.empty();
    }

    @Override
    public void drain() {
        draining = true;
    }

    @Override
    public boolean isDone() {
        return running == 0;
    }

    @Override
    public void check() {
        Linearizability<VersionedRegister.State, Input, Output> checker =
                new Linearizability<>(new VersionedRegister());
        for (Map.Entry<Bytes, List<Operation<Input, Output>>> part :
                history.partition(Input::key).entrySet()) {
            Verdict<VersionedRegister.State, Input, Output> verdict = checker.check(part.getValue());
            environment.mark("cache history checked");
            if (!verdict.isLinearizable()) {
                throw new Violation(
                        "M2 the history of a key is linearizable",
                        "key " + part.getKey().asUtf8() + ": " + verdict);
            }
        }
    }

    /** For reports. */
    @Override
    public String toString() {
        return name() + (running == 0 ? " done" : " not done: " + running + " clients run");
    }
}

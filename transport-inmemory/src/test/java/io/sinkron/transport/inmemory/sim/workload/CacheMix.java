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
import io.sinkron.transport.inmemory.check.VersionedRegister.Input;
import io.sinkron.transport.inmemory.check.VersionedRegister.Output;
import io.sinkron.transport.inmemory.sim.world.SeededRandom;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Clients at all nodes with a mix of their own, from nothing but reads to nothing but writes. Each history is linearizable; and when all is whole again,
 * every node is asked for every key, and they must all have the same: the last write. Writes aren't repeated: on a hot key more than the 16 that are
 * remembered may come in between.
 */
public final class CacheMix implements Workload {
    private static final long MILLI = 1_000_000;
    private static final long CALL_TIMEOUT_NANOS = 3_000 * MILLI;
    private static final int TRIES = 3;
    private static final int USES_EACH = 250;

    private final Kind kind;
    private final Durability durability;
    private final History<Input, Output> history = new History<>();
    private final Map<Bytes, Long> newest = new TreeMap<>();
    private final Map<Bytes, Map<NodeId, String>> last = new TreeMap<>();
    private Environment environment;
    private SeededRandom random;
    private int picked;
    private long written;
    private int running;
    private int asking;
    private boolean isDraining;

    /**
     * What clients do.
     *
     * @param name for people
     * @param clients how many there are
     * @param keys how many keys they share at a time
     * @param writePermille how many of a thousand calls write
     * @param pauseMillis how long a client waits between two calls, in the mean
     * @param capacity how many lines a node's table holds
     * @param filter how many lines a home remembers
     */
    public record Kind(
            String name, int clients, int keys, int writePermille, long pauseMillis, int capacity, int filter) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Clients of a kind, whose writes are answered when they are that safe. */
    public CacheMix(Kind kind, Durability durability) {
        this.kind = kind;
        this.durability = durability;
    }

    @Override
    public String name() {
        return "cache";
    }

    @Override
    public void start(Environment newEnvironment) {
        environment = newEnvironment;
        random = environment.random();
        for (int i = 0; i < kind.clients(); i++) {
            running++;
            environment.after(random.nextLong(1_000 * MILLI), this::next);
        }
    }

    private void next() {
        if (isDraining) {
            running--;
            askAll();
            return;
        }
        Bytes key = key(generation(), random.nextInt(kind.keys()));
        picked++;
        NodeId node = Attempts.anyNode(environment);
        if (random.nextInt(1_000) >= kind.writePermille()) {
            get(key, node, TRIES);
        } else if (random.chance(0.1)) {
            int id = history.invoke(
                    new VersionedRegister.Delete(key, VersionedRegister.ANY_VERSION), environment.nowNanos());
            attempt(
                    id,
                    node,
                    1,
                    new CacheRequest.Delete(key, VersionedRegister.ANY_VERSION, durability, Optional.empty()));
        } else {
            long ifVersion = random.chance(0.3) ? newest.getOrDefault(key, 0L) : VersionedRegister.ANY_VERSION;
            Bytes value = Bytes.utf8("v" + written++);
            int id = history.invoke(new VersionedRegister.Put(key, value, ifVersion), environment.nowNanos());
            attempt(id, node, 1, new CacheRequest.Put(key, value, ifVersion, 0, durability, Optional.empty()));
        }
    }

    private int generation() {
        return picked / (USES_EACH * kind.keys());
    }

    private static Bytes key(int generation, int number) {
        return Bytes.utf8("key-" + generation + "-" + number);
    }

    private void get(Bytes key, NodeId node, int tries) {
        int id = history.invoke(new VersionedRegister.Get(key), environment.nowNanos());
        Optional<CacheAnswer.Value> hit = environment.readLocal(node, key);
        if (hit.isPresent()) {
            environment.mark("hit");
            ended(id, new Attempts.Outcome(hit.get(), true, false));
        } else {
            attempt(id, node, tries, new CacheRequest.Get(key));
        }
    }

    private void attempt(int id, NodeId node, int tries, CacheRequest request) {
        Attempts.begin(
                environment,
                node,
                CALL_TIMEOUT_NANOS,
                tries,
                (call, now, deadline) -> new Call.Cache(call, deadline, request),
                outcome -> ended(id, outcome));
    }

    private void ended(int id, Attempts.Outcome outcome) {
        record(id, outcome);
        environment.after(random.exponentialNanos(kind.pauseMillis() * MILLI), this::next);
    }

    private void record(int id, Attempts.Outcome outcome) {
        Optional<Output> output = output(outcome.answer());
        if (output.isPresent()) {
            history.ok(id, output.get(), environment.nowNanos());
        } else if (outcome.surelyNothing()) {
            history.fail(id);
        } else {
            environment.mark("without an outcome");
            history.info(id);
        }
    }

    private Optional<Output> output(Answer answer) {
        if (answer instanceof CacheAnswer.Value value) {
            newest.merge(value.key(), value.version(), Math::max);
            return Optional.of(new VersionedRegister.Found(value.value(), value.version()));
        }
        if (answer instanceof CacheAnswer.NoSuchKey none) {
            return Optional.of(new VersionedRegister.Missing(none.version()));
        }
        if (answer instanceof CacheAnswer.Written write) {
            environment.mark("written");
            newest.merge(write.key(), write.version(), Math::max);
            return Optional.of(new VersionedRegister.Written(write.version()));
        }
        if (answer instanceof CacheAnswer.Deleted deleted) {
            return Optional.of(new VersionedRegister.Deleted(deleted.deleted()));
        }
        if (answer instanceof CacheAnswer.VersionMismatch mismatch) {
            return Optional.of(new VersionedRegister.Mismatch(mismatch.version()));
        }
        return Optional.empty();
    }

    @Override
    public void drain() {
        isDraining = true;
    }

    /** When the last client has ended, every node is asked for every key of the last generation, all at once. */
    private void askAll() {
        if (running > 0) {
            return;
        }
        for (int number = 0; number < kind.keys(); number++) {
            Bytes key = key(generation(), number);
            last.put(key, new TreeMap<>());
            for (NodeId node : environment.nodes()) {
                asking++;
                ask(key, node);
            }
        }
    }

    /** Asks until there is an answer: the cluster is being made whole meanwhile. */
    private void ask(Bytes key, NodeId node) {
        int id = history.invoke(new VersionedRegister.Get(key), environment.nowNanos());
        Attempts.begin(
                environment,
                node,
                CALL_TIMEOUT_NANOS,
                1,
                (call, now, deadline) -> new Call.Cache(call, deadline, new CacheRequest.Get(key)),
                outcome -> {
                    record(id, outcome);
                    Optional<Output> output = output(outcome.answer());
                    if (output.isPresent()) {
                        last.get(key).put(node, output.get().toString());
                        asking--;
                    } else {
                        environment.after(200 * MILLI, () -> ask(key, node));
                    }
                });
    }

    @Override
    public boolean isDone() {
        return isDraining && running == 0 && asking == 0;
    }

    @Override
    public void check() {
        last.forEach((key, answers) -> {
            if (answers.values().stream().distinct().count() != 1) {
                throw new Violation("after healing all copies are equal", key.asUtf8() + " is " + answers);
            }
            for (NodeId node : environment.nodes()) {
                Optional<CacheAnswer.Value> copy = environment.readLocal(node, key);
                boolean isOther = copy.isPresent()
                        && !answers.containsValue(new VersionedRegister.Found(
                                        copy.get().value(), copy.get().version())
                                .toString());
                if (isOther || copy.isPresent() && copy.get().version() < newest.getOrDefault(key, 0L)) {
                    throw new Violation(
                            "after healing each copy is the last write", key.asUtf8() + " at " + node + " is " + copy);
                }
            }
            environment.mark("copies compared");
        });
        Linearizability<VersionedRegister.State, Input, Output> checker =
                new Linearizability<>(new VersionedRegister());
        for (Map.Entry<Bytes, List<Operation<Input, Output>>> part :
                history.partition(Input::key).entrySet()) {
            Verdict<VersionedRegister.State, Input, Output> verdict = checker.check(part.getValue());
            if (!verdict.isLinearizable()) {
                throw new Violation(
                        "M2 the history of a key is linearizable",
                        "key " + part.getKey().asUtf8() + ": " + verdict);
            }
        }
    }

    @Override
    public String toString() {
        return kind + ", " + running + " clients run, " + asking + " last reads are open";
    }
}

package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.common.Bytes;
import io.sinkron.lock.LockLimits;
import io.sinkron.node.CommandMix.Step;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Snapshots that are made from one another and the entries between, against the encoding of the state that applies the entries as they come. */
class SnapshotTaskProperties {
    private static final LockLimits LIMITS = LockLimits.DEFAULT;

    @Provide
    Arbitrary<List<Step>> logs() {
        Arbitrary<Integer> kinds = Arbitraries.integers().between(0, 99).withDistribution(RandomDistribution.uniform());
        Arbitrary<Integer> numbers =
                Arbitraries.integers().between(0, 999).withDistribution(RandomDistribution.uniform());
        Arbitrary<Integer> millis = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0)),
                Tuple.of(3, Arbitraries.integers().between(1, 300)),
                Tuple.of(1, Arbitraries.integers().between(1_000, 60_000)));
        return Combinators.combine(kinds, numbers, numbers, millis)
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(250);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void aBuiltSnapshotIsTheEncodingOfTheLiveStateByteForByte(
            @ForAll("logs") List<Step> steps, @ForAll("cuts") List<Integer> cuts) {
        CommandMix mix = new CommandMix();
        ReplicatedState live = new ReplicatedState(LIMITS);
        Optional<Bytes> base = Optional.empty();
        List<LogEntry> since = new ArrayList<>();
        int at = 0;
        for (Step step : steps) {
            LogEntry entry = mix.next(step);
            live.apply(entry, StateCodec.command(entry), mix);
            since.add(entry);
            if (since.size() >= cuts.get(at % cuts.size())) {
                base = Optional.of(build(base, since, live));
                since = new ArrayList<>();
                at++;
            }
        }
        if (!since.isEmpty()) {
            build(base, since, live);
        }
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.integers().between(1, 60).list().ofMinSize(1).ofMaxSize(10);
    }

    private static Bytes build(Optional<Bytes> base, List<LogEntry> since, ReplicatedState live) {
        Bytes config = Bytes.utf8("members");
        SnapshotResult.Built built = (SnapshotResult.Built) new SnapshotTask.Build(base, since, config, LIMITS).run();
        LogEntry last = since.get(since.size() - 1);
        assertEquals(
                new StoredSnapshot(live.appliedIndex(), last.term(), last.stampMillis(), config, built.state()),
                built.snapshot());
        assertEquals(StateCodec.encode(live), built.state(), "at index " + built.index());
        return built.state();
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void aRestoredStateGoesOnAsTheOneThatWasEncoded(
            @ForAll("logs") List<Step> before, @ForAll("logs") List<Step> after) {
        CommandMix mix = new CommandMix();
        ReplicatedState live = new ReplicatedState(LIMITS);
        for (Step step : before) {
            LogEntry entry = mix.next(step);
            live.apply(entry, StateCodec.command(entry), mix);
        }
        StoredSnapshot snapshot =
                new StoredSnapshot(live.appliedIndex(), 1, live.stampMillis(), Bytes.EMPTY, StateCodec.encode(live));
        ReplicatedState restored = ((SnapshotResult.Restored) new SnapshotTask.Restore(snapshot, LIMITS).run()).state();
        for (Step step : after) {
            LogEntry entry = mix.next(step);
            Heard liveHeard = new Heard();
            Heard restoredHeard = new Heard();
            live.apply(entry, StateCodec.command(entry), liveHeard);
            restored.apply(entry, StateCodec.command(entry), restoredHeard);
            assertEquals(liveHeard.said, restoredHeard.said, () -> "at " + entry);
        }
        assertEquals(StateCodec.encode(live), StateCodec.encode(restored));
    }
}

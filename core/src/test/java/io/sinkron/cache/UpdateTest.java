package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheAnswer.Updated;
import io.sinkron.cache.CacheAnswer.Updated.Effect;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.cache.Updater.Change;
import io.sinkron.cache.Updater.Present;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an update does to a value, and what it leaves alone. */
class UpdateTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final long SECOND = 1_000_000_000L;

    private final Lone lone = new Lone(CacheOptions.DEFAULT);
    private final List<Optional<Present>> seen = new ArrayList<>();

    private Answer update(Updater updater) {
        return update(updater, Durability.BACKED_UP, null);
    }

    private Answer update(Updater updater, Durability durability, String idempotencyKey) {
        Optional<Remember> remember = Optional.ofNullable(idempotencyKey).map(k -> new Remember(k, 7));
        Updater watched = (present, now) -> {
            seen.add(present);
            return updater.apply(present, now);
        };
        return lone.answer(lone.call(new Update(KEY, watched, 100, durability, remember)));
    }

    private static Change append(Optional<Present> present, String text) {
        String old = present.map(p -> p.value().asUtf8()).orElse("");
        return new Change.Replace(
                Bytes.utf8(old + text), present.map(Present::ttlMillis).orElse(0L));
    }

    private MemoryValue line() {
        return lone.lines.get(KEY).value;
    }

    @Test
    void anUpdateOfNothingCreatesAndTheNextReplaces() {
        Updated first = (Updated) update((present, now) -> append(present, "a"));
        assertEquals(Effect.CREATED, first.effect());
        assertEquals(List.of(Optional.empty()), seen);
        Updated second = (Updated) update((present, now) -> append(present, "b"));
        assertEquals(Effect.REPLACED, second.effect());
        assertEquals(Optional.of(Bytes.utf8("ab")), second.value());
        assertEquals(first.version() + 1, second.version());
        assertEquals(Optional.of(new Present(Bytes.utf8("a"), first.version(), 0)), seen.get(1));
        assertEquals(
                "ab", ((CacheAnswer.Value) lone.answer(lone.get("k"))).value().asUtf8());
    }

    @Test
    void keepingWritesNothing() {
        update((present, now) -> append(present, "a"));
        MemoryValue before = line();
        Updated kept = (Updated) update((present, now) -> new Change.Keep());
        assertEquals(new Updated(KEY, Effect.KEPT, Optional.of(Bytes.utf8("a")), before.version(), 0, false), kept);
        assertSame(before, line());
    }

    @Test
    void removingWhatIsThereLeavesATombstoneAndRemovingNothingWritesNothing() {
        assertEquals(
                new Updated(KEY, Effect.KEPT, Optional.empty(), 0, 0, false),
                update((present, now) -> new Change.Remove()));
        update((present, now) -> append(present, "a"));
        Updated removed = (Updated) update((present, now) -> new Change.Remove());
        assertEquals(Effect.REMOVED, removed.effect());
        assertEquals(removed.version(), line().version());
        assertTrue(line().deleted());
        MemoryValue tombstone = line();
        update((present, now) -> new Change.Remove());
        assertSame(tombstone, line());
    }

    @Test
    void anUpdateKnowsTheTimeLeftAndCanKeepTheEnd() {
        lone.node.clusterTime(50_000, lone.now);
        update((present, now) -> new Change.Replace(Bytes.utf8("a"), 1_000));
        lone.now += 400_000_000L;
        Updated second = (Updated) update((present, now) -> append(present, "b"));
        assertEquals(600, seen.get(1).orElseThrow().ttlMillis());
        assertEquals(51_000, second.expiresAtMillis());
        lone.now += 600_000_000L;
        assertEquals(Effect.CREATED, ((Updated) update((present, now) -> append(present, "c"))).effect());
        assertEquals(Optional.empty(), seen.get(2), "what has expired isn't there");
    }

    @Test
    void whatAFunctionThrowsIsTheCallsRefusalAndLeavesTheLineAsItWas() {
        update((present, now) -> append(present, "a"));
        MemoryValue before = line();
        RuntimeException mistake = new IllegalStateException("no");
        Answer refused = update((present, now) -> {
            throw mistake;
        });
        CacheAnswer.ComputeFailed failed = assertInstanceOf(CacheAnswer.ComputeFailed.class, refused);
        assertSame(mistake, failed.cause());
        assertEquals(Refusal.Effect.NOT_APPLIED, failed.effect());
        assertInstanceOf(CacheAnswer.ComputeFailed.class, update((present, now) -> endless(0)));
        assertInstanceOf(CacheAnswer.ComputeFailed.class, update((present, now) -> {
            throw new AssertionError("an error that isn't the virtual machine's");
        }));
        assertInstanceOf(CacheAnswer.ComputeFailed.class, update((present, now) -> null));
        assertInstanceOf(
                CacheAnswer.ComputeFailed.class, update((present, now) -> new Change.Replace(Bytes.EMPTY, -1)));
        assertSame(before, line());
        assertEquals(
                "a", ((CacheAnswer.Value) lone.answer(lone.get("k"))).value().asUtf8());
    }

    private static Change endless(int depth) {
        return depth < 0 ? new Change.Keep() : endless(depth + 1 & Integer.MAX_VALUE);
    }

    @Test
    void aVirtualMachineOutOfMemoryIsNobodysRefusal() {
        Update update = new Update(
                KEY,
                (present, now) -> {
                    throw new OutOfMemoryError("planted");
                },
                100,
                Durability.BACKED_UP,
                Optional.empty());
        assertThrows(OutOfMemoryError.class, () -> lone.call(update));
    }

    @Test
    void aValueThatIsTooLargeIsRefused() {
        assertInstanceOf(
                Refusal.BadRequest.class, update((present, now) -> new Change.Replace(Bytes.wrap(new byte[101]), 0)));
        assertInstanceOf(Updated.class, update((present, now) -> new Change.Replace(Bytes.wrap(new byte[100]), 0)));
    }

    @Test
    void aRepeatedUpdateGetsTheFirstAnswerAndTheFunctionDoesntRun() {
        Updated first = (Updated) update((present, now) -> append(present, "a"), Durability.BACKED_UP, "id1");
        Updated again = (Updated) update((present, now) -> append(present, "a"), Durability.BACKED_UP, "id1");
        assertEquals(1, seen.size());
        assertTrue(again.repeated());
        assertEquals(first.version(), again.version());
        assertEquals(Optional.of(Bytes.utf8("a")), again.value());
        update((present, now) -> append(present, "b"));
        Updated late = (Updated) update((present, now) -> append(present, "a"), Durability.BACKED_UP, "id1");
        assertEquals(new Updated(KEY, Effect.REPLACED, Optional.empty(), first.version(), 0, true), late);
        assertEquals("ab", line().value().asUtf8());
    }

    @Test
    void aRepeatedRemovalIsOneRemoval() {
        update((present, now) -> append(present, "a"));
        update((present, now) -> new Change.Remove(), Durability.BACKED_UP, "id1");
        update((present, now) -> append(present, "b"));
        Updated again = (Updated) update((present, now) -> new Change.Remove(), Durability.BACKED_UP, "id1");
        assertEquals(Effect.REMOVED, again.effect());
        assertEquals("b", line().value().asUtf8());
    }

    @Test
    void oneIdempotencyKeyForTwoRequestsIsRefused() {
        update((present, now) -> append(present, "a"), Durability.BACKED_UP, "id1");
        Update other = new Update(
                KEY,
                (present, now) -> append(present, "b"),
                100,
                Durability.BACKED_UP,
                Optional.of(new Remember("id1", 8)));
        assertInstanceOf(CacheAnswer.IdempotencyMismatch.class, lone.answer(lone.call(other)));
    }

    @Test
    void anUpdateThatWritesThroughIsAnsweredWhenMainMemoryHasIt() {
        lone.put("k", "a", Durability.WRITE_THROUGH);
        lone.isMemoryThere = false;
        assertNull(update((present, now) -> append(present, "b"), Durability.WRITE_THROUGH, null));
        assertNull(update((present, now) -> new Change.Keep()), "what it has seen isn't safe yet");
        lone.isMemoryThere = true;
        lone.turn();
        assertEquals(2, seen.size());
        assertEquals(3, lone.answers.size());
        assertInstanceOf(Updated.class, update((present, now) -> append(present, "c"), Durability.WRITE_BACK, null));
    }

    @Test
    void anUpdateWhoseDeadlinePassesBeforeItsTurnNeverRuns() {
        lone.isMemoryThere = false;
        assertNull(update((present, now) -> append(present, "a")));
        lone.tick(4 * SECOND);
        lone.isMemoryThere = true;
        lone.turn();
        assertEquals(List.of(), seen);
        assertEquals(1, lone.answers.size());
        assertInstanceOf(
                Refusal.Unavailable.class, lone.answers.values().iterator().next());
    }

    @Test
    void replacingOnlyWhatIsThereIsACondition() {
        Bytes value = Bytes.utf8("v");
        CacheRequest.Put replace =
                new CacheRequest.Put(KEY, value, CacheRequest.IF_PRESENT, 0, Durability.BACKED_UP, Optional.empty());
        assertEquals(new CacheAnswer.VersionMismatch(KEY, 0), lone.answer(lone.call(replace)));
        lone.put("k", "a", Durability.BACKED_UP);
        assertInstanceOf(CacheAnswer.Written.class, lone.answer(lone.call(replace)));
        CacheRequest.Delete remove =
                new CacheRequest.Delete(KEY, CacheRequest.IF_PRESENT, Durability.BACKED_UP, Optional.empty());
        assertEquals(new CacheAnswer.Deleted(KEY, true), lone.answer(lone.call(remove)));
        assertEquals(new CacheAnswer.VersionMismatch(KEY, 0), lone.answer(lone.call(remove)));
        assertEquals(new CacheAnswer.VersionMismatch(KEY, 0), lone.answer(lone.call(replace)));
    }
}

package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.Changed;
import io.sinkron.cache.CacheMessage.Interest;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Listen;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What those who listen hear. The home is the first node. */
class ChangesTest {
    private final Bench bench = new Bench(3);

    private void listen(int node, String... regions) {
        long call = bench.call(node, new Listen(Set.of(regions)));
        assertEquals(new CacheAnswer.Listening(new TreeSet<>(Arrays.asList(regions))), bench.answer(call));
        bench.settle();
    }

    private long put(int node, String value) {
        long call = bench.put(node, value);
        bench.settle();
        return ((CacheAnswer.Written) bench.answer(call)).version();
    }

    private void delete(int node) {
        bench.delete(node);
        bench.settle();
    }

    private List<ChangeKind> kinds(int node) {
        return bench.told.stream()
                .filter(told -> told.by() == bench.n(node))
                .map(told -> told.change().kind())
                .toList();
    }

    private List<Long> versions(int node) {
        return bench.told.stream()
                .filter(told -> told.by() == bench.n(node))
                .map(told -> told.change().version())
                .toList();
    }

    @Test
    void whoListensHearsOfWritesOfAllNodesAndOfItsOwn() {
        listen(2, "");
        long first = put(1, "a");
        long second = put(2, "b");
        long third = put(3, "c");
        assertEquals(List.of(first, second, third), versions(2));
        assertEquals(List.of(ChangeKind.CREATED, ChangeKind.UPDATED, ChangeKind.UPDATED), kinds(2));
        delete(1);
        delete(3);
        put(3, "d");
        assertEquals(List.of(ChangeKind.REMOVED, ChangeKind.CREATED), kinds(2).subList(3, 5));
        assertEquals(List.of(), kinds(1));
    }

    @Test
    void aClaimIsNoChangeAndALoadIsOne() {
        listen(1, "");
        long claim = bench.call(2, new CacheRequest.Claim(Replica.KEY, 1_000));
        bench.settle();
        long version = ((CacheAnswer.Claimed) bench.answer(claim)).version();
        bench.call(3, new CacheRequest.Claim(Replica.KEY, 1_000));
        bench.settle();
        assertEquals(List.of(), kinds(1));
        Bytes value = Bytes.utf8("v");
        bench.call(2, new CacheRequest.Fulfil(Replica.KEY, value, version, 0, Durability.BACKED_UP));
        bench.settle();
        assertEquals(List.of(ChangeKind.CREATED), kinds(1));
    }

    @Test
    void aWriteIsToldOfWhenItIsSafeAndWritesThatBecomeSafeTogetherAsOne() {
        listen(3, "");
        bench.own(2, "old");
        bench.told.clear();
        bench.put(2, "a");
        bench.put(2, "b");
        bench.delete(2);
        long last = bench.put(2, "c");
        assertEquals(List.of(), kinds(3));
        bench.deliver(Backup.class, 1);
        bench.settle();
        assertEquals(List.of(ChangeKind.UPDATED, ChangeKind.UPDATED), kinds(3), "the first, and the others in one");
        assertEquals(
                ((CacheAnswer.Written) bench.answer(last)).version(),
                versions(3).get(1));
    }

    @Test
    void whatComesAndGoesBetweenTwoBackupsIsNoChange() {
        put(2, "a");
        delete(2);
        listen(3, "");
        bench.put(2, "x");
        bench.delete(2);
        bench.settle();
        bench.put(2, "b");
        bench.put(2, "c");
        bench.settle();
        assertEquals(ChangeKind.CREATED, kinds(3).get(0));
        for (int i = 1; i < kinds(3).size(); i++) {
            boolean mustBeThere = kinds(3).get(i - 1) != ChangeKind.REMOVED;
            assertEquals(mustBeThere, kinds(3).get(i) != ChangeKind.CREATED, "one follows from the other: " + kinds(3));
        }
    }

    @Test
    void aWriteBackIsToldOfWhenMainMemoryHasIt() {
        listen(3, "");
        bench.put(2, "v", -1, Durability.WRITE_BACK);
        bench.settle();
        assertEquals(List.of(), kinds(3), "it could still be lost with its node");
        long read = bench.get(3);
        bench.settle();
        assertEquals("v", bench.text(read));
        assertEquals(List.of(ChangeKind.CREATED), kinds(3));
    }

    @Test
    void namedCachesAreListenedToByTheirNames() {
        listen(3, "users", "orders");
        Bytes key = Bytes.utf8("k");
        write(2, CacheKeys.named("users", 1, key));
        write(2, CacheKeys.named("others", 1, key));
        write(2, key);
        write(1, CacheKeys.named("orders", 7, key));
        listen(3, "orders");
        write(2, CacheKeys.named("users", 1, key));
        write(2, CacheKeys.generationKey("orders"));
        assertEquals(
                List.of("users", "orders", "orders"),
                bench.told.stream()
                        .map(told -> CacheKeys.region(told.change().key()))
                        .toList());
    }

    private void write(int node, Bytes key) {
        bench.call(node, new CacheRequest.Put(key, Bytes.utf8("v"), -1, 0, Durability.BACKED_UP, Optional.empty()));
        bench.settle();
    }

    @Test
    void lateAndDoubledNewsIsDropped() {
        listen(3, "");
        bench.own(1, "first");
        Bench.Letter first = heldBack(2, "second");
        long third = put(1, "third");
        Bench.Letter doubled = heldBack(1, "fourth");
        bench.deliver(doubled);
        bench.deliver(doubled);
        bench.deliver(first);
        bench.settle();
        assertEquals(List.of(third, third + 1), versions(3).subList(1, 3));
        assertEquals(3, versions(3).size());
    }

    /** A write whose news to n3 is held back. */
    private Bench.Letter heldBack(int node, String value) {
        bench.put(node, value);
        while (bench.way.stream().noneMatch(letter -> letter.message() instanceof Changed)) {
            Bench.Letter next = bench.way.remove(0);
            bench.deliver(next);
        }
        Bench.Letter held = bench.take(Changed.class, 3);
        bench.settle();
        return held;
    }

    @Test
    void anAnnouncementThatIsLostIsRepeated() {
        bench.call(3, new Listen(Set.of("")));
        bench.lose(letter -> letter.message() instanceof Interest);
        put(2, "a");
        assertEquals(List.of(), kinds(3));
        bench.timeOut();
        bench.settle();
        put(2, "b");
        assertEquals(List.of(ChangeKind.UPDATED), kinds(3));
    }

    @Test
    void whoHasStoppedListeningSaysSoOnceMoreToWhomDidntHear() {
        listen(3, "");
        put(2, "a");
        bench.call(3, new Listen(Set.of()));
        bench.lose(letter -> letter.message() instanceof Interest);
        put(2, "b");
        bench.settle();
        assertEquals(1, kinds(3).size());
        bench.put(2, "c");
        while (!bench.way.isEmpty()) {
            Bench.Letter next = bench.way.remove(0);
            assertTrue(!(next.message() instanceof Changed), "n2 has been told that nobody listens");
            bench.deliver(next);
        }
    }

    @Test
    void aNewMemberHearsWhoListensAndOneThatLeavesIsForgotten() {
        Bench small = new Bench(3);
        small.view(2, 0, 0, 2);
        small.call(3, new Listen(Set.of("")));
        small.settle();
        small.view(3, 0, 0, 1, 2);
        small.settle();
        small.put(2, "a");
        small.settle();
        assertEquals(1, small.told.size(), "the second node came later");
        small.view(4, 0, 0, 1);
        small.settle();
        small.put(2, "b");
        assertTrue(small.way.stream().noneMatch(letter -> letter.to() == small.n(3)));
        small.settle();
        assertEquals(1, small.told.size());
    }

    @Test
    void newsOfAnEarlierViewIsDropped() {
        listen(3, "");
        Bench.Letter late = heldBack(2, "a");
        bench.view(2, 0, 0, 1, 2);
        bench.settle();
        bench.deliver(late);
        assertEquals(List.of(), kinds(3));
    }

    @Test
    void noNodeListensToMoreCachesThanAnAnnouncementHolds() {
        Set<String> many = IntStream.rangeClosed(0, Interest.MAX_REGIONS)
                .mapToObj(i -> "c" + i)
                .collect(Collectors.toSet());
        assertInstanceOf(Refusal.Overloaded.class, bench.answer(bench.call(1, new Listen(many))));
    }
}

package io.sinkron.transport.inmemory.sim.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sinkron.common.Bytes;
import io.sinkron.lock.LockAnswer;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EventHashTest {
    private enum Suit {
        HEARTS,
        SPADES
    }

    private record Hidden(int number) {}

    private static long hash(Object value) {
        EventHash hash = new EventHash();
        hash.addContent(value);
        return hash.value();
    }

    private static LockAnswer.LockView view(LockMode mode, long token) {
        LockOwner owner = new LockOwner("session", "owner");
        return new LockAnswer.LockView("lock", List.of(new LockAnswer.Holder(owner, mode, token, 1)), List.of());
    }

    @Test
    void equalContentHasEqualHashes() {
        assertEquals(hash(view(LockMode.SHARED, 5)), hash(view(LockMode.SHARED, 5)));
        assertEquals(hash(Bytes.utf8("a")), hash(Bytes.utf8("a")));
        assertEquals(hash(new TreeMap<>(Map.of("a", 1L))), hash(Map.of("a", 1L)));
    }

    @Test
    void whateverDiffersDeepInsideAnAnswerIsSeen() {
        assertNotEquals(hash(view(LockMode.SHARED, 5)), hash(view(LockMode.EXCLUSIVE, 5)));
        assertNotEquals(hash(view(LockMode.SHARED, 5)), hash(view(LockMode.SHARED, 6)));
        assertNotEquals(hash(List.of("a", "b")), hash(List.of("b", "a")));
        assertNotEquals(hash(Optional.empty()), hash(Optional.of(0L)));
        assertNotEquals(hash(Suit.HEARTS), hash(Suit.SPADES));
        assertNotEquals(hash(true), hash(false));
        assertNotEquals(hash(new LockAnswer.Done()), hash(List.of()));
    }

    @Test
    void aRecordThatNobodyMayLookIntoIsTakenAsAText() {
        assertNotEquals(hash(new Hidden(1)), hash(new Hidden(2)));
        assertEquals(hash(new Hidden(1)), hash(new Hidden(1)));
    }
}

package io.sinkron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** How keys and values of named caches become bytes, and how long their lines live. */
class EntryFormatProperties {
    private static final int MAX_VALUE_BYTES = 4_096;
    private static final long NOW = 1_000_000;

    private static EntryFormat<String, String> format(long idleMillis) {
        return new EntryFormat<>(
                CacheConfig.of("c").maxIdle(Duration.ofMillis(idleMillis)).build(), MAX_VALUE_BYTES);
    }

    @Property(tries = 300)
    void aValueComesBackAsItWentIn(
            @ForAll @net.jqwik.api.constraints.StringLength(max = 300) String value,
            @ForAll boolean isLoaded,
            @ForAll boolean isIdle,
            @ForAll @LongRange(max = 100_000) long ttl) {
        EntryFormat<String, String> format = format(isIdle ? 500 : 0);
        if (!java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            assertThrows(CodecException.class, () -> format.stored("k", value, isLoaded, ttl, NOW));
            return;
        }
        EntryFormat.Stored stored = format.stored("k", value, isLoaded, ttl, NOW);
        assertEquals(value, format.valueOf("k", stored.bytes()));
        assertEquals(value, format(isIdle ? 0 : 500).valueOf("k", stored.bytes()), "at a node without idle times, too");
        assertEquals(isLoaded, EntryFormat.isLoaded(stored.bytes()));
        assertEquals(
                EntryFormat.hash(
                        format.stored("k", value, !isLoaded, ttl, NOW + 5).bytes()),
                EntryFormat.hash(stored.bytes()));
    }

    @Property(tries = 500)
    void aLineThatIsUsedLivesAnIdleTimeAtLeastAndNeverBeyondItsEnd(
            @ForAll @IntRange(min = 10, max = 10_000) int idle,
            @ForAll @LongRange(max = 50_000) long ttl,
            @ForAll @LongRange(max = 60_000) long readAfter) {
        EntryFormat<String, String> format = format(idle);
        EntryFormat.Stored stored = format.stored("k", "v", false, ttl, NOW);
        long end = ttl == 0 ? Long.MAX_VALUE : NOW + ttl;
        long lineEnd = NOW + stored.lineMillis();
        assertEquals(Math.min(end, NOW + idle + idle / 2), lineEnd);
        long read = NOW + readAfter;
        if (read >= lineEnd) {
            return;
        }
        long renewed = format.renewedMillis(stored.bytes(), lineEnd - read, read);
        long newEnd = renewed == 0 ? lineEnd : read + renewed;
        assertTrue(newEnd >= Math.min(end, read + idle), "an idle time from the read on, or its end");
        assertTrue(newEnd <= Math.min(end, read + idle + idle / 2));
        assertTrue(renewed == 0 || readAfter > idle / 2 - 1, "no write within half an idle time");
    }

    @Example
    void whatWasWrittenWithoutAnIdleTimeIsNotRenewed() {
        Bytes stored = format(0).stored("k", "v", false, 0, NOW).bytes();
        assertEquals(0, format(100).renewedMillis(stored, 1, NOW));
    }

    @Example
    void sizesOutOfRangeAreRefused() {
        EntryFormat<String, String> format = format(0);
        assertThrows(BadRequestException.class, () -> format.key(""));
        assertThrows(BadRequestException.class, () -> format.key("x".repeat(513)));
        assertEquals(512, format.key("x".repeat(512)).size());
        assertThrows(
                BadRequestException.class, () -> format.stored("k", "x".repeat(MAX_VALUE_BYTES - 8), false, 0, NOW));
        assertEquals(
                MAX_VALUE_BYTES - 8,
                format.stored("k", "x".repeat(MAX_VALUE_BYTES - 9), false, 0, NOW)
                        .bytes()
                        .size());
    }

    @Example
    void charactersOfAllPlanesAndTheReplacementCharacterItselfComeBack() {
        for (String text : java.util.List.of("", "plain", "grün", "\uD83D\uDE00", "\uFFFD", "?\uFFFD\uD83D\uDE00")) {
            assertEquals(text, CacheCodec.utf8().decode(CacheCodec.utf8().encode(text)));
        }
    }

    @Example
    void textThatIsNoTextIsRefusedInsteadOfBeingChanged() {
        assertThrows(CodecException.class, () -> format(0).key("\uD800"));
        assertThrows(IllegalArgumentException.class, () -> CacheCodec.utf8().decode(Bytes.wrap(new byte[] {-1})));
        assertThrows(IllegalArgumentException.class, () -> CacheCodec.longs().decode(Bytes.utf8("short")));
        assertEquals(
                Long.MIN_VALUE, CacheCodec.longs().decode(CacheCodec.longs().encode(Long.MIN_VALUE)));
    }

    @Property(tries = 200)
    void aDescriptorComesBackAsItWentIn(@ForAll @LongRange(min = 1) long generation) {
        CacheDescriptor descriptor = new CacheDescriptor(generation, "keys=utf8 values=long");
        assertEquals(descriptor, CacheDescriptor.decode(descriptor.encode()));
        assertEquals("", CacheDescriptor.decode(descriptor.destroyed().encode()).format());
        assertThrows(IllegalStateException.class, () -> CacheDescriptor.decode(Bytes.utf8("something else")));
    }
}

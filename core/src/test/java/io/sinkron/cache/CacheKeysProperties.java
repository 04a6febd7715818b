package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sinkron.common.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The names of caches in keys: two keys of any caches never meet in one line, and a line tells whose it is. */
class CacheKeysProperties {
    /** A user's key in a cache; the unnamed one has an empty name and generation 0. */
    record Place(String cache, long generation, Bytes key) {
        Bytes line() {
            return cache.isEmpty() ? CacheKeys.unnamed(key) : CacheKeys.named(cache, generation, key);
        }
    }

    @Provide
    Arbitrary<Bytes> keys() {
        // Few values, so that bytes of keys often look like marks, lengths, names and generations.
        Arbitrary<Byte> bytes = Arbitraries.of((byte) 0, (byte) 1, (byte) 2, (byte) 'a', (byte) 65, (byte) -1);
        return bytes.array(byte[].class).ofMaxSize(14).map(Bytes::wrap);
    }

    @Provide
    Arbitrary<List<Place>> places() {
        Arbitrary<String> names = Arbitraries.of("a", "aa", "\u0000", "\u0001", "ä", "a".repeat(64));
        Arbitrary<Place> named = Combinators.combine(names, Arbitraries.of(1L, 2L, 97L, Long.MAX_VALUE), keys())
                .as(Place::new);
        Arbitrary<Place> unnamed = keys().map(key -> new Place("", 0, key));
        return Arbitraries.oneOf(named, unnamed).list().ofMaxSize(40);
    }

    @Property(tries = 500)
    void differentKeysNeverMeetInOneLine(@ForAll("places") List<Place> places) {
        Map<Bytes, Place> byLine = new HashMap<>();
        for (Place place : places) {
            Place earlier = byLine.put(place.line(), place);
            assertEquals(earlier == null ? place : earlier, place);
        }
    }

    @Property(tries = 500)
    void aLineTellsItsCacheAndItsKey(@ForAll("places") List<Place> places) {
        for (Place place : places) {
            assertEquals(place.cache(), CacheKeys.region(place.line()));
            assertEquals(place.generation(), CacheKeys.generation(place.line()));
            assertEquals(place.key(), CacheKeys.visible(place.line()));
        }
    }

    @Property(tries = 500)
    void anyBytesAtAllHaveARegionAndAVisibleKey(@ForAll("keys") Bytes line) {
        boolean isNamed = !CacheKeys.region(line).isEmpty();
        int prefix = line.size() - CacheKeys.visible(line).size();
        assertEquals(isNamed, prefix > 2);
    }

    @Example
    void ordinaryKeysOfTheUnnamedCacheAreLinesAsTheyAre() {
        assertEquals(Bytes.utf8("k"), CacheKeys.unnamed(Bytes.utf8("k")));
        assertEquals(Bytes.EMPTY, CacheKeys.unnamed(Bytes.EMPTY));
    }

    @Example
    void theLineOfAGenerationIsInItsCachesRegionAndNoUsersKey() {
        Bytes line = CacheKeys.generationKey("a");
        assertEquals("a", CacheKeys.region(line));
        assertEquals(0, CacheKeys.generation(line));
        assertThrows(IllegalArgumentException.class, () -> CacheKeys.named("a", 0, Bytes.EMPTY));
    }

    @Example
    void namesHaveOneTo64BytesOfWellFormedUnicode() {
        assertThrows(IllegalArgumentException.class, () -> CacheKeys.nameBytes(""));
        assertThrows(IllegalArgumentException.class, () -> CacheKeys.nameBytes("a".repeat(65)));
        assertThrows(IllegalArgumentException.class, () -> CacheKeys.nameBytes("\ud800"));
        Bytes longest = CacheKeys.prefix("a".repeat(64), 1);
        assertEquals(CacheKeys.MAX_PREFIX_BYTES, longest.size());
    }
}

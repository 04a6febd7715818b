package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cache.CacheRequest.Delete;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.cache.CacheRequest.Remember;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a put and a delete do to a value. */
class WriteRulesTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final long EPOCH = 3;
    private static final long FIRST = EPOCH << 32;
    private static final long REMEMBER_MILLIS = 300_000;

    private MemoryValue value = MemoryValue.ABSENT;
    private long now = 1_000_000;

    private Answer put(String text, long ifVersion, long ttlMillis, String idempotencyKey) {
        return perform(new Put(
                KEY, Bytes.utf8(text), ifVersion, ttlMillis, Durability.BACKED_UP, remember(idempotencyKey, text)));
    }

    private Answer delete(long ifVersion, String idempotencyKey) {
        return perform(new Delete(KEY, ifVersion, Durability.BACKED_UP, remember(idempotencyKey, "delete")));
    }

    private static Optional<Remember> remember(String key, String request) {
        return Optional.ofNullable(key).map(k -> new Remember(k, request.hashCode()));
    }

    private Answer perform(CacheRequest request) {
        WriteRules.Outcome outcome = WriteRules.perform(request, value, EPOCH, now, REMEMBER_MILLIS);
        value = outcome.written() == null ? value : outcome.written();
        return outcome.answer();
    }

    @Test
    void versionsStartWithTheEpochAndGrowByOne() {
        assertEquals(new CacheAnswer.Written(KEY, FIRST), put("a", -1, 0, null));
        assertEquals(new CacheAnswer.Written(KEY, FIRST + 1), put("b", -1, 0, null));
        WriteRules.Outcome later = WriteRules.perform(
                new Put(KEY, Bytes.EMPTY, -1, 0, Durability.BACKED_UP, Optional.empty()), value, 4, now, 0);
        assertEquals(4L << 32, later.written().version());
    }

    @Test
    void aConditionalPutNeedsTheVersionAndZeroMeansAbsent() {
        assertEquals(new CacheAnswer.VersionMismatch(KEY, 0), put("a", 7, 0, null));
        assertEquals(new CacheAnswer.Written(KEY, FIRST), put("a", 0, 0, null));
        assertEquals(new CacheAnswer.VersionMismatch(KEY, FIRST), put("b", 0, 0, null));
        assertEquals(new CacheAnswer.Written(KEY, FIRST + 1), put("b", FIRST, 0, null));
    }

    @Test
    void aDeleteLeavesATombstoneOverWhichVersionsGrow() {
        put("a", -1, 0, null);
        assertEquals(new CacheAnswer.Deleted(KEY, true), delete(FIRST, null));
        assertTrue(value.deleted());
        assertEquals(FIRST + 1, value.version());
        assertEquals(new CacheAnswer.Written(KEY, FIRST + 2), put("b", 0, 0, null));
    }

    @Test
    void deletingWhatIsAbsentWritesNothing() {
        assertEquals(new CacheAnswer.Deleted(KEY, false), delete(-1, null));
        assertEquals(new CacheAnswer.Deleted(KEY, false), delete(0, null));
        assertEquals(new CacheAnswer.VersionMismatch(KEY, 0), delete(5, null));
        assertEquals(MemoryValue.ABSENT, value);
    }

    @Test
    void anExpiredValueIsAbsentAndAWriteWithoutTtlLivesForEver() {
        put("a", -1, 50, null);
        assertTrue(WriteRules.isPresent(value, now + 49));
        assertFalse(WriteRules.isPresent(value, now + 50));
        now += 50;
        assertEquals(new CacheAnswer.VersionMismatch(KEY, 0), put("b", FIRST, 0, null));
        assertEquals(new CacheAnswer.Written(KEY, FIRST + 1), put("b", 0, 0, null));
        assertEquals(0, value.expiresAtMillis());
    }

    @Test
    void aRepeatedWriteIsAnsweredLikeTheFirstAndWritesNothing() {
        put("a", -1, 0, "id1");
        put("b", -1, 0, null);
        assertEquals(new CacheAnswer.Written(KEY, FIRST), put("a", -1, 0, "id1"));
        assertEquals("b", value.value().asUtf8());
        assertEquals(new CacheAnswer.IdempotencyMismatch("id1"), put("other", -1, 0, "id1"));
    }

    @Test
    void aRepeatedDeleteIsAnsweredLikeTheFirst() {
        put("a", -1, 0, null);
        assertEquals(new CacheAnswer.Deleted(KEY, true), delete(-1, "id1"));
        put("b", -1, 0, null);
        assertEquals(new CacheAnswer.Deleted(KEY, true), delete(-1, "id1"));
        assertFalse(value.deleted());
    }

    @Test
    void aRepeatedDeleteOfNothingStaysWithoutEffect() {
        assertEquals(new CacheAnswer.Deleted(KEY, false), delete(-1, "id1"));
        put("b", -1, 0, null);
        assertEquals(new CacheAnswer.Deleted(KEY, false), delete(-1, "id1"));
        assertEquals("b", value.value().asUtf8());
    }

    @Test
    void aRefusalIsNotRemembered() {
        put("a", -1, 0, null);
        assertEquals(new CacheAnswer.VersionMismatch(KEY, FIRST), put("b", 0, 0, "id1"));
        delete(-1, null);
        assertEquals(new CacheAnswer.Written(KEY, FIRST + 2), put("b", 0, 0, "id1"));
    }

    @Test
    void aWriteIsForgottenAfterFiveMinutesOrSixteenOthers() {
        put("a", -1, 0, "id1");
        now += REMEMBER_MILLIS;
        assertEquals(new CacheAnswer.Written(KEY, FIRST + 1), put("a", -1, 0, "id1"));
        for (int i = 0; i < MemoryValue.MAX_RECENT; i++) {
            put("x", -1, 0, "other" + i);
        }
        assertEquals(MemoryValue.MAX_RECENT, value.recent().size());
        assertEquals("other0", value.recent().get(0).key());
        assertEquals(new CacheAnswer.Written(KEY, FIRST + 2 + MemoryValue.MAX_RECENT), put("a", -1, 0, "id1"));
    }

    @Test
    void theOutcomeOfARefusalHasNoValue() {
        Put put = new Put(KEY, Bytes.EMPTY, 9, 0, Durability.BACKED_UP, Optional.empty());
        assertNull(WriteRules.perform(put, MemoryValue.ABSENT, EPOCH, now, 0).written());
        assertEquals(List.of(), MemoryValue.ABSENT.recent());
    }
}

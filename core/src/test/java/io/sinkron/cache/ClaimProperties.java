package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sinkron.cache.CacheRequest.Claim;
import io.sinkron.cache.CacheRequest.Delete;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Fulfil;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.cache.CacheRequest.Unclaim;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Claims, loads, puts, deletes and updates of one key, as time passes, against a model that knows nothing of versions or tombstones. */
class ClaimProperties {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final int CLAIM_MILLIS = 10;

    private enum Kind {
        CLAIM,
        FULFIL,
        UNCLAIM,
        PUT,
        PUT_FOR_A_WHILE,
        DELETE,
        REMOVE,
        KEEP
    }

    /**
     * @param which of the claims given so far it is about, counted from the last
     * @param later how much time passes first
     */
    private record Step(Kind kind, int which, int later) {}

    /** The model: whose turn it is to load, as a name; what a reader finds; since when and until when. */
    private static final class Model {
        private Integer holder;
        private long claimedUntil;
        private String value;
        private long valueUntil;

        boolean isPresent(long now) {
            return value != null && now < valueUntil;
        }

        /** Any write, and any delete that changes or overtakes something, ends the claim, whether or not it was over. */
        void becomes(String newValue, long until) {
            holder = null;
            value = newValue;
            valueUntil = until;
        }
    }

    @Property(tries = 2_000)
    void everyAnswerIsTheModels(@ForAll("steps") List<Step> steps) {
        Model model = new Model();
        MemoryValue line = MemoryValue.ABSENT;
        List<Long> claims = new ArrayList<>();
        long now = 1_000;
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            now += step.later();
            int claim = claims.size() - 1 - step.which();
            CacheRequest request = request(step.kind(), i, claim < 0 ? 77 : claims.get(claim));
            WriteRules.Outcome outcome = WriteRules.isFor(request)
                    ? WriteRules.perform(request, line, 1, now, 0)
                    : ClaimRules.perform(request, line, LineState.M, 1, now);
            line = outcome.written() == null ? line : outcome.written();
            check(model, step.kind(), i, claim, claims, now, outcome.answer());
            assertEquals(model.isPresent(now), WriteRules.isPresent(line, now));
            if (model.isPresent(now)) {
                assertEquals(model.value, line.value().asUtf8());
            }
        }
    }

    private static CacheRequest request(Kind kind, int number, long claim) {
        Bytes value = Bytes.utf8("v" + number);
        Durability durability = Durability.BACKED_UP;
        return switch (kind) {
            case CLAIM -> new Claim(KEY, CLAIM_MILLIS);
            case FULFIL -> new Fulfil(KEY, value, claim, 0, durability);
            case UNCLAIM -> new Unclaim(KEY, claim);
            case PUT -> new Put(KEY, value, -1, 0, durability, Optional.empty());
            case PUT_FOR_A_WHILE -> new Put(KEY, value, -1, 5, durability, Optional.empty());
            case DELETE -> new Delete(KEY, -1, durability, Optional.empty());
            case REMOVE ->
                new Update(KEY, (present, now) -> new Updater.Change.Remove(), 10, durability, Optional.empty());
            case KEEP -> new Update(KEY, (present, now) -> new Updater.Change.Keep(), 10, durability, Optional.empty());
        };
    }

    private static void check(
            Model model, Kind kind, int number, int claim, List<Long> claims, long now, Answer answer) {
        switch (kind) {
            case CLAIM -> checkClaim(model, claims, now, answer);
            case FULFIL, UNCLAIM -> {
                if (model.holder != null && model.holder == claim) {
                    assertInstanceOf(CacheAnswer.Written.class, answer);
                    model.becomes(kind == Kind.FULFIL ? "v" + number : null, Long.MAX_VALUE);
                } else {
                    assertInstanceOf(CacheAnswer.ClaimLost.class, answer);
                }
            }
            case PUT -> model.becomes("v" + number, Long.MAX_VALUE);
            case PUT_FOR_A_WHILE -> model.becomes("v" + number, now + 5);
            case DELETE -> {
                assertEquals(new CacheAnswer.Deleted(KEY, model.isPresent(now)), answer);
                model.becomes(null, 0);
            }
            case REMOVE -> model.becomes(null, 0);
            case KEEP -> assertEquals(CacheAnswer.Updated.Effect.KEPT, ((CacheAnswer.Updated) answer).effect());
        }
    }

    private static void checkClaim(Model model, List<Long> claims, long now, Answer answer) {
        if (model.isPresent(now)) {
            assertEquals(model.value, ((CacheAnswer.Value) answer).value().asUtf8());
        } else if (model.holder != null && now < model.claimedUntil) {
            CacheAnswer.BeingLoaded loading = (CacheAnswer.BeingLoaded) answer;
            assertEquals(claims.get(model.holder), loading.version());
            assertEquals(model.claimedUntil - now, loading.leftMillis());
        } else {
            claims.add(((CacheAnswer.Claimed) answer).version());
            model.becomes(null, 0);
            model.holder = claims.size() - 1;
            model.claimedUntil = now + CLAIM_MILLIS;
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(Kind.CLAIM)),
                Tuple.of(3, Arbitraries.just(Kind.FULFIL)),
                Tuple.of(4, Arbitraries.of(Kind.class)));
        Arbitrary<Integer> later = Arbitraries.of(0, 0, 1, 4, 6, 11);
        return Combinators.combine(kinds, Arbitraries.of(0, 0, 0, 1, 2), later)
                .as(Step::new)
                .list()
                .ofMaxSize(15);
    }
}

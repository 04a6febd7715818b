package io.sinkron.cache;

import io.sinkron.cache.CacheAnswer.Claimed;
import io.sinkron.cache.CacheAnswer.Deleted;
import io.sinkron.cache.CacheAnswer.Updated;
import io.sinkron.cache.CacheAnswer.Written;
import io.sinkron.cache.CacheRequest.Claim;
import io.sinkron.cache.CacheRequest.Delete;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.CacheRequest.Fulfil;
import io.sinkron.cache.CacheRequest.Put;
import io.sinkron.cache.CacheRequest.Unclaim;
import io.sinkron.cache.CacheRequest.Update;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A {@link ClusterWalk} in which clients count by updates, load by claims, and listen. The first half of the keys are counters; the others are loaded,
 * overwritten and deleted. What they were answered is kept, and judged at the end.
 */
final class OperationsWalk implements WalkWatcher {
    private static final int CLAIM_MILLIS = 300;

    final ClusterWalk walk;
    private final boolean isCalm;
    private final List<Done> done = new ArrayList<>();
    private final Map<Bytes, Integer> begun = new HashMap<>();
    private final Map<String, Long> told = new HashMap<>();
    private final Map<String, Boolean> listeners = new HashMap<>();
    int changes;
    int granted;
    int elsewhere;
    int lost;
    int compared;

    /** A call that was answered: from when to when, in which view it ended. */
    private record Done(CacheRequest request, long began, long ended, long epoch, Answer answer) {
        /** The version that it has written; 0 for none that is known. */
        long written() {
            if (answer instanceof Written written) {
                return written.version();
            }
            return answer instanceof Claimed claimed ? claimed.version() : 0;
        }
    }

    /** @param isCalm whether nobody writes what is loaded, and half of the loads never end: so claims end by their time */
    OperationsWalk(long seed, boolean isCalm) {
        this.isCalm = isCalm;
        walk = new ClusterWalk(seed, 4, 6);
        walk.watcher = this;
        walk.after(0, this::someoneListens);
    }

    private Bytes counter() {
        return walk.keys.get(walk.random.nextInt(3));
    }

    private Bytes loaded() {
        return walk.keys.get(3 + walk.random.nextInt(3));
    }

    @Override
    public CacheRequest next() {
        Durability durability = walk.random.nextInt(4) == 0 ? Durability.WRITE_THROUGH : Durability.BACKED_UP;
        int kind = walk.random.nextInt(isCalm ? 18 : 24);
        if (kind < 8) {
            Bytes counter = counter();
            begun.merge(counter, 1, Integer::sum);
            return new Update(counter, (present, now) -> plusOne(present), 20, durability, Optional.empty());
        }
        Bytes key = loaded();
        begun.merge(key, kind < 18 ? 0 : 1, Integer::sum);
        return switch (kind) {
            case 8, 9, 10 -> new CacheRequest.Get(counter());
            case 11, 12 -> new CacheRequest.Get(key);
            case 18 -> new Put(key, Bytes.utf8("put"), -1, 0, durability, Optional.empty());
            case 19, 20 -> new Delete(key, -1, durability, Optional.empty());
            case 21 -> new Update(key, (p, now) -> new Updater.Change.Remove(), 20, durability, Optional.empty());
            default -> new Claim(key, CLAIM_MILLIS);
        };
    }

    private static Updater.Change plusOne(Optional<Updater.Present> present) {
        long count = present.map(p -> Long.parseLong(p.value().asUtf8())).orElse(0L);
        return new Updater.Change.Replace(Bytes.utf8(Long.toString(count + 1)), 0);
    }

    private void someoneListens() {
        ClusterWalk.Box box = walk.boxes.get(walk.random.nextInt(walk.boxes.size()));
        if (box.isUp() && !walk.isQuiet) {
            Set<String> regions = walk.random.nextInt(4) == 0 ? Set.of() : Set.of("");
            listeners.put(box.id + "/" + box.incarnation, !regions.isEmpty());
            walk.call(box, new CacheRequest.Listen(regions));
        }
        walk.after(walk.random.nextInt(600), this::someoneListens);
    }

    @Override
    public void answered(ClusterWalk.Box box, CacheRequest request, long began, Answer answer) {
        done.add(new Done(request, began, walk.now, walk.epoch(), answer));
        elsewhere += answer instanceof CacheAnswer.BeingLoaded ? 1 : 0;
        lost += answer instanceof CacheAnswer.ClaimLost ? 1 : 0;
        if (answer instanceof Claimed claimed) {
            granted++;
            long incarnation = box.incarnation;
            walk.after(walk.random.nextInt(400), () -> {
                boolean isForgotten = isCalm && walk.random.nextBoolean();
                if (!isForgotten && box.isUp() && box.incarnation == incarnation && !walk.isQuiet) {
                    finish(box, claimed);
                }
            });
        }
    }

    private void finish(ClusterWalk.Box box, Claimed claimed) {
        boolean isLoaded = walk.random.nextInt(4) > 0;
        begun.merge(claimed.key(), 1, Integer::sum);
        walk.call(
                box,
                isLoaded
                        ? new Fulfil(
                                claimed.key(),
                                Bytes.utf8("loaded"),
                                claimed.version(),
                                walk.random.nextInt(500) + 1,
                                Durability.BACKED_UP)
                        : new Unclaim(claimed.key(), claimed.version()));
    }

    @Override
    public void changed(ClusterWalk.Box box, CacheEffect.Changed change) {
        changes++;
        String listener = box.id + "/" + box.incarnation;
        require(listeners.getOrDefault(listener, false), listener + " is told, and doesn't listen");
        Long last = told.put(listener + "/" + change.key(), change.version());
        require(last == null || last < change.version(), listener + " was told of " + change + " after " + last);
    }

    /** Each update that was answered has counted once, and those whose outcome isn't known once or not at all. */
    void judgeCounters(Map<Bytes, Long> counts) {
        for (Map.Entry<Bytes, Long> count : counts.entrySet()) {
            Set<Bytes> values = new HashSet<>();
            int refused = 0;
            for (Done call : of(count.getKey())) {
                if (call.answer() instanceof Updated updated) {
                    require(values.add(updated.value().orElseThrow()), "two updates have counted the same");
                } else if (call.request() instanceof Update) {
                    boolean isWithout =
                            call.answer() instanceof Refusal refusal && refusal.effect() == Refusal.Effect.NOT_APPLIED;
                    refused += isWithout ? 1 : 0;
                }
            }
            require(
                    values.size() <= count.getValue(),
                    values.size() + " updates were answered, counted are " + count.getValue());
            require(
                    count.getValue() <= begun.get(count.getKey()) - refused,
                    count.getValue() + " are counted, of " + begun.get(count.getKey()) + " less " + refused);
        }
    }

    private List<Done> of(Bytes key) {
        return done.stream().filter(call -> call.request().key().equals(key)).toList();
    }

    /** What was loaded never stands over something newer, and a claim in force is the only one. */
    void judgeLoads() {
        for (Bytes key : walk.keys.subList(3, 6)) {
            List<Done> calls = of(key);
            for (Done call : calls) {
                if (call.request() instanceof Fulfil fulfil && call.answer() instanceof Written written) {
                    judgeLoad(calls, call, fulfil.claimVersion(), written.version());
                }
            }
            judgeClaims(calls);
        }
    }

    private void judgeLoad(List<Done> calls, Done load, long claimed, long loaded) {
        Done claim = calls.stream()
                .filter(call -> call.answer() instanceof Claimed c && c.version() == claimed)
                .findFirst()
                .orElseThrow();
        for (Done other : calls) {
            boolean isBetween = other.written() > claimed && other.written() < loaded;
            require(!isBetween, "the load " + load + " of " + claim + " stands over " + other);
            boolean isDeletedBetween = other.began() > claim.ended()
                    && other.ended() < load.began()
                    && (other.answer() instanceof Deleted || other.answer() instanceof Updated);
            require(!isDeletedBetween, "the load " + load + " of " + claim + " undoes " + other);
        }
    }

    /** Where nothing else was asked of the key, and no view has changed, since a claim was asked for, the next one comes after its end. */
    private void judgeClaims(List<Done> calls) {
        List<Done> claims = calls.stream()
                .filter(call -> call.answer() instanceof Claimed)
                .sorted((a, b) -> Long.compare(a.written(), b.written()))
                .toList();
        for (int i = 1; i < claims.size(); i++) {
            Done first = claims.get(i - 1);
            Done second = claims.get(i);
            boolean isUndisturbed = first.epoch() == second.epoch()
                    && calls.stream()
                            .noneMatch(call -> !(call.request() instanceof Claim)
                                    && !(call.request() instanceof CacheRequest.Get)
                                    && call.ended() >= first.began()
                                    && call.began() <= second.ended());
            if (isUndisturbed && isNothingOpen(calls)) {
                compared++;
                long end = first.began() + CLAIM_MILLIS * ClusterWalk.MILLI;
                require(second.ended() >= end, second + " was given while " + first + " held");
            }
        }
    }

    /** Calls whose node crashed are in no list: if there is any, it may have been in between. */
    private boolean isNothingOpen(List<Done> calls) {
        Bytes key = calls.get(0).request().key();
        long answered = calls.stream()
                .filter(call -> !(call.request() instanceof Claim) && !(call.request() instanceof CacheRequest.Get))
                .count();
        return answered == begun.get(key);
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("at " + walk.now / ClusterWalk.MILLI + " ms: " + what);
        }
    }
}

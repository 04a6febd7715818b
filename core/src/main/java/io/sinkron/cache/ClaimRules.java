package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Claim;
import io.sinkron.cache.CacheRequest.Fulfil;
import io.sinkron.cache.CacheRequest.Unclaim;
import io.sinkron.common.Bytes;
import io.sinkron.spi.MemoryValue;

/**
 * Loading an absent key once for all nodes. A claim is a tombstone with an end: readers find nothing, and who wants to load finds that somebody
 * else does. It lives in the key's own line, so the protocol that orders all writes of the key orders claims and loads among them: what was loaded is
 * written only if the line still is that very claim, hence never over a write, a delete or a later claim that came meanwhile. Pure functions; they
 * run at the line's owner, while it is the owner.
 */
final class ClaimRules {
    private ClaimRules() {}

    /** Performs a claim, or what follows one, on the newest value, in the writer's epoch, at this cluster time. */
    static WriteRules.Outcome perform(
            CacheRequest request, MemoryValue current, LineState state, long epoch, long nowMillis) {
        long next = WriteRules.nextVersion(current, epoch);
        if (request instanceof Claim claim) {
            CacheAnswer refusal = withoutClaim(claim, current, state, nowMillis);
            if (refusal != null) {
                return new WriteRules.Outcome(refusal, null);
            }
            return new WriteRules.Outcome(
                    new CacheAnswer.Claimed(claim.key(), next, claim.claimMillis()),
                    new MemoryValue(next, true, Bytes.EMPTY, nowMillis + claim.claimMillis(), current.recent()));
        }
        long claimed = request instanceof Fulfil fulfil ? fulfil.claimVersion() : ((Unclaim) request).claimVersion();
        if (current.version() != claimed || !WriteRules.isClaim(current)) {
            return new WriteRules.Outcome(new CacheAnswer.ClaimLost(request.key(), current.version()), null);
        }
        CacheAnswer answer = new CacheAnswer.Written(request.key(), next);
        if (request instanceof Fulfil fulfil) {
            long expires = fulfil.ttlMillis() == 0 ? 0 : nowMillis + fulfil.ttlMillis();
            return new WriteRules.Outcome(
                    answer, new MemoryValue(next, false, fulfil.value(), expires, current.recent()));
        }
        return new WriteRules.Outcome(answer, new MemoryValue(next, true, Bytes.EMPTY, 0, current.recent()));
    }

    /**
     * What a claim is answered with where nothing is to be claimed: the key is there, or being loaded. A copy that may be read is enough to say so,
     * and nobody's copy is taken away for it. Null if the key is to be claimed, for which the line must be this node's own.
     */
    static CacheAnswer withoutClaim(Claim claim, MemoryValue current, LineState state, long nowMillis) {
        if (WriteRules.isPresent(current, nowMillis)) {
            return new CacheAnswer.Value(
                    claim.key(), current.value(), current.version(), state, false, current.expiresAtMillis());
        }
        boolean isClaimed = WriteRules.isClaim(current) && nowMillis < current.expiresAtMillis();
        return isClaimed
                ? new CacheAnswer.BeingLoaded(claim.key(), current.version(), current.expiresAtMillis() - nowMillis)
                : null;
    }
}

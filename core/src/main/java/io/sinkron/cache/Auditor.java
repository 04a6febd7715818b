package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.AuditQuery;
import io.sinkron.cache.CacheMessage.AuditReply;
import io.sinkron.cluster.Member;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Checks the protocol while it is in use: the home of a line asks every member for its copy and compares the answers, at any time but during a
 * transaction of the line (Meta's Polaris found that what isn't measured isn't consistent). What is wrong is told as a
 * {@link CacheEffect.AuditFinding}; see {@link AuditJudge} for what is compared and why there is no false alarm.
 *
 * <p>An audit is a transaction that gives way: a request for the line ends it without a verdict and waits for nothing, so do an answer that doesn't
 * come in time, a new view, and the end of this node's lease. It is never repeated for its own sake: the line's turn comes again.
 *
 * <p>Off unless {@link CacheOptions#auditIntervalNanos} says otherwise. Then a round looks at {@link CacheOptions#auditLines} of the lines in this
 * home's filter, each of them once a lap, in random order. Bounded: at most that many audits are under way, and a lap knows {@link #MAX_LAP} keys.
 * Machine only.
 */
final class Auditor {
    /** How many lines a lap goes through; those that were asked for the longest ago, if the filter knows more. Copying them takes about 1 ms. */
    static final int MAX_LAP = 131_072;

    private final Context context;
    private final LineTable counts;
    private final Home home;
    /** By key, at most one of each line. */
    private final Map<Bytes, Audit> audits = new LinkedHashMap<>();
    /** The keys of this lap; those that are still to come stand first. */
    private List<Bytes> lap = List.of();

    private int left;
    private long nextAudit = 1;
    private boolean isStarted;

    /** What an auditor has to know of the home it belongs to. */
    interface Home {
        /** Whether no transaction of the line is under way. */
        boolean isIdle(Bytes key);

        /** Who may hold the line, as far as is known. */
        Holders known(Bytes key);

        /** At most so many of the lines about which something is known; a copy. */
        List<Bytes> knownKeys(int limit);

        /** What is known of the line is wrong: everybody is asked in its next transaction. */
        void distrust(Bytes key);
    }

    /** One line's audit. */
    private static final class Audit {
        private final long number;
        private final Bytes key;
        private final int members;
        private final SortedMap<NodeId, AuditedCopy> copies = new TreeMap<>();
        private Timers.Timer timeout;

        private Audit(long number, Bytes key, int members) {
            this.number = number;
            this.key = key;
            this.members = members;
        }
    }

    Auditor(Context context, LineTable counts, Home home) {
        this.context = context;
        this.counts = counts;
        this.home = home;
    }

    /** The number of audits under way. */
    int size() {
        return audits.size();
    }

    /** A view is active: lines may be audited from now on, if that is wanted. */
    void viewActive() {
        if (context.options.auditIntervalNanos() > 0 && !isStarted) {
            isStarted = true;
            scheduleRound();
        }
    }

    private void scheduleRound() {
        long interval = context.options.auditIntervalNanos();
        context.timers.schedule(context.now + interval + context.random(interval / 4 + 1), this::round);
    }

    /** Begins audits of the lines whose turn it is; those still under way count. */
    private void round() {
        scheduleRound();
        if (!maySample()) {
            return;
        }
        if (left == 0) {
            lap = home.knownKeys(MAX_LAP);
            left = lap.size();
        }
        for (int running = audits.size(); running < context.options.auditLines() && left > 0; running++) {
            audit(next());
        }
    }

    /** Draws one of the lap's keys that are left (Fisher and Yates, one step at a time). */
    private Bytes next() {
        int at = (int) context.random(left);
        Bytes key = lap.get(at);
        left--;
        lap.set(at, lap.get(left));
        return key;
    }

    private boolean maySample() {
        return context.placement != null && context.isServing;
    }

    /** Audits a line, unless this node isn't its home, or the line is busy. */
    void audit(Bytes key) {
        if (!maySample() || !context.placement.home(key).equals(context.self) || audits.containsKey(key)) {
            return;
        }
        if (!home.isIdle(key)) {
            counts.countInconclusive();
            return;
        }
        Audit audit = new Audit(nextAudit++, key, context.view.members().size());
        audits.put(key, audit);
        audit.timeout =
                context.timers.schedule(context.now + context.options.statesTimeoutNanos(), () -> giveUp(audit));
        for (Member member : context.view.members()) {
            context.outbox.send(member.id(), new AuditQuery(context.epoch(), key, audit.number));
        }
    }

    /** Somebody has asked for the line: the audit gives way. */
    void requested(Bytes key) {
        Audit audit = audits.get(key);
        if (audit != null) {
            giveUp(audit);
        }
    }

    /** A new view is installed: what was asked in the old one isn't answered any more. */
    void viewInstalled() {
        new ArrayList<>(audits.values()).forEach(this::giveUp);
        lap = List.of();
        left = 0;
    }

    private void giveUp(Audit audit) {
        end(audit);
        counts.countInconclusive();
    }

    private void end(Audit audit) {
        audits.remove(audit.key);
        context.timers.cancel(audit.timeout);
    }

    /** A member's answer; its first one counts. */
    void answered(NodeId from, AuditReply reply) {
        Audit audit = audits.get(reply.key());
        if (audit == null || audit.number != reply.audit() || audit.copies.putIfAbsent(from, reply.copy()) != null) {
            return;
        }
        if (audit.copies.size() == audit.members) {
            judge(audit);
        }
    }

    private void judge(Audit audit) {
        if (!context.isServing) {
            giveUp(audit);
            return;
        }
        Optional<AuditAnomaly> anomaly = AuditJudge.judge(audit.copies, home.known(audit.key), maySweep(audit));
        if (anomaly.isPresent()) {
            found(audit, anomaly.get(), Optional.empty());
        } else if (AuditJudge.mustBeInMemory(audit.copies.values())) {
            context.outbox.memory(
                    new MemoryOp.GetFenced(audit.key, context.epoch()),
                    new MemoryUse.Audit(context.epoch(), audit.key, audit.number));
        } else {
            coherent(audit);
        }
    }

    /** Main memory has given its value, or refuses to: then a newer view is active elsewhere. */
    void fetched(MemoryUse.Audit use, MemoryAnswer answer) {
        Audit audit = reading(use);
        if (audit == null) {
            return;
        }
        if (!context.isServing || !(answer instanceof MemoryAnswer.Fetched fetched)) {
            giveUp(audit);
            return;
        }
        AuditedCopy stored = CopyReader.of(fetched.value(), context);
        Optional<AuditAnomaly> anomaly = AuditJudge.judge(audit.copies.values(), stored, maySweep(audit));
        if (anomaly.isPresent()) {
            found(audit, anomaly.get(), Optional.of(stored));
        } else {
            coherent(audit);
        }
    }

    /** Main memory couldn't be reached. */
    void fetchFailed(MemoryUse.Audit use) {
        Audit audit = reading(use);
        if (audit != null) {
            giveUp(audit);
        }
    }

    private Audit reading(MemoryUse.Audit use) {
        Audit audit = audits.get(use.key());
        return audit != null && audit.number == use.audit() && use.epoch() == context.epoch() ? audit : null;
    }

    /** Keys of a cache's earlier generations may be swept out of main memory, whatever copies there are: nobody can name them any more. */
    private static boolean maySweep(Audit audit) {
        return CacheKeys.generation(audit.key) != 0;
    }

    private void coherent(Audit audit) {
        end(audit);
        counts.countAudited();
    }

    private void found(Audit audit, AuditAnomaly anomaly, Optional<AuditedCopy> stored) {
        end(audit);
        counts.countViolation();
        home.distrust(audit.key);
        context.outbox.found(new CacheEffect.AuditFinding(audit.key, anomaly, audit.copies, stored));
    }
}

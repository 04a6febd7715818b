package io.sinkron.cache;

import io.sinkron.common.NodeId;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Judges what the nodes said of a line.
 *
 * <p>Their answers are of different instants, but all of them lie within the audit, and while it lasts the home grants the line to nobody. So no node
 * gains a permission meanwhile (E and M are one here): who has one when it answers has had it since the audit began. Of two nodes that contradict
 * each other, the one that answered later had its copy already when the other answered: the contradiction was there at that instant, and none is
 * made up out of two. What a node has in E or M it may write meanwhile, so an owner's version is compared with nobody's; the value of a copy that
 * others may share changes never. Pure.
 */
final class AuditJudge {
    private AuditJudge() {}

    /**
     * What is wrong among the copies themselves, and with what their home knows of them.
     *
     * @param copies of every member of the view
     * @param known what the home's filter says
     * @param maySweep whether main memory may forget the line's key at any time, since it belongs to a cache that is emptied as a whole
     */
    static Optional<AuditAnomaly> judge(SortedMap<NodeId, AuditedCopy> copies, Holders known, boolean maySweep) {
        long owners = copies.values().stream().filter(AuditedCopy::isOwner).count();
        long readable = copies.values().stream().filter(AuditedCopy::isReadable).count();
        if (owners > 1) {
            return Optional.of(AuditAnomaly.TWO_OWNERS);
        } else if (owners == 1 && readable > 1) {
            return Optional.of(AuditAnomaly.COPY_BESIDE_OWNER);
        }
        Optional<AuditAnomaly> found = Optional.empty();
        for (AuditedCopy one : copies.values()) {
            for (AuditedCopy other : copies.values()) {
                found = found.or(() -> judgeValues(one, other, maySweep));
            }
        }
        boolean isKnown = copies.entrySet().stream().allMatch(e -> isAllowed(e.getKey(), e.getValue(), known));
        return found.isPresent() || isKnown ? found : Optional.of(AuditAnomaly.HOLDER_UNKNOWN_TO_HOME);
    }

    private static Optional<AuditAnomaly> judgeValues(AuditedCopy one, AuditedCopy other, boolean maySweep) {
        if (isOneVersionTwoValues(one, other)) {
            return Optional.of(AuditAnomaly.ONE_VERSION_TWO_VALUES);
        }
        boolean areBothShown = one.isReadable() && other.isReadable();
        boolean isForgotten = isForgotten(one, other, maySweep) || isForgotten(other, one, maySweep);
        boolean isOther = one.version() != other.version() && !isForgotten;
        return areBothShown && isOther ? Optional.of(AuditAnomaly.COPIES_DIFFER) : Optional.empty();
    }

    private static boolean isOneVersionTwoValues(AuditedCopy one, AuditedCopy other) {
        return one.hasValue() && other.hasValue() && one.version() == other.version() && one.hash() != other.hash();
    }

    /** Main memory may forget a key some time after it was deleted or has expired; who asks then is given version 0, which is as absent. */
    private static boolean isForgotten(AuditedCopy one, AuditedCopy other, boolean maySweep) {
        return one.version() == 0 && (maySweep || !other.present());
    }

    private static boolean isAllowed(NodeId node, AuditedCopy copy, Holders known) {
        boolean mayOwn = !known.isNoOwner(node);
        return mayOwn || !copy.isReadable() || !copy.isOwner() && known.isSharer(node);
    }

    /**
     * Whether main memory is sure to have what the readable copies are: none of the nodes has anything it may lack. To read it with the home's epoch
     * as fence is harmless then, for while a clean copy is readable nothing newer is on its way from anywhere.
     */
    static boolean mustBeInMemory(Collection<AuditedCopy> copies) {
        return copies.stream().anyMatch(AuditedCopy::isReadable)
                && copies.stream().noneMatch(AuditedCopy::dirty);
    }

    /**
     * What is wrong between clean copies and main memory, which was read after all of them had answered. An owner may have written since, and its
     * value have been saved. Version 0 in main memory tells nothing: it may have forgotten the key; nor does an old version of a key that may have
     * been swept, for a late write-back may have brought it.
     *
     * @param stored main memory's value, as if it were a node's
     */
    static Optional<AuditAnomaly> judge(Collection<AuditedCopy> copies, AuditedCopy stored, boolean maySweep) {
        if (stored.version() == 0) {
            return Optional.empty();
        }
        for (AuditedCopy copy : copies) {
            boolean isOlder = stored.version() < copy.version() && !maySweep;
            boolean mayBeNewer = copy.isOwner() || isForgotten(copy, stored, maySweep);
            boolean isNewer = stored.version() > copy.version() && !mayBeNewer;
            if (copy.isReadable() && (isOlder || isNewer)) {
                return Optional.of(AuditAnomaly.MEMORY_DIFFERS);
            } else if (isOneVersionTwoValues(copy, stored)) {
                return Optional.of(AuditAnomaly.ONE_VERSION_TWO_VALUES);
            }
        }
        return Optional.empty();
    }
}

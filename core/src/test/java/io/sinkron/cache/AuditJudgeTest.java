package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryValue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge's table: what the nodes say, what their home knows, what main memory has, and the verdict. */
class AuditJudgeTest {
    private static final NodeId A = NodeId.of("a");
    private static final NodeId B = NodeId.of("b");
    private static final AuditedCopy NOTHING = new AuditedCopy(LineState.I, false, true, false, 0, 0, 0, 0);
    private static final AuditedCopy NO_LEASE = new AuditedCopy(LineState.I, true, false, true, 9, 90, 1, 1);
    private static final AuditedCopy ABSENT = new AuditedCopy(LineState.S, false, true, false, 0, 1, 1, 1);
    private static final AuditedCopy EXPIRED = new AuditedCopy(LineState.S, false, true, false, 5, 50, 1, 1);
    private static final Holders UNKNOWN = Holders.UNKNOWN;

    private static AuditedCopy clean(LineState state, long version) {
        return new AuditedCopy(state, false, true, true, version, version * 10, 1, 1);
    }

    private static AuditedCopy dirty(LineState state, long version) {
        return new AuditedCopy(state, true, true, true, version, version * 10, 1, 1);
    }

    private static AuditedCopy other(AuditedCopy copy) {
        return new AuditedCopy(
                copy.state(), copy.dirty(), true, true, copy.version(), ~copy.hash(), copy.grantEpoch(), 2);
    }

    static Stream<Arguments> copies() {
        AuditedCopy shared = clean(LineState.S, 5);
        AuditedCopy exclusive = clean(LineState.E, 5);
        AuditedCopy modified = dirty(LineState.M, 6);
        Holders none = new Holders.Sharers(Set.of());
        Holders both = new Holders.Sharers(Set.of(A, B));
        Holders ownerB = new Holders.Owner(B);
        return Stream.of(
                row("nobody has it", NOTHING, NOTHING, UNKNOWN, null),
                row("one owner", NOTHING, modified, UNKNOWN, null),
                row("two sharers", shared, shared, both, null),
                row("a sharer whose data isn't saved yet", shared, dirty(LineState.S, 5), both, null),
                row("two that may write", exclusive, modified, UNKNOWN, AuditAnomaly.TWO_OWNERS),
                row("two exclusive copies", exclusive, exclusive, UNKNOWN, AuditAnomaly.TWO_OWNERS),
                row("a reader beside a writer", shared, modified, UNKNOWN, AuditAnomaly.COPY_BESIDE_OWNER),
                row("a reader beside an exclusive copy", shared, exclusive, UNKNOWN, AuditAnomaly.COPY_BESIDE_OWNER),
                row("retained data beside the next owner", dirty(LineState.I, 5), modified, ownerB, null),
                row("newer data without permission", dirty(LineState.I, 9), shared, both, null),
                row("no lease, data retained", NO_LEASE, modified, UNKNOWN, null),
                row("sharers of two versions", shared, clean(LineState.S, 4), both, AuditAnomaly.COPIES_DIFFER),
                row("forgotten by main memory, and expired", ABSENT, EXPIRED, both, null),
                row("absent beside a value", ABSENT, shared, both, AuditAnomaly.COPIES_DIFFER),
                row("a tombstone beside a value", tombstone(), shared, both, AuditAnomaly.COPIES_DIFFER),
                row("forgotten by main memory, and deleted", ABSENT, tombstone(), both, null),
                row("one version, two values", shared, other(shared), both, AuditAnomaly.ONE_VERSION_TWO_VALUES),
                row(
                        "one version, retained and owned",
                        dirty(LineState.I, 6),
                        other(modified),
                        ownerB,
                        AuditAnomaly.ONE_VERSION_TWO_VALUES),
                row("the owner that is known", NOTHING, exclusive, ownerB, null),
                row("a known owner that shares now", NOTHING, shared, ownerB, null),
                row("another owner", exclusive, NOTHING, ownerB, AuditAnomaly.HOLDER_UNKNOWN_TO_HOME),
                row("a sharer of a line that is owned", shared, NOTHING, ownerB, AuditAnomaly.HOLDER_UNKNOWN_TO_HOME),
                row("a sharer more", shared, NOTHING, none, AuditAnomaly.HOLDER_UNKNOWN_TO_HOME),
                row("a sharer that owns", NOTHING, modified, both, AuditAnomaly.HOLDER_UNKNOWN_TO_HOME),
                row("sharers that have left without a word", NOTHING, NOTHING, both, null));
    }

    private static AuditedCopy tombstone() {
        return new AuditedCopy(LineState.S, false, true, false, 7, 70, 1, 1);
    }

    private static Arguments row(String name, AuditedCopy a, AuditedCopy b, Holders known, AuditAnomaly anomaly) {
        return Arguments.of(name, a, b, known, anomaly);
    }

    @ParameterizedTest(name = "{0}: {4}")
    @MethodSource("copies")
    void copiesAreComparedWithEachOtherAndWithWhatTheHomeKnows(
            String name, AuditedCopy a, AuditedCopy b, Holders known, AuditAnomaly anomaly) {
        SortedMap<NodeId, AuditedCopy> copies = new TreeMap<>();
        copies.put(A, a);
        copies.put(B, b);
        assertEquals(Optional.ofNullable(anomaly), AuditJudge.judge(copies, known, false), name);
    }

    static Stream<Arguments> memories() {
        AuditedCopy five = clean(LineState.S, 5);
        return Stream.of(
                Arguments.of("the same", five, five, null),
                Arguments.of(
                        "main memory is behind a sharer", five, clean(LineState.S, 4), AuditAnomaly.MEMORY_DIFFERS),
                Arguments.of("a sharer is behind", five, clean(LineState.S, 6), AuditAnomaly.MEMORY_DIFFERS),
                Arguments.of("an owner that has written since", clean(LineState.E, 5), clean(LineState.S, 6), null),
                Arguments.of(
                        "main memory is behind an owner",
                        clean(LineState.E, 5),
                        clean(LineState.S, 4),
                        AuditAnomaly.MEMORY_DIFFERS),
                Arguments.of("another value", five, other(five), AuditAnomaly.ONE_VERSION_TWO_VALUES),
                Arguments.of("main memory has forgotten the key", five, ABSENT, null),
                Arguments.of("absent in both", ABSENT, EXPIRED, null),
                Arguments.of("absent here, but not there", ABSENT, five, AuditAnomaly.MEMORY_DIFFERS),
                Arguments.of("nobody reads", NOTHING, five, null));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource("memories")
    void cleanCopiesAreComparedWithMainMemory(String name, AuditedCopy copy, AuditedCopy stored, AuditAnomaly anomaly) {
        assertEquals(Optional.ofNullable(anomaly), AuditJudge.judge(List.of(copy, NOTHING), stored, false), name);
    }

    @Test
    void mainMemoryIsReadOnlyWhereItMustHaveWhatIsReadable() {
        AuditedCopy shared = clean(LineState.S, 5);
        assertEquals(true, AuditJudge.mustBeInMemory(List.of(shared, NOTHING)));
        assertEquals(false, AuditJudge.mustBeInMemory(List.of(NOTHING, NOTHING)));
        assertEquals(false, AuditJudge.mustBeInMemory(List.of(shared, dirty(LineState.I, 6))));
        assertEquals(false, AuditJudge.mustBeInMemory(List.of(dirty(LineState.M, 6))));
    }

    @Test
    void whatMayBeSweptOutOfMainMemoryIsNoContradiction() {
        AuditedCopy shared = clean(LineState.S, 5);
        SortedMap<NodeId, AuditedCopy> copies = new TreeMap<>();
        copies.put(A, shared);
        copies.put(B, ABSENT);
        assertEquals(Optional.empty(), AuditJudge.judge(copies, UNKNOWN, true));
        assertEquals(Optional.empty(), AuditJudge.judge(copies.values(), clean(LineState.S, 4), true));
        Optional<AuditAnomaly> outdated = AuditJudge.judge(List.of(shared), clean(LineState.S, 6), true);
        assertEquals(Optional.of(AuditAnomaly.MEMORY_DIFFERS), outdated);
        copies.put(B, clean(LineState.S, 4));
        assertEquals(Optional.of(AuditAnomaly.COPIES_DIFFER), AuditJudge.judge(copies, UNKNOWN, true));
    }

    @Test
    void theHashTellsBytesDeletionAndExpiryApart() {
        long hash = CopyReader.hash(value("x", false, 0));
        assertEquals(hash, CopyReader.hash(value("x", false, 0)));
        assertNotEquals(hash, CopyReader.hash(value("y", false, 0)));
        assertNotEquals(hash, CopyReader.hash(value("x", true, 0)));
        assertNotEquals(hash, CopyReader.hash(value("x", false, 1)));
    }

    private static MemoryValue value(String text, boolean deleted, long expires) {
        return new MemoryValue(1, deleted, Bytes.utf8(text), expires, List.of());
    }
}

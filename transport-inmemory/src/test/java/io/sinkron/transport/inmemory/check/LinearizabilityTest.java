package io.sinkron.transport.inmemory.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.transport.inmemory.check.VersionedRegister.Delete;
import io.sinkron.transport.inmemory.check.VersionedRegister.Deleted;
import io.sinkron.transport.inmemory.check.VersionedRegister.Found;
import io.sinkron.transport.inmemory.check.VersionedRegister.Get;
import io.sinkron.transport.inmemory.check.VersionedRegister.Input;
import io.sinkron.transport.inmemory.check.VersionedRegister.Mismatch;
import io.sinkron.transport.inmemory.check.VersionedRegister.Missing;
import io.sinkron.transport.inmemory.check.VersionedRegister.Output;
import io.sinkron.transport.inmemory.check.VersionedRegister.Put;
import io.sinkron.transport.inmemory.check.VersionedRegister.Written;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final Bytes A = Bytes.utf8("a");
    private static final Bytes B = Bytes.utf8("b");

    private final History<Input, Output> history = new History<>();
    private long time;

    @Test
    void anEmptyHistoryIsLinearizable() {
        assertLinearizable();
    }

    @Test
    void aReadMaySeeAWriteThatOverlapsIt() {
        int write = invoke(put(A));
        int read = invoke(get());
        ok(read, new Found(A, 7));
        ok(write, new Written(7));
        assertLinearizable();
    }

    @Test
    void aReadMayMissAWriteThatOverlapsIt() {
        int write = invoke(put(A));
        int read = invoke(get());
        ok(write, new Written(7));
        ok(read, new Missing(0));
        assertLinearizable();
    }

    @Test
    void aReadThatBeginsAfterAWriteEndedMustSeeIt() {
        ok(invoke(put(A)), new Written(7));
        ok(invoke(get()), new Missing(0));
        Verdict.Violation<?, ?, ?> violation = assertInstanceOf(Verdict.Violation.class, check());
        assertEquals(1, violation.longest().size());
        assertEquals(1, violation.stuck().size());
        assertTrue(violation.toString().contains("Missing"), violation.toString());
    }

    @Test
    void twoReadersMustNotSeeTwoWritesInOppositeOrder() {
        int first = invoke(put(A));
        int second = invoke(put(B));
        ok(invoke(get()), new Found(A, 1));
        ok(invoke(get()), new Found(B, 2));
        ok(invoke(get()), new Found(A, 1));
        ok(first, new Written(1));
        ok(second, new Written(2));
        assertViolation();
    }

    @Test
    void anUnknownWriteMayTakeEffectLongAfterItsCallerGaveUp() {
        history.info(invoke(put(A)));
        ok(invoke(get()), new Missing(0));
        ok(invoke(put(B)), new Written(1));
        ok(invoke(get()), new Found(A, 5));
        assertLinearizable();
    }

    @Test
    void anUnknownWriteMayNeverTakeEffect() {
        history.info(invoke(put(A)));
        ok(invoke(get()), new Missing(0));
        assertLinearizable();
    }

    @Test
    void anUnknownWriteTakesEffectOnceOnly() {
        history.info(invoke(put(A)));
        ok(invoke(get()), new Found(A, 1));
        ok(invoke(put(B)), new Written(2));
        ok(invoke(get()), new Found(A, 3));
        assertViolation();
    }

    @Test
    void aFailedWriteMustNotBeSeen() {
        history.fail(invoke(put(A)));
        ok(invoke(get()), new Found(A, 1));
        assertViolation();
    }

    @Test
    void aCallThatNeverEndedCountsAsUnknown() {
        invoke(put(A));
        ok(invoke(get()), new Found(A, 1));
        assertLinearizable();
    }

    @Test
    void ofTwoComparesWithOneVersionOnlyOneMaySucceed() {
        ok(invoke(put(A)), new Written(1));
        int first = invoke(new Put(KEY, B, 1));
        int second = invoke(new Put(KEY, A, 1));
        ok(first, new Written(2));
        ok(second, new Written(3));
        assertViolation();
    }

    @Test
    void aMismatchNamesTheVersionOfItsInstant() {
        ok(invoke(put(A)), new Written(1));
        int write = invoke(put(B));
        int compare = invoke(new Put(KEY, A, 9));
        ok(compare, new Mismatch(1));
        ok(write, new Written(2));
        ok(invoke(new Put(KEY, A, 9)), new Mismatch(2));
        assertLinearizable();
        ok(invoke(new Put(KEY, A, 9)), new Mismatch(1));
        assertViolation();
    }

    @Test
    void versionsGrowOverADelete() {
        ok(invoke(put(A)), new Written(5));
        ok(invoke(new Delete(KEY, 5)), new Deleted(true));
        ok(invoke(get()), new Missing(6));
        ok(invoke(new Delete(KEY, -1)), new Deleted(false));
        ok(invoke(put(A)), new Written(8));
        assertLinearizable();
        ok(invoke(put(A)), new Written(7));
        assertViolation();
    }

    @Test
    void aSearchOutOfBudgetSaysThatNothingIsKnown() {
        for (int i = 0; i < 200; i++) {
            history.info(invoke(put(Bytes.utf8("v" + i))));
        }
        ok(invoke(get()), new Found(A, 1));
        var verdict = new Linearizability<>(new VersionedRegister(), 100).check(history.operations());
        assertInstanceOf(Verdict.Unknown.class, verdict);
    }

    @Test
    void aLongHistoryWithManyUnknownWritesIsDecidedWithinTheBudget() {
        long version = 0;
        for (int i = 0; i < 400; i++) {
            if (i % 10 == 0) {
                history.info(invoke(put(Bytes.utf8("lost" + i))));
            }
            int write = invoke(put(Bytes.utf8("v" + i)));
            int read = invoke(get());
            ok(write, new Written(++version));
            ok(read, new Found(Bytes.utf8("v" + i), version));
        }
        assertLinearizable();
        ok(invoke(get()), new Found(A, version));
        assertViolation();
    }

    @Test
    void aHistoryIsSplitByObjectInTheOrderOfFirstUse() {
        ok(invoke(new Put(B, A, -1)), new Written(1));
        ok(invoke(new Put(A, A, -1)), new Written(1));
        ok(invoke(new Get(B)), new Found(A, 1));
        var parts = history.partition(Input::key);
        assertEquals(List.of(B, A), List.copyOf(parts.keySet()));
        assertEquals(2, parts.get(B).size());
    }

    @Test
    void aCallEndsOnce() {
        int id = invoke(get());
        ok(id, new Missing(0));
        assertThrows(IllegalStateException.class, () -> history.info(id));
    }

    private static Input get() {
        return new Get(KEY);
    }

    private static Input put(Bytes value) {
        return new Put(KEY, value, VersionedRegister.ANY_VERSION);
    }

    private int invoke(Input input) {
        return history.invoke(input, time++);
    }

    private void ok(int id, Output output) {
        history.ok(id, output, time++);
    }

    private Verdict<VersionedRegister.State, Input, Output> check() {
        return new Linearizability<>(new VersionedRegister()).check(history.operations());
    }

    private void assertLinearizable() {
        var verdict = check();
        assertTrue(verdict.isLinearizable(), verdict::toString);
    }

    private void assertViolation() {
        assertInstanceOf(Verdict.Violation.class, check());
    }
}

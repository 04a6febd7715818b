package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.node.AnswerTable.Seen;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerTableTest {
    private static final Answer ANSWER = new Refusal.Unavailable("for the test", 1);

    private final AnswerTable table = new AnswerTable();

    private static CommandId id(long incarnation, long sequence) {
        return new CommandId(NodeId.of("n1"), incarnation, sequence);
    }

    @Test
    void aRepeatedCommandIsNotNewAndKeepsItsAnswer() {
        assertEquals(Seen.NEW, table.begin(id(1, 1), 1));
        table.answered(id(1, 1), ANSWER);
        assertEquals(Seen.BEFORE, table.begin(id(1, 1), 1));
        assertEquals(Optional.of(ANSWER), table.answer(id(1, 1)));
    }

    @Test
    void commandsMayArriveInAnyOrder() {
        assertEquals(Seen.NEW, table.begin(id(1, 3), 1));
        assertEquals(Seen.NEW, table.begin(id(1, 1), 1));
        assertEquals(Seen.NEW, table.begin(id(1, 2), 1));
        assertEquals(Seen.BEFORE, table.begin(id(1, 3), 1));
    }

    @Test
    void whatItsOriginHasBeenAnsweredIsForgottenAndNeverAppliedAgain() {
        table.begin(id(1, 1), 1);
        table.answered(id(1, 1), ANSWER);
        table.begin(id(1, 2), 2);
        assertEquals(Optional.empty(), table.answer(id(1, 1)));
        assertEquals(Seen.BEFORE, table.begin(id(1, 1), 1));
    }

    @Test
    void aCommandThatItsOriginGaveUpIsNeverAppliedLate() {
        table.begin(id(1, 9), 9);
        assertEquals(Seen.BEFORE, table.begin(id(1, 4), 4));
    }

    @Test
    void anOlderIncarnationIsRefusedAndANewerOneStartsAfresh() {
        table.begin(id(1, 7), 1);
        assertEquals(Seen.NEW, table.begin(id(2, 1), 1));
        assertEquals(Seen.BEFORE, table.begin(id(1, 8), 1));
        assertEquals(2, table.incarnation(NodeId.of("n1")));
    }

    @Test
    void aForbiddenCommandIsNeverApplied() {
        assertTrue(table.forbid(id(1, 5), ANSWER));
        assertEquals(Seen.BEFORE, table.begin(id(1, 5), 1));
        assertFalse(table.forbid(id(1, 5), ANSWER));
    }

    @Test
    void theAnswerOfALongWaitIsKeptThoughTheLowEndHasPassedIt() {
        table.begin(id(1, 1), 1);
        table.begin(id(1, 2), 2);
        table.answered(id(1, 1), ANSWER);
        assertEquals(Optional.of(ANSWER), table.answer(id(1, 1)));
    }

    @Test
    void lateAnswersAreBounded() {
        int many = AnswerTable.MAX_LATE_ANSWERS + 10;
        for (int i = 1; i <= many; i++) {
            table.begin(id(1, i), 1);
        }
        table.begin(id(1, many + 1), many + 1);
        for (int i = 1; i <= many; i++) {
            table.answered(id(1, i), ANSWER);
        }
        assertEquals(Optional.empty(), table.answer(id(1, 10)));
        assertEquals(Optional.of(ANSWER), table.answer(id(1, 11)));
    }

    @Test
    void aRestoredTableKnowsTheSame() {
        table.begin(id(3, 1), 1);
        table.begin(id(3, 2), 2);
        table.answered(id(3, 1), ANSWER);
        table.answered(id(3, 2), ANSWER);
        table.begin(id(3, 4), 2);
        AnswerTable restored = AnswerTable.restore(table.snapshot());
        assertEquals(table.snapshot(), restored.snapshot());
        assertEquals(Seen.BEFORE, restored.begin(id(3, 4), 2));
        assertEquals(Seen.NEW, restored.begin(id(3, 3), 2));
        assertEquals(Optional.of(ANSWER), restored.answer(id(3, 1)));
    }
}

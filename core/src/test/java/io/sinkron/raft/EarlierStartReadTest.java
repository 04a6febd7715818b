package io.sinkron.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.raft.RaftMessage.ReadRequest;
import io.sinkron.raft.RaftMessage.ReadResponse;
import org.junit.jupiter.api.Test;

/** Each start of a node counts its questions from the beginning, so a question is named by the start as well (etcd 20418: contexts that were used twice). */
class EarlierStartReadTest {
    @Test
    void an_answer_to_an_earlier_start_of_a_node_does_not_answer_its_read_of_the_same_number() {
        RaftScenario s = RaftScenario.of(3).elect(1).stabilise();
        s.read(2);
        s.runUntilUnderWay(1, 2, ReadResponse.class);
        ReadResponse late = s.take(1, 2, ReadResponse.class);
        s.crash(2).dropAll().restart(2);
        s.propose(1, "news");
        s.run(200).stabilise().expectCommit(2, 2);
        long read = s.read(2);
        ReadRequest question = s.take(2, 1, ReadRequest.class);
        assertEquals(late.id(), question.id());
        s.receive(2, 1, late).receive(1, 2, question).run(200);
        assertEquals(2, s.node(2).reads.get(read));
    }
}

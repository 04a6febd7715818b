package io.sinkron.lock;

import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;

/**
 * One command being applied: the values every step of it needs.
 *
 * @param index its log index, and so the fencing token of each grant that it makes
 * @param stampMillis the cluster time that the leader gave it
 * @param sink where its effects go
 */
record Turn(long index, long stampMillis, LockSink sink) {
    void answer(CommandId id, Answer answer) {
        sink.answer(id, answer);
    }

    void changed(String lock, LockOwner owner, String what) {
        sink.changed(lock, owner, what);
    }
}

package io.sinkron.node;

import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.lock.LockOwner;

/** Takes what applying a command brings about at this node. */
interface StateSink {
    /** For entries that are applied once more, for a snapshot: whom they concerned has been told. */
    StateSink NOBODY = new StateSink() {
        @Override
        public void answered(CommandId id, Answer answer) {}

        @Override
        public void waiting(CommandId id) {}

        @Override
        public void viewChanged(View current, View active) {}

        @Override
        public void sessionOpened(String session, long ttlMillis) {}

        @Override
        public void sessionEnded(String session) {}

        @Override
        public void lockChanged(String lock, LockOwner owner, String what) {}
    };

    /** A command has its answer, its own or a later one's doing. */
    void answered(CommandId id, Answer answer);

    /** A command was applied and waits. */
    void waiting(CommandId id);

    /** The view was prepared, or became active. */
    void viewChanged(View current, View active);

    /** A session was opened. */
    void sessionOpened(String session, long ttlMillis);

    /** A session is over. */
    void sessionEnded(String session);

    /** A lock was touched. */
    void lockChanged(String lock, LockOwner owner, String what);
}

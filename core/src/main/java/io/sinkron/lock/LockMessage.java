package io.sinkron.lock;

import io.sinkron.common.Message;

/** What nodes say to the leader about sessions; keepalives are not replicated. Immutable. */
public sealed interface LockMessage extends Message {
    /** A keepalive that comes late ends a session, so none waits behind the daily work. */
    @Override
    default Lane lane() {
        return Lane.CONTROL;
    }

    /**
     * Asks the leader to extend a session.
     *
     * @param request names the question at the node that asks
     */
    record KeepAlive(long request, String session) implements LockMessage {}

    /**
     * The leader's word on a {@link KeepAlive}.
     *
     * @param ttlMillis the session's time to live, counted from when the question was asked; 0 if there is no such session
     */
    record KeepAliveAnswer(long request, String session, long ttlMillis) implements LockMessage {}

    /** The node asked can't say: it isn't a leader that is sure of itself. The asker tries again elsewhere. */
    record KeepAliveRefused(long request) implements LockMessage {}
}

package io.sinkron.node;

import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.CommandId;
import io.sinkron.lock.LockOwner;
import java.util.ArrayList;
import java.util.List;

/** Writes down what applying has said, in order. */
final class Heard implements StateSink {
    final List<String> said = new ArrayList<>();

    @Override
    public void answered(CommandId id, Answer answer) {
        said.add("answered " + id + " " + answer);
    }

    @Override
    public void waiting(CommandId id) {
        said.add("waiting " + id);
    }

    @Override
    public void viewChanged(View current, View active) {
        said.add("view " + current + " " + active);
    }

    @Override
    public void sessionOpened(String session, long ttlMillis) {
        said.add("opened " + session + " " + ttlMillis);
    }

    @Override
    public void sessionEnded(String session) {
        said.add("ended " + session);
    }

    @Override
    public void lockChanged(String lock, LockOwner owner, String what) {
        said.add(lock + " " + owner + " " + what);
    }
}

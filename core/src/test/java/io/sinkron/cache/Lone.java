package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster of one node with options of its own, and a main memory that answers at once unless it is told not to. */
final class Lone {
    private static final NodeId ID = NodeId.of("n1");

    final LineTable lines;
    final CacheNode node;
    final MemoryTable memory = new MemoryTable();
    final Map<Long, Answer> answers = new HashMap<>();
    final ArrayDeque<CacheEffect.Memory> asked = new ArrayDeque<>();
    boolean isMemoryThere = true;
    long now = -5;
    long timeout = 3_000_000_000L;
    private long nextCall = 1;

    Lone(CacheOptions options) {
        lines = new LineTable(options);
        node = new CacheNode(options, ID, 1, lines, () -> 0L);
        lines.leaseUntil(Long.MAX_VALUE / 4);
        View view = new View(1, List.of(new Member(ID, 1, 1, "", "")));
        node.viewPrepared(view, now);
        node.viewActive(view, Replica.FixedPlacement.of(view, ID), now);
        node.lease(true, now);
        turn();
    }

    void turn() {
        List<CacheEffect> effects = node.effects();
        while (!effects.isEmpty() || isMemoryThere && !asked.isEmpty()) {
            for (CacheEffect effect : effects) {
                if (effect instanceof CacheEffect.Complete complete) {
                    answers.put(complete.call(), complete.answer());
                } else if (effect instanceof CacheEffect.Memory operation) {
                    asked.add(operation);
                }
            }
            if (isMemoryThere && !asked.isEmpty()) {
                CacheEffect.Memory operation = asked.poll();
                MemoryAnswer answer = memory.apply(operation.op());
                node.memory(operation.operation(), answer, now);
            }
            effects = node.effects();
        }
    }

    long call(CacheRequest request) {
        long call = nextCall++;
        node.call(call, request, now + timeout, now);
        turn();
        return call;
    }

    long get(String key) {
        return call(new CacheRequest.Get(Bytes.utf8(key)));
    }

    long put(String key, String value, Durability durability) {
        return call(new CacheRequest.Put(Bytes.utf8(key), Bytes.utf8(value), -1, 0, durability, Optional.empty()));
    }

    void tick(long nanos) {
        now += nanos;
        node.tick(now);
        turn();
    }

    Answer answer(long call) {
        return answers.get(call);
    }
}

package io.sinkron.cache;

import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryOp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the machines of one node put what they want done. Messages to the node itself stay inside; they are delivered before the turn ends, in order.
 * Remembers what each outstanding memory operation is for.
 */
final class Outbox {
    private final NodeId self;
    private final ArrayDeque<CacheMessage> toSelf = new ArrayDeque<>();
    private final Map<Long, MemoryUse> operations = new HashMap<>();
    private List<CacheEffect> effects = new ArrayList<>();
    private long nextOperation = 1;

    Outbox(NodeId self) {
        this.self = self;
    }

    void send(NodeId to, CacheMessage message) {
        if (to.equals(self)) {
            toSelf.add(message);
        } else {
            effects.add(new CacheEffect.Send(to, message));
        }
    }

    void memory(MemoryOp op, MemoryUse use) {
        long operation = nextOperation++;
        operations.put(operation, use);
        effects.add(new CacheEffect.Memory(operation, op));
    }

    void complete(long call, Answer answer) {
        effects.add(new CacheEffect.Complete(call, answer));
    }

    void installed(long epoch) {
        effects.add(new CacheEffect.Installed(epoch));
    }

    void changed(Bytes key, long version, ChangeKind kind) {
        effects.add(new CacheEffect.Changed(key, version, kind));
    }

    void invalidated(Bytes key) {
        effects.add(new CacheEffect.Invalidated(key));
    }

    void found(CacheEffect.AuditFinding finding) {
        effects.add(finding);
    }

    /** What the operation was for; it is over. Null if it isn't outstanding. */
    MemoryUse finished(long operation) {
        return operations.remove(operation);
    }

    /** The next message of this node to itself, null if there is none. */
    CacheMessage nextToSelf() {
        return toSelf.poll();
    }

    /** All effects since the last call. */
    List<CacheEffect> drain() {
        if (effects.isEmpty()) {
            return List.of();
        }
        List<CacheEffect> drained = effects;
        effects = new ArrayList<>();
        return drained;
    }
}

package io.sinkron.node;

import io.sinkron.cache.CacheRequest;
import io.sinkron.common.Answer;
import io.sinkron.common.CommandBody;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.queue.QueueRequest;
import io.sinkron.raft.MembershipChange;
import io.sinkron.raft.RaftEffects.Write;
import io.sinkron.raft.Role;
import io.sinkron.spi.HardState;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.StoredSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Nodes on a network without delay and on disks without latency, with a clock that a test turns. Work for the snapshot thread stays undone until the test does
 * it. Not thread-safe.
 */
final class NodeGroup {
    private static final long STEP_NANOS = 5_000_000;
    private static final int MAX_TURNS = 100_000;

    private final Map<NodeId, Node> nodes = new LinkedHashMap<>();
    private final Map<NodeId, Deque<SnapshotTask>> tasks = new HashMap<>();
    private final Map<NodeId, List<StoredSnapshot>> saved = new HashMap<>();
    private final Set<NodeId> cut = new LinkedHashSet<>();
    private final Deque<Runnable> inputs = new ArrayDeque<>();
    private final Map<Long, Answer> answers = new HashMap<>();
    private final Map<NodeId, Map<NodeId, String>> peers = new HashMap<>();
    private final Map<NodeId, List<NodeEvent>> events = new HashMap<>();
    private Predicate<Message> lost = message -> false;
    private long now = -1_000_000_000_000L;
    private long nextCall = 1;

    NodeGroup(int size, UnaryOperator<NodeOptions> options) {
        List<NodeId> ids = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            ids.add(NodeId.of("n" + i));
        }
        LogStore.Recovered blank = new LogStore.Recovered(1, HardState.INITIAL, Optional.empty(), List.of());
        for (NodeId id : ids) {
            start(options.apply(NodeOptions.of(id, ids)), blank);
        }
    }

    private void start(NodeOptions options, LogStore.Recovered recovered) {
        NodeId id = options.self();
        tasks.put(id, new ArrayDeque<>());
        saved.put(id, new ArrayList<>());
        events.put(id, new ArrayList<>());
        nodes.put(id, new Node(options, recovered, new Random(id.hashCode()), now, 1_000_000));
    }

    /** Starts a node that joins those that there are. */
    void join(NodeId id) {
        NodeOptions of = NodeOptions.of(id, List.of(id));
        NodeOptions options = new NodeOptions(
                id,
                new TreeMap<>(),
                new TreeSet<>(nodes.keySet()),
                of.weight(),
                of.address(),
                of.http(),
                of.externalQueues(),
                of.externalMemory(),
                of.ringSeed(),
                of.limits(),
                of.raft(),
                of.lease(),
                of.locks(),
                of.queues(),
                of.cache());
        start(options, new LogStore.Recovered(7, HardState.INITIAL, Optional.empty(), List.of()));
    }

    Node node(NodeId id) {
        return nodes.get(id);
    }

    long now() {
        return now;
    }

    /** The node that leads among those that are connected; runs until there is one and its lease is valid. */
    NodeId leader() {
        for (int i = 0; i < 20_000; i++) {
            for (Map.Entry<NodeId, Node> entry : nodes.entrySet()) {
                NodeStatus status = entry.getValue().status();
                if (status.role() == Role.LEADER && !cut.contains(entry.getKey()) && status.isLeaseValid(now)) {
                    return entry.getKey();
                }
            }
            advance(STEP_NANOS);
        }
        throw new IllegalStateException("nobody leads");
    }

    void cut(NodeId id) {
        cut.add(id);
    }

    void heal(NodeId id) {
        cut.remove(id);
    }

    /** Makes a call, with a second for it; {@link #answer} has what came of it. */
    long call(NodeId at, CommandBody command) {
        return call(at, command, 1_000_000_000L);
    }

    /** Makes a call that must have ended after this time. */
    long call(NodeId at, CommandBody command, long nanos) {
        return call(at, new Call.Replicate(nextCall++, now + nanos, command, 0));
    }

    /** Asks for a change of the members. */
    long reconfigure(NodeId at, MembershipChange change, long nanos) {
        return call(at, new Call.Reconfigure(nextCall++, now + nanos, change));
    }

    /** Asks for another leader. */
    long transfer(NodeId at, Optional<NodeId> to, long nanos) {
        return call(at, new Call.TransferLeadership(nextCall++, now + nanos, to));
    }

    /** From now on such messages are lost. */
    void lose(Predicate<Message> which) {
        lost = which;
    }

    /** Whom a node has told its transport to talk to. */
    Set<NodeId> peers(NodeId id) {
        return peers.getOrDefault(id, Map.of()).keySet();
    }

    /** What a node has published. */
    List<NodeEvent> events(NodeId id) {
        return events.get(id);
    }

    /** Asks for the names of all queues. */
    long listQueues(NodeId at) {
        return call(at, new Call.ListQueues(nextCall++, now + 1_000_000_000L));
    }

    /** Asks something of a queue; the call must have ended after this time. */
    long queue(NodeId at, String queue, QueueRequest request, long nanos) {
        return call(at, new Call.Queue(nextCall++, now + nanos, queue, request));
    }

    /** Asks something of a line; the call must have ended after this time. */
    long cache(NodeId at, CacheRequest request, long nanos) {
        return call(at, new Call.Cache(nextCall++, now + nanos, request));
    }

    /** Asks for a session's extension; the call must have ended after this time. */
    long keepAlive(NodeId at, String session, long nanos) {
        return call(at, new Call.KeepAlive(nextCall++, now + nanos, session));
    }

    private long call(NodeId at, Call call) {
        nodes.get(at).call(call, now);
        settle();
        return call.id();
    }

    Optional<Answer> answer(long call) {
        return Optional.ofNullable(answers.get(call));
    }

    void advance(long nanos) {
        for (long left = nanos; left > 0; left -= STEP_NANOS) {
            now += Math.min(left, STEP_NANOS);
            settle();
        }
    }

    /** Turns of all nodes until nothing moves at this time. */
    private void settle() {
        boolean isMoving = true;
        for (int turns = 0; isMoving; turns++) {
            if (turns > MAX_TURNS) {
                throw new IllegalStateException("the nodes never come to rest");
            }
            isMoving = false;
            for (Map.Entry<NodeId, Node> entry : nodes.entrySet()) {
                Node node = entry.getValue();
                if (node.deadline() - now <= 0) {
                    node.tick(now);
                }
                List<NodeEffect> effects = node.effects();
                isMoving |= !effects.isEmpty() || node.deadline() - now <= 0;
                effects.forEach(effect -> perform(entry.getKey(), effect));
            }
            for (Runnable input = inputs.poll(); input != null; input = inputs.poll()) {
                input.run();
                isMoving = true;
            }
        }
    }

    private void perform(NodeId at, NodeEffect effect) {
        if (effect instanceof NodeEffect.Send send) {
            inputs.add(() -> deliver(at, send.to(), send.message()));
        } else if (effect instanceof NodeEffect.Persist persist) {
            Write write = persist.write();
            write.snapshot().ifPresent(snapshot -> saved.get(at).add(snapshot.snapshot()));
            inputs.add(() -> nodes.get(at).persisted(write.sequence(), now));
        } else if (effect instanceof NodeEffect.Complete complete) {
            answers.put(complete.call(), complete.answer());
        } else if (effect instanceof NodeEffect.Peers told) {
            peers.put(at, told.addresses());
        } else if (effect instanceof NodeEffect.Publish publish) {
            events.get(at).add(publish.event());
        } else if (effect instanceof NodeEffect.Offload work) {
            tasks.get(at).add(work.task());
        }
    }

    /** Hands a message over, be it one that was sent or one that comes once more. */
    void deliver(NodeId from, NodeId to, Message message) {
        if (!cut.contains(from) && !cut.contains(to) && nodes.containsKey(to) && !lost.test(message)) {
            nodes.get(to).receive(from, nodes.get(from).status().incarnation(), message, now);
        }
    }

    /** What the snapshot thread of a node has to do, oldest first. */
    List<SnapshotTask> tasks(NodeId id) {
        return List.copyOf(tasks.get(id));
    }

    /** The snapshot thread of a node does the oldest task. */
    SnapshotResult work(NodeId id) {
        SnapshotResult result = tasks.get(id).remove().run();
        nodes.get(id).snapshotDone(result, now);
        settle();
        return result;
    }

    /** The snapshots that a node has given to its disk. */
    List<StoredSnapshot> saved(NodeId id) {
        return saved.get(id);
    }
}

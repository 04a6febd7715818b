package io.sinkron.queue;

import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Answer;
import io.sinkron.common.NodeId;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.QueueOp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Brokers, a network between them and one store, on a virtual clock. One seed decides everything. Messages may be lost, doubled and late, calls to the
 * store may fail before or after they are done, views arrive at each node at a time of its own.
 */
final class BrokerCluster {
    static final long MS = 1_000_000;

    /** How unfriendly the world is, each from 0 to 1. */
    record Faults(double loss, double duplication, double storeRefusal, double storeSilence, long maxDelayMillis) {
        static final Faults NONE = new Faults(0, 0, 0, 0, 1);
    }

    /** Sees every operation as the store does it. */
    interface StoreWitness {
        void done(String queue, QueueOp op, QueueAnswer answer);
    }

    /** One node; it may be dead. */
    final class Host {
        final NodeId id;
        long incarnation = 1;
        boolean isUp = true;
        View view = View.EMPTY;
        QueueBroker broker;
        final Map<Long, Answer> ended = new LinkedHashMap<>();
        private long wakeAt = Long.MAX_VALUE;

        Host(NodeId id) {
            this.id = id;
            start();
        }

        void start() {
            broker = new QueueBroker(options, id, incarnation, new SplittableRandom(random.nextLong()));
        }

        long call(String queue, QueueRequest request, long timeoutMillis) {
            long call = nextCall++;
            open.put(call, now + timeoutMillis * MS);
            broker.call(call, queue, request, now + timeoutMillis * MS, now);
            turn(this);
            return call;
        }

        void cancel(long call) {
            broker.cancel(call, now);
            turn(this);
        }

        void lease(boolean valid) {
            broker.lease(valid, now);
            turn(this);
        }

        void install(View newView) {
            view = newView;
            broker.viewActive(newView, Ring.of(newView, 0), now);
            turn(this);
        }
    }

    private record Event(long at, long serial, Runnable action) {}

    final SplittableRandom random;
    final QueueBrokerOptions options;
    QueueTables store = new QueueTables();
    final TreeMap<NodeId, Host> hosts = new TreeMap<>();
    final List<StoreWitness> witnesses = new ArrayList<>();
    final List<QueueEffect.Moved> moved = new ArrayList<>();

    /** How many calls to the store there were, for each queue, and for each queue and node. */
    final Map<String, Integer> storeCalls = new TreeMap<>();

    /** How many messages each node has sent. */
    final Map<NodeId, Integer> sent = new TreeMap<>();

    /** Calls without an answer, with their deadlines. */
    final Map<Long, Long> open = new LinkedHashMap<>();

    private final Map<Long, Host> callers = new LinkedHashMap<>();
    Faults faults = Faults.NONE;
    long now = -5_000 * MS;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.serial, b.serial));
    private long nextEvent;
    private long nextCall = 1;

    BrokerCluster(long seed, QueueBrokerOptions options, String... nodes) {
        this.random = new SplittableRandom(seed);
        this.options = options;
        for (String node : nodes) {
            hosts.put(NodeId.of(node), new Host(NodeId.of(node)));
        }
    }

    /** A cluster of these nodes in one view with valid leases. */
    static BrokerCluster healthy(String... nodes) {
        BrokerCluster cluster = new BrokerCluster(1, QueueBrokerOptions.DEFAULT, nodes);
        cluster.view(1, nodes).forEach(cluster::install);
        cluster.hosts.values().forEach(host -> host.lease(true));
        return cluster;
    }

    private Map<Host, View> view(long epoch, String... nodes) {
        Map<Host, View> installs = new LinkedHashMap<>();
        View view = viewOf(epoch, nodes);
        hosts.values().forEach(host -> installs.put(host, view));
        return installs;
    }

    View viewOf(long epoch, String... nodes) {
        List<Member> members = new ArrayList<>();
        for (String node : nodes) {
            members.add(new Member(NodeId.of(node), host(node).incarnation, 1, "", ""));
        }
        return new View(epoch, members);
    }

    void install(Host host, View view) {
        host.install(view);
    }

    /** All nodes that are up go to this view now. */
    void installEverywhere(View view) {
        hosts.values().stream().filter(host -> host.isUp).forEach(host -> host.install(view));
    }

    /** The others go to the next view without this node, now. */
    void leave(Host gone) {
        long epoch = 1
                + hosts.values().stream()
                        .mapToLong(host -> host.view.epoch())
                        .max()
                        .orElse(0);
        String[] rest = hosts.values().stream()
                .filter(host -> host != gone && host.isUp)
                .map(host -> host.id.value())
                .toArray(String[]::new);
        installEverywhere(viewOf(epoch, rest));
    }

    Host host(String node) {
        return hosts.get(NodeId.of(node));
    }

    /** The owner of a queue by a node's own view. */
    Host ownerOf(String queue) {
        View view = hosts.values().stream()
                .filter(host -> host.isUp)
                .map(host -> host.view)
                .max((a, b) -> Long.compare(a.epoch(), b.epoch()))
                .orElseThrow();
        return hosts.get(Ring.of(view, 0).owner(queue));
    }

    /** Some node that isn't the owner. */
    Host otherThanOwner(String queue) {
        Host owner = ownerOf(queue);
        return hosts.values().stream()
                .filter(host -> host != owner && host.isUp)
                .findFirst()
                .orElseThrow();
    }

    /** Every node hears that a session is over. */
    void consumerEnded(String consumer) {
        hosts.values().stream().filter(host -> host.isUp).forEach(host -> {
            host.broker.consumerEnded(consumer, now);
            turn(host);
        });
    }

    void crash(Host host) {
        host.isUp = false;
        host.ended.clear();
        open.keySet().removeIf(call -> callers.get(call) == host);
    }

    /** A new start of a dead node, that knows nothing. */
    void restart(Host host) {
        host.isUp = true;
        host.incarnation++;
        host.view = View.EMPTY;
        host.start();
    }

    Host callerOf(long call) {
        return callers.get(call);
    }

    long call(Host host, String queue, QueueRequest request, long timeoutMillis) {
        callers.put(nextCall, host);
        return host.call(queue, request, timeoutMillis);
    }

    /** Makes a call and lets time go until it has its answer. */
    Answer await(Host host, String queue, QueueRequest request) {
        long call = call(host, queue, request, 5_000);
        while (!host.ended.containsKey(call)) {
            runFor(1);
        }
        return host.ended.get(call);
    }

    void at(long delayMillis, Runnable action) {
        events.add(new Event(now + delayMillis * MS, nextEvent++, action));
    }

    /** Lets time go on, with everything that happens in it. */
    void runFor(long millis) {
        long end = now + millis * MS;
        while (!events.isEmpty() && events.peek().at - end <= 0) {
            Event event = events.poll();
            now = Math.max(now, event.at);
            event.action.run();
        }
        now = end;
        open.forEach((call, deadline) -> {
            if (deadline - now < 0) {
                throw new AssertionError("call " + call + " is open after its deadline");
            }
        });
    }

    private void turn(Host host) {
        boolean isMoving = true;
        while (isMoving) {
            List<QueueEffect> effects = host.broker.effects();
            effects.forEach(effect -> perform(host, effect));
            isMoving = !effects.isEmpty();
        }
        long wake = host.broker.deadline();
        if (host.isUp && (wake - host.wakeAt < 0 || host.wakeAt - now <= 0)) {
            host.wakeAt = Math.max(wake, now);
            QueueBroker broker = host.broker;
            events.add(new Event(host.wakeAt, nextEvent++, () -> wake(host, broker)));
        }
    }

    private void wake(Host host, QueueBroker broker) {
        if (host.isUp && host.broker == broker) {
            host.wakeAt = Long.MAX_VALUE;
            broker.tick(now);
            turn(host);
        }
    }

    private void perform(Host host, QueueEffect effect) {
        if (effect instanceof QueueEffect.Send send) {
            sent.merge(host.id, 1, Integer::sum);
            int copies = random.nextDouble() < faults.loss ? 0 : random.nextDouble() < faults.duplication ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                at(delay(), () -> deliver(host.id, send.to(), send.message()));
            }
        } else if (effect instanceof QueueEffect.Store call) {
            storeCalls.merge(call.queue(), 1, Integer::sum);
            storeCalls.merge(call.queue() + " by " + host.id, 1, Integer::sum);
            at(delay(), () -> executeAtStore(host, host.broker, call));
        } else if (effect instanceof QueueEffect.Complete done) {
            if (open.remove(done.call()) == null) {
                throw new AssertionError("call " + done.call() + " ended twice, now with " + done.answer());
            }
            host.ended.put(done.call(), done.answer());
        } else if (effect instanceof QueueEffect.Moved claim) {
            moved.add(claim);
        }
    }

    private long delay() {
        return random.nextLong(faults.maxDelayMillis) + (faults.maxDelayMillis > 1 ? 0 : 1);
    }

    private void deliver(NodeId from, NodeId to, QueueMessage message) {
        Host host = hosts.get(to);
        if (host.isUp) {
            host.broker.receive(from, message, now);
            turn(host);
        }
    }

    /** The store's clock, that no node's clock has to do with. */
    long storeMillis() {
        return 100_000 + now / MS;
    }

    private void executeAtStore(Host host, QueueBroker broker, QueueEffect.Store call) {
        double luck = random.nextDouble();
        boolean isDone = luck >= faults.storeRefusal && luck < 1 - faults.storeSilence / 2;
        List<QueueAnswer> answers = new ArrayList<>();
        if (isDone) {
            answers.addAll(store.execute(call.queue(), call.epoch(), call.operations(), storeMillis()));
            for (int i = 0; i < answers.size(); i++) {
                for (StoreWitness witness : witnesses) {
                    witness.done(call.queue(), call.operations().get(i), answers.get(i));
                }
            }
        }
        boolean isSilent = luck >= 1 - faults.storeSilence;
        boolean isRefused = luck < faults.storeRefusal;
        at(delay(), () -> {
            if (!host.isUp || host.broker != broker) {
                return;
            }
            if (isSilent || isRefused) {
                broker.failed(call.operation(), isSilent, "injected", now);
            } else {
                broker.stored(call.operation(), answers, now);
            }
            turn(host);
        });
    }
}

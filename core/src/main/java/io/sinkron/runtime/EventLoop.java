package io.sinkron.runtime;

import io.sinkron.cache.Flushed;
import io.sinkron.cache.LineTable;
import io.sinkron.common.Answer;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.node.Call;
import io.sinkron.node.Node;
import io.sinkron.node.NodeEffect;
import io.sinkron.node.NodeEvent;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.Role;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.Transport;
import io.sinkron.wire.MessageWire;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one {@link Node} on one thread: drains the mailbox, steps the machine, performs the effects, flushes the transport once, and sleeps until the next
 * input or timer. Storage has a thread of its own, and so has the making of snapshots; continuations of calls run elsewhere, so nobody's code can stop the loop. Thread-safe.
 *
 * <p>A failure of the log store or a broken invariant stops the node for good: open calls end as unknown, {@link #whenStopped} fails with the reason, and
 * nothing more is sent.
 */
public final class EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final int MAILBOX_CAPACITY = 262_144;
    private static final int TURN_INPUTS = 4_096;
    private static final long STOP_MILLIS = 5_000;
    private static final long REPORT_MILLIS = 1_000;
    private static final long HAND_OVER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Parts parts;
    private final Node node;
    private final Mailbox mailbox = new Mailbox(MAILBOX_CAPACITY);
    private final Events events = new Events();
    private final StoreCalls stores;
    private final StorageWriter storage;
    private final SnapshotWorker snapshots;
    private final Ticker ticker;
    private final Thread loopThread;
    private final Thread storageThread;
    private final Map<Long, CallFuture<?>> open = new HashMap<>();
    private final AtomicLong nextCall = new AtomicLong(1);
    private final AtomicBoolean isStopping = new AtomicBoolean();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile Throwable failure;

    private EventLoop(Parts parts, Node node) {
        this.parts = parts;
        this.node = node;
        String name = "sinkron-" + parts.options().self();
        this.stores = new StoreCalls(parts, mailbox);
        this.storage = new StorageWriter(
                parts.logStore(),
                sequence -> mailbox.put((n, now) -> n.persisted(sequence, now)),
                e -> fail("the log store failed: " + e.getMessage(), e));
        this.snapshots = new SnapshotWorker(
                name + "-snapshot",
                parts.logStore(),
                result -> mailbox.put((n, now) -> n.snapshotDone(result, now)),
                e -> fail("a snapshot could not be made or written: " + e, e));
        this.ticker = new Ticker(name + "-ticker", node.lines());
        this.loopThread = new LoopThread(this::run, name);
        this.storageThread = new Thread(storage, name + "-storage");
        storageThread.setDaemon(true);
    }

    /**
     * Recovers the log, opens the transport and starts the threads.
     *
     * @throws IOException if the log is damaged or in use, or the address can't be had; everything is closed again then
     */
    public static EventLoop start(Parts parts) throws IOException {
        try {
            LogStore.Recovered recovered = parts.logStore().recover();
            SplittableRandom random = new SplittableRandom(parts.seed());
            Node node = new Node(parts.options(), recovered, random, System.nanoTime(), System.currentTimeMillis());
            EventLoop loop = new EventLoop(parts, node);
            loop.begin(recovered.incarnation());
            return loop;
        } catch (IOException | RuntimeException e) {
            closeQuietly(parts);
            throw e;
        }
    }

    private void begin(long incarnation) throws IOException {
        mailbox.reader(loopThread);
        parts.transport()
                .start(new Transport.Context(
                        parts.cluster(), parts.options().self(), incarnation, new MessageWire(), this::received));
        storageThread.start();
        snapshots.start();
        ticker.start();
        loopThread.start();
    }

    private void received(NodeId from, long incarnation, Message message) {
        mailbox.offer((n, now) -> n.receive(from, incarnation, message, now));
    }

    /**
     * Makes a call.
     *
     * @param request makes the call from its id and the present time
     * @param result turns the answer into the value, or throws what the future fails with
     * @param giveBack takes a value that nobody wants any more, because the future was cancelled meanwhile
     */
    public <T> CompletableFuture<T> call(Request request, Function<Answer, T> result, Consumer<T> giveBack) {
        CallFuture<T> future = new CallFuture<>(this::cancel, nextCall.getAndIncrement(), result, giveBack);
        boolean isTaken = !isStopping.get() && mailbox.offer(new NewCall(future, request));
        if (!isTaken) {
            Refusal refusal = isStopping.get()
                    ? new Refusal.Unavailable("the node has stopped", 1_000)
                    : new Refusal.Overloaded("mailbox", MAILBOX_CAPACITY);
            future.end(refusal);
        } else if (stopped.isDone()) {
            future.end(new Refusal.Unavailable("the node has stopped", 1_000));
        }
        return future;
    }

    /** Makes a call from its id and the time at which the loop takes it. */
    @FunctionalInterface
    public interface Request {
        /** The call. */
        Call toCall(long id, long now);
    }

    /** Ends a call that {@link #call} made, whether or not it is done: what it has given, and nobody uses, goes back where that can be. */
    public void abandon(CompletionStage<?> call) {
        if (call instanceof CallFuture<?> future && !future.cancel(true)) {
            cancel(future.id());
        }
    }

    private void cancel(long call) {
        mailbox.put((n, now) -> n.cancel(call, now));
    }

    /** What the node knows, as of its last turn. */
    public NodeStatus status() {
        return node.status();
    }

    /** The node's cache lines. */
    public LineTable lines() {
        return node.lines();
    }

    /** Whether the external stores, if any, answered the last time they were called. */
    public boolean areStoresAnswering() {
        return stores.isAnswering();
    }

    /** Done when the node serves for the first time. */
    public CompletableFuture<Void> whenReady() {
        return ready;
    }

    /** Done when the node has stopped; fails with the reason if it had to. */
    public CompletableFuture<Void> whenStopped() {
        return stopped;
    }

    /** Lets a listener hear this node's events. */
    public EventSubscription subscribe(Consumer<NodeEvent> listener) {
        EventSubscription subscription =
                events.subscribe("sinkron-" + parts.options().self(), listener);
        mailbox.put((n, now) -> n.publishLocks(true));
        return subscription;
    }

    private void run() {
        try {
            while (!isStopping.get()) {
                turn();
            }
        } catch (RuntimeException | Error e) {
            fail("the node broke: " + e.getMessage(), e);
        } finally {
            finish();
        }
    }

    private void turn() {
        long now = System.nanoTime();
        mailbox.await(node.deadline() - now);
        now = System.nanoTime();
        for (int i = 0; i < TURN_INPUTS; i++) {
            Input input = mailbox.poll();
            if (input == null) {
                break;
            }
            input.enter(node, now);
        }
        now = System.nanoTime();
        if (node.deadline() - now <= 0) {
            node.tick(now);
        }
        List<NodeEffect> effects = node.effects();
        for (NodeEffect effect : effects) {
            perform(effect);
        }
        if (!effects.isEmpty()) {
            parts.transport().flush();
        }
        if (!ready.isDone() && node.status().isLeaseValid(now)) {
            parts.callbacks().execute(() -> ready.complete(null));
        }
    }

    private void perform(NodeEffect effect) {
        if (effect instanceof NodeEffect.Send send) {
            parts.transport().send(send.to(), send.message());
        } else if (effect instanceof NodeEffect.Peers peers) {
            parts.transport().peers(peers.addresses());
        } else if (effect instanceof NodeEffect.Complete done) {
            CallFuture<?> future = open.remove(done.call());
            if (future != null) {
                parts.callbacks().execute(() -> future.end(done.answer()));
            }
        } else if (effect instanceof NodeEffect.Persist persist) {
            storage.submit(persist.write());
        } else if (effect instanceof NodeEffect.Offload work) {
            snapshots.submit(work.task());
        } else if (effect instanceof NodeEffect.Publish publish) {
            if (publish.event() instanceof NodeEvent.LineIncoherent incoherent) {
                LOG.error("a cache line is incoherent, which is a defect: {}", incoherent.finding());
            }
            events.publish(publish.event());
        } else {
            stores.perform(effect);
        }
    }

    /**
     * Writes dirty lines back, within the given time, hands the leadership over if this node has it, and stops. Idempotent; blocks until done.
     *
     * @return what main memory hasn't got; empty if that isn't known, because the node had stopped before, or didn't answer in time
     */
    public Optional<Flushed> shutdown(Duration patience) {
        Optional<Flushed> report = Optional.empty();
        if (!isStopping.get()) {
            report = writeBack(patience);
            handOver();
        }
        halt();
        return report;
    }

    private Optional<Flushed> writeBack(Duration patience) {
        CallFuture<Optional<Flushed>> future = new CallFuture<>(
                this::cancel,
                nextCall.getAndIncrement(),
                answer -> answer instanceof Flushed flushed ? Optional.of(flushed) : Optional.empty(),
                ignored -> {});
        mailbox.put((n, now) -> {
            open.put(future.id(), future);
            n.shutdown(future.id(), now + patience.toNanos(), now);
        });
        try {
            return future.get(patience.toMillis() + REPORT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("the node's loop didn't say within {} which cache lines were written back", patience);
        } catch (ExecutionException e) {
            LOG.warn("writing dirty cache lines back failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    /** A leader that stops without a word is missed for an election timeout. */
    private void handOver() {
        NodeStatus status = node.status();
        if (status.role() != Role.LEADER || status.group().votingNodes().size() < 2 || stopped.isDone()) {
            return;
        }
        try {
            call(
                            (id, now) -> new Call.TransferLeadership(id, now + HAND_OVER_NANOS, Optional.empty()),
                            Function.identity(),
                            ignored -> {})
                    .get(HAND_OVER_NANOS, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.info("no other node took the leadership over: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops at once, as a crash would but for files and sockets, which are closed. Idempotent; blocks until done. */
    public void halt() {
        isStopping.set(true);
        mailbox.wake();
        if (Thread.currentThread() == loopThread) {
            return;
        }
        try {
            loopThread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(String what, Throwable cause) {
        if (failure == null) {
            failure = new IOException("node " + parts.options().self() + " stops: " + what, cause);
            LOG.error("node {} stops: {}", parts.options().self(), what, cause);
        }
        isStopping.set(true);
        mailbox.wake();
    }

    private void finish() {
        ticker.stop();
        storage.stop();
        try {
            storageThread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Behind the last log write: breaking off a snapshot that is being written leaves the store failed.
        snapshots.stop();
        closeQuietly(parts);
        events.close();
        for (CallFuture<?> future : open.values()) {
            parts.callbacks().execute(() -> future.end(new Refusal.OutcomeUnknown("The node stopped meanwhile")));
        }
        open.clear();
        Throwable reason = failure;
        if (reason == null) {
            stopped.complete(null);
        } else {
            stopped.completeExceptionally(reason);
        }
        endLateCalls();
    }

    /** Calls that came in while the loop ended. */
    private void endLateCalls() {
        for (Input input = mailbox.poll(); input != null; input = mailbox.poll()) {
            if (input instanceof EventLoop.NewCall late) {
                late.future.end(new Refusal.Unavailable("the node has stopped", 1_000));
            }
        }
    }

    private static void closeQuietly(Parts parts) {
        close(parts.transport());
        close(parts.logStore());
        parts.queueStore().ifPresent(EventLoop::close);
        parts.memoryStore().ifPresent(EventLoop::close);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("{} could not be closed", part, e);
        }
    }

    /** A call on its way to the loop. */
    private final class NewCall implements Input {
        private final CallFuture<?> future;
        private final Request request;

        NewCall(CallFuture<?> future, Request request) {
            this.future = future;
            this.request = request;
        }

        @Override
        public void enter(Node n, long now) {
            open.put(future.id(), future);
            n.call(request.toCall(future.id(), now), now);
        }
    }
}

package io.sinkron.transport.inmemory.sim.world;

import io.sinkron.common.Answer;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.common.XxHash64;
import io.sinkron.node.Call;
import io.sinkron.node.Node;
import io.sinkron.node.NodeEffect;
import io.sinkron.node.NodeOptions;
import io.sinkron.node.SnapshotResult;
import io.sinkron.node.SnapshotTask;
import io.sinkron.spi.LogStore;
import io.sinkron.wal.DamagedLogException;
import io.sinkron.wal.FileLogOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One process: the production {@link Node}, driven as the runtime's event loop drives it (drain the mailbox, tick if due, take the effects, perform
 * them in order), with a clock of its own, a storage thread and a disk. It can crash at any event and between any two effects, restart from
 * what its disk kept, and pause, as in a garbage collection: then everything waits and comes at once. Not thread-safe.
 */
public final class SimulatedNode {
    private static final int IN_STARTED = 1;
    private static final int IN_MESSAGE = 2;
    private static final int IN_CALL = 3;
    private static final int IN_DURABLE = 4;
    private static final int IN_TURN = 5;
    private static final int IN_CRASH = 6;
    private static final int IN_STORE = 7;
    private static final int IN_SNAPSHOT = 8;
    private static final long ORIGIN_RANGE_NANOS = 1L << 60;
    private static final long WALL_EPOCH_MILLIS = 1_700_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NOTICE_NANOS = 50 * NANOS_PER_MILLI;
    private static final long NO_TIMER = Long.MAX_VALUE;

    /** Makes a call from its id and the node's clock. */
    @FunctionalInterface
    public interface CallFactory {
        /** The call. */
        Call make(long id, long nowNanos);
    }

    private final NodeOptions options;
    private final long nameHash;
    private final World world;
    private final SeededRandom random;
    private final SnapshotThread snapshots;
    private final SimulatedStorage storage;
    private final NodeDisk disk;
    private final Deque<NodeInput> mailbox = new ArrayDeque<>();
    private NodeQuality quality = NodeQuality.PERFECT;
    private Node node;
    private StoreCalls stores;
    private OpenCalls calls = new OpenCalls();
    private NodeClock clock;
    private long incarnation;
    private int starts;
    private boolean turnScheduled;
    private boolean paused;
    private long pausedUntilNanos = Long.MIN_VALUE;
    private long timerAtNanos;
    private long timerDeadline;

    /** A node that is down; {@link #start} starts it. */
    public SimulatedNode(NodeOptions options, FileLogOptions logOptions, World world, SeededRandom random) {
        this.options = options;
        this.nameHash = XxHash64.hash(options.self().value(), 0);
        this.world = world;
        this.random = random;
        this.snapshots = new SnapshotThread(random.split("snapshot"));
        this.storage = new SimulatedStorage(
                world.scheduler(),
                random.split("disk"),
                logOptions,
                options.self().value(),
                new StorageEvents());
        this.disk = new NodeDisk(options.self(), world, storage);
        world.network().attach(options.self(), this::arrived);
    }

    /** Its name. */
    public NodeId id() {
        return options.self();
    }

    /** Whether it runs (paused or not). */
    public boolean isUp() {
        return node != null;
    }

    /** Whether it stands still. */
    public boolean isPaused() {
        return paused;
    }

    /** Until when it stood still last, in true time; {@link Long#MIN_VALUE} if never since its start. */
    public long pausedUntilNanos() {
        return pausedUntilNanos;
    }

    /** How often it has been started. */
    public int starts() {
        return starts;
    }

    /** The machine, while it runs. For checks: nothing but {@link #call} may change it. */
    public Optional<Node> machine() {
        return Optional.ofNullable(node);
    }

    /** What its monotonic clock shows. */
    public long localNanos() {
        return clock.local(world.scheduler().nowNanos());
    }

    /** How its process behaves from now on; the clock's rate from the next start. */
    public void quality(NodeQuality newQuality) {
        quality = newQuality;
    }

    /** Its disk. */
    public NodeDisk disk() {
        return disk;
    }

    /**
     * Starts it from what its disk holds. Does nothing if it runs. If power is lost during recovery it stays down.
     *
     * @throws Violation if the log can't be opened though nothing but losses of power has happened to it
     */
    public void start() {
        if (node != null) {
            return;
        }
        LogStore.Recovered recovered;
        try {
            recovered = storage.start();
        } catch (IOException e) {
            if (storage.isDamaged() && e instanceof DamagedLogException) {
                world.recorder().marks().reached("damaged log refused to start");
                world.recorder().trace(id().value(), () -> "refuses to start: " + e.getMessage());
                storage.crash(true);
                return;
            }
            if (!storage.isPowerLost()) {
                throw new Violation("R8 what was durable can be read again", "node " + id() + " cannot start", e);
            }
            world.recorder().marks().reached("power lost during recovery");
            storage.crash(true);
            return;
        }
        long now = world.scheduler().nowNanos();
        int ppm = random.nextInt(-quality.maxRatePpm(), quality.maxRatePpm() + 1);
        clock = new NodeClock(now, random.nextLong(-ORIGIN_RANGE_NANOS, ORIGIN_RANGE_NANOS), ppm);
        incarnation = recovered.incarnation();
        starts++;
        paused = false;
        pausedUntilNanos = Long.MIN_VALUE;
        turnScheduled = false;
        timerAtNanos = NO_TIMER;
        snapshots.started(now);
        calls = new OpenCalls();
        record(IN_STARTED);
        world.recorder().hash().add(incarnation);
        world.recorder()
                .trace(
                        id().value(),
                        () -> "starts as incarnation " + incarnation + " with "
                                + recovered.entries().size() + " entries");
        world.observers().forEach(observer -> observer.started(id(), recovered));
        int wallOff = random.nextInt(10) == 0 ? 3_600_000 : 5_000;
        long wallMillis = WALL_EPOCH_MILLIS + now / NANOS_PER_MILLI + random.nextInt(-wallOff, wallOff + 1);
        node = guarded(() -> new Node(options, recovered, random.split("node" + starts), localNanos(), wallMillis));
        int start = starts;
        stores = new StoreCalls(world.store().connect(), input -> storeAnswered(start, input));
        scheduleTurn();
    }

    private void storeAnswered(int start, NodeInput input) {
        if (start == starts && node != null) {
            mailbox.add((machine, now) -> {
                record(IN_STORE);
                input.enter(machine, now);
            });
            scheduleTurn();
        }
    }

    /** Kills the process at once. With the machine, its disk loses what wasn't forced. */
    public void crash(boolean withMachine) {
        if (node == null) {
            return;
        }
        record(IN_CRASH);
        world.recorder().trace(id().value(), () -> withMachine ? "loses power" : "is killed");
        node = null;
        starts++;
        mailbox.clear();
        storage.crash(withMachine);
        world.observers().forEach(observer -> observer.stopped(id()));
        calls.crashed(world.scheduler(), random, NOTICE_NANOS);
    }

    /** Stands still for a while: no turn, no timer; the network and the disk go on. */
    public void pause(long nanos) {
        if (node == null || paused) {
            return;
        }
        paused = true;
        world.recorder().trace(id().value(), () -> "pauses for " + nanos / NANOS_PER_MILLI + " ms");
        pausedUntilNanos = world.scheduler().nowNanos() + nanos;
        after(nanos, this::resume);
    }

    /** Ends a pause. */
    public void resume() {
        if (node != null && paused) {
            paused = false;
            pausedUntilNanos = world.scheduler().nowNanos();
            world.recorder().trace(id().value(), () -> "goes on");
            scheduleTurn();
        }
    }

    /**
     * Makes a call at this node.
     *
     * @param then gets the answer, once; if the node dies first, that the outcome is unknown
     * @return names the call for {@link #cancel}; 0 if the node is down
     */
    public long call(CallFactory factory, Consumer<Answer> then) {
        if (node == null) {
            world.scheduler()
                    .after(NANOS_PER_MILLI, () -> then.accept(new Refusal.Unavailable("the node is down", 100)));
            return 0;
        }
        long id = calls.add(then);
        mailbox.add((machine, now) -> {
            Call call = factory.make(id, now);
            record(IN_CALL);
            world.recorder().hash().add(id);
            world.recorder().trace(id().value(), () -> "call " + call);
            machine.call(call, now);
        });
        scheduleTurn();
        return id;
    }

    /** The client of a call gives it up; it is answered all the same. Does nothing if it has been. */
    public void cancel(long call) {
        if (node != null && calls.isOpen(call)) {
            mailbox.add((machine, now) -> {
                record(IN_CALL);
                world.recorder().hash().add(-call);
                world.recorder().trace(id().value(), () -> "cancel " + call);
                machine.cancel(call, now);
            });
            scheduleTurn();
        }
    }

    /** Whether a call made since the last start is still to be answered. */
    public boolean isOpen(long call) {
        return calls.isOpen(call);
    }

    private void arrived(NodeId from, long fromIncarnation, Message message, long contentHash) {
        if (node == null) {
            return;
        }
        mailbox.add((machine, now) -> {
            record(IN_MESSAGE);
            world.recorder().hash().add(contentHash);
            world.recorder().trace(id().value(), () -> "<- " + from + " " + message);
            world.observers().forEach(observer -> observer.received(id(), from, message));
            machine.receive(from, fromIncarnation, message, now);
        });
        scheduleTurn();
    }

    private void scheduleTurn() {
        if (!turnScheduled && !paused) {
            turnScheduled = true;
            after(random.nextLong(quality.maxTurnDelayNanos() + 1), this::turn);
        }
    }

    private void turn() {
        turnScheduled = false;
        if (paused) {
            return;
        }
        record(IN_TURN);
        long now = localNanos();
        List<NodeEffect> effects = guarded(() -> {
            for (NodeInput input = mailbox.poll(); input != null; input = mailbox.poll()) {
                input.enter(node, now);
            }
            if (node.deadline() - now <= 0) {
                node.tick(now);
            }
            return node.effects();
        });
        int start = starts;
        int diesBefore = random.chance(quality.crashInTurnProbability())
                ? random.nextInt(effects.size() + 1)
                : Integer.MAX_VALUE;
        for (int i = 0; i < effects.size() && start == starts; i++) {
            if (i == diesBefore) {
                world.recorder().marks().reached("crash between two effects");
                crash(random.nextBoolean());
                return;
            }
            perform(effects.get(i));
        }
        if (start == starts) {
            Node machine = node;
            world.observers().forEach(observer -> observer.turned(id(), machine));
            scheduleTimer();
        }
    }

    /** A timer that is set rings; what is due later by then sets it anew, and what is due earlier replaces it. */
    private void scheduleTimer() {
        long deadline = node.deadline();
        if (timerAtNanos != NO_TIMER && deadline - timerDeadline >= 0) {
            return;
        }
        long due = clock.trueTime(deadline) + random.nextLong(quality.maxTimerDelayNanos() + 1);
        timerDeadline = deadline;
        timerAtNanos = due;
        after(due - world.scheduler().nowNanos(), () -> {
            if (timerAtNanos == due) {
                timerAtNanos = NO_TIMER;
                if (node.deadline() - localNanos() <= 0) {
                    scheduleTurn();
                } else {
                    scheduleTimer();
                }
            }
        });
    }

    private void perform(NodeEffect effect) {
        Recorder recorder = world.recorder();
        recorder.trace(id().value(), () -> "   " + effect);
        if (effect instanceof NodeEffect.Send send) {
            world.observers().forEach(observer -> observer.sent(id(), send.to(), send.message()));
            recorder.hash().add(world.network().send(id(), incarnation, send.to(), send.message()));
        } else if (effect instanceof NodeEffect.Persist persist) {
            recorder.hash().add(persist.write().sequence());
            world.observers().forEach(observer -> observer.writing(id(), persist.write()));
            storage.submit(persist.write());
        } else if (effect instanceof NodeEffect.Offload work) {
            recorder.hash().add(work.task().index());
            offload(work.task());
        } else if (effect instanceof NodeEffect.Complete complete) {
            recorder.hash().add(complete.call());
            recorder.hash().addContent(complete.answer());
            calls.complete(complete);
        } else if (effect instanceof NodeEffect.Peers peers) {
            // The simulated network knows everybody; what strangers say has to be harmless.
            recorder.hash().addContent(peers.addresses().keySet());
        } else if (effect instanceof NodeEffect.Publish publish) {
            recorder.hash().addContent(publish.event());
            world.observers().forEach(observer -> observer.published(id(), publish.event()));
        } else {
            recorder.hash().addContent(effect);
            stores.perform(effect);
        }
    }

    /** A crash takes the work of the snapshot thread with it. */
    private void offload(SnapshotTask task) {
        after(snapshots.take(world.scheduler().nowNanos()), () -> {
            SnapshotResult result = guarded(task::run);
            mailbox.add((machine, time) -> {
                record(IN_SNAPSHOT);
                world.recorder().hash().add(result.index());
                world.recorder().trace(id().value(), () -> "done " + result);
                machine.snapshotDone(result, time);
            });
            scheduleTurn();
        });
    }

    /** An exception out of the machine is a broken invariant whatever its type: nothing from outside may make it throw. */
    private <T> T guarded(java.util.function.Supplier<T> step) {
        try {
            return step.get();
        } catch (Violation e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Violation("G0 the machine never throws", "node " + id() + ": " + e, e);
        }
    }

    private void record(int kind) {
        world.recorder().event(nameHash, kind);
    }

    /** Runs unless the process is another one by then. */
    private void after(long delayNanos, Runnable action) {
        int start = starts;
        world.scheduler().after(delayNanos, () -> {
            if (start == starts && node != null) {
                action.run();
            }
        });
    }

    /** This node's clock as a reader of its cache lines sees it. */
    public LongSupplier clock() {
        return this::localNanos;
    }

    private final class StorageEvents implements SimulatedStorage.Listener {
        @Override
        public void durable(long sequence) {
            world.observers().forEach(observer -> observer.durable(id(), sequence));
            mailbox.add((machine, now) -> {
                record(IN_DURABLE);
                world.recorder().hash().add(sequence);
                world.recorder().trace(id().value(), () -> "durable " + sequence);
                machine.persisted(sequence, now);
            });
            scheduleTurn();
        }

        @Override
        public void failed(IOException reason, boolean powerLost) {
            world.recorder().marks().reached(powerLost ? "power lost in a write" : "disk error stopped a node");
            world.recorder().trace(id().value(), () -> "stops: " + reason.getMessage());
            crash(powerLost);
        }
    }
}

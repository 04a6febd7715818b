package io.sinkron.node;

import io.sinkron.cache.CacheEffect;
import io.sinkron.cache.CacheMessage;
import io.sinkron.cache.CacheNode;
import io.sinkron.cache.LineTable;
import io.sinkron.cache.MemoryCommand;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.LeaseHolder;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.cluster.ViewKeeper;
import io.sinkron.common.Answer;
import io.sinkron.common.Bytes;
import io.sinkron.common.Command;
import io.sinkron.common.CommandBody;
import io.sinkron.common.CommandId;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.common.XxHash64;
import io.sinkron.lock.LockCommand;
import io.sinkron.lock.LockMessage;
import io.sinkron.lock.LockOwner;
import io.sinkron.node.Pending.Purpose;
import io.sinkron.queue.QueueBroker;
import io.sinkron.queue.QueueCommand;
import io.sinkron.queue.QueueEffect;
import io.sinkron.queue.QueueMessage;
import io.sinkron.queue.QueueReply;
import io.sinkron.raft.Proposals;
import io.sinkron.raft.Proposed;
import io.sinkron.raft.Raft;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage;
import io.sinkron.raft.Role;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.QueueAnswer;
import io.sinkron.spi.StoredSnapshot;
import io.sinkron.wire.CommandWire;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One node of the cluster as one pure machine: the composition of Raft, the replicated state, the cluster view and lease, the queue broker and the
 * cache. What happens comes in through the methods, each with the time; what is to be done comes out of {@link #effects}. The same class runs in
 * production behind the event loop and in the simulator behind a virtual clock.
 *
 * <p>Not thread-safe, but for {@link #status} and {@link #lines}. A thrown {@link InvariantViolation} means that the node must stop.
 */
public final class Node {
    private static final long FAR_NANOS = 3_600_000_000_000L;

    private final NodeOptions options;
    private final NodeId self;
    private final long incarnation;
    private final Member face;
    private final Raft raft;
    private final ClusterClock clock;
    private final Proposer proposer;
    private final KeepAlives keepAlives;
    private final LeaderDuties duties;
    private final LeaseHolder lease;
    private final QueueBroker broker;
    private final CacheNode cache;
    private final LineTable lines;
    private final MemoryBatches memory = new MemoryBatches();
    private final Map<NodeId, Long> incarnations = new HashMap<>();
    private final ArrayDeque<Message> toSelf = new ArrayDeque<>();
    private final List<NodeEffect> out = new ArrayList<>();
    private final Applied applied = new Applied();
    private final Proposer.Route route = new RaftRoute();

    private ReplicatedState state;
    private Optional<NodeId> leader = Optional.empty();
    private Role role = Role.FOLLOWER;
    private long term;
    private boolean isServing;
    private boolean isPublishing;
    private long installedEpoch;
    private long externalLists = 1;
    private final Map<Long, Long> listCalls = new HashMap<>();
    private volatile NodeStatus status;
    private long now;

    /**
     * A node that starts.
     *
     * @param recovered what its log store held
     * @param random the source of all its randomness
     * @param now the monotonic clock
     * @param wallMillis the wall clock, read once
     * @throws IllegalStateException if the recovered snapshot can't be read
     */
    public Node(NodeOptions options, LogStore.Recovered recovered, RandomGenerator random, long now, long wallMillis) {
        this.options = options;
        this.self = options.self();
        this.incarnation = recovered.incarnation();
        this.now = now;
        this.face = new Member(self, incarnation, options.weight(), options.address(), options.http());
        this.raft = new Raft(options.raft(), self, options.voters(), recovered, random, now);
        this.state = recovered.snapshot().map(this::restored).orElseGet(() -> new ReplicatedState(options.locks()));
        this.clock = new ClusterClock(raft.lastStampMillis(), wallMillis, now);
        this.proposer = new Proposer(self, incarnation, options.limits(), now);
        this.keepAlives = new KeepAlives(now);
        this.duties = new LeaderDuties(new ViewKeeper(options.lease(), options.voters()));
        this.lease = new LeaseHolder(options.lease(), now);
        this.broker = new QueueBroker(options.queues(), self, random);
        this.lines = new LineTable(options.cache());
        this.cache = new CacheNode(options.cache(), self, incarnation, lines, random);
        viewReplaced();
        refreshStatus();
    }

    /** A message from a peer. One of an older start of the peer than already heard of is dropped. */
    public void receive(NodeId from, long fromIncarnation, Message message, long now) {
        this.now = now;
        Long known = incarnations.get(from);
        if (known == null || known < fromIncarnation) {
            incarnations.put(from, fromIncarnation);
        } else if (known > fromIncarnation) {
            return;
        }
        dispatch(from, fromIncarnation, message);
    }

    private void dispatch(NodeId from, long fromIncarnation, Message message) {
        if (message instanceof RaftMessage raftMessage) {
            raft.receive(from, raftMessage, now);
        } else if (message instanceof Proposals proposals) {
            for (Bytes command : proposals.commands()) {
                route.proposeHere(command, now);
            }
        } else if (message instanceof QueueMessage queueMessage) {
            broker.receive(from, queueMessage, now);
        } else if (message instanceof CacheMessage cacheMessage) {
            cache.receive(from, cacheMessage, now);
        } else if (message instanceof ClusterMessage clusterMessage) {
            receive(from, fromIncarnation, clusterMessage);
        } else if (message instanceof LockMessage lockMessage) {
            receive(from, lockMessage);
        }
    }

    private void receive(NodeId from, long fromIncarnation, ClusterMessage message) {
        if (message instanceof ClusterMessage.LeaseRequest request) {
            duties.leaseRequested(from, request, isSure(), clock.estimate(now), now)
                    .ifPresent(grant -> send(from, grant));
        } else if (message instanceof ClusterMessage.LeaseGrant grant) {
            clock.heard(grant.clusterTimeMillis(), now);
            lease.granted(grant, now);
            refreshLease();
        } else if (message instanceof ClusterMessage.ViewInstalled installed) {
            if (state.view().current().has(from, fromIncarnation)) {
                duties.installed(from, installed.epoch(), now);
            }
        }
    }

    private void receive(NodeId from, LockMessage message) {
        if (message instanceof LockMessage.KeepAlive question) {
            long ttlMillis = duties.keepAlive(question.session(), isSure(), now);
            send(
                    from,
                    ttlMillis < 0
                            ? new LockMessage.KeepAliveRefused(question.request())
                            : new LockMessage.KeepAliveAnswer(question.request(), question.session(), ttlMillis));
        } else if (message instanceof LockMessage.KeepAliveAnswer answer) {
            keepAlives
                    .answered(answer.request(), answer.ttlMillis())
                    .ifPresent(ended -> complete(ended.call(), ended.answer()));
        }
    }

    /** A client's call; it ends with exactly one {@link NodeEffect.Complete}. */
    public void call(Call call, long now) {
        this.now = now;
        if (call instanceof Call.Replicate replicate) {
            boolean isRead = isRead(replicate.command());
            submit(
                    replicate.command(),
                    new Purpose.ClientCall(call.id(), replicate.waitNanos()),
                    isRead,
                    call.deadlineNanos());
        } else if (call instanceof Call.Queue queue) {
            broker.call(call.id(), queue.queue(), queue.request(), call.deadlineNanos(), now);
        } else if (call instanceof Call.Cache cacheCall) {
            cache.call(call.id(), cacheCall.request(), call.deadlineNanos(), now);
        } else if (call instanceof Call.KeepAlive keepAlive) {
            LockMessage.KeepAlive question = keepAlives.ask(keepAlive, now);
            leader.ifPresent(to -> send(to, question));
        } else if (call instanceof Call.ListQueues) {
            listQueues(call);
        } else if (call instanceof Call.ReadStale read) {
            complete(call.id(), state.locks().read(read.command(), clock.estimate(now)));
        }
    }

    private static boolean isRead(CommandBody command) {
        return command instanceof LockCommand.ReadLock
                || command instanceof LockCommand.ReadLocks
                || command instanceof LockCommand.ReadGraph
                || command instanceof LockCommand.ReadSessions
                || command instanceof QueueCommand.ListQueues;
    }

    private void listQueues(Call call) {
        if (options.externalQueues()) {
            long operation = -externalLists++;
            listCalls.put(operation, call.id());
            out.add(new NodeEffect.ListQueueStore(operation));
        } else {
            submit(new QueueCommand.ListQueues(), new Purpose.ClientCall(call.id(), 0), true, call.deadlineNanos());
        }
    }

    private void submit(CommandBody body, Purpose purpose, boolean isRead, long deadline) {
        proposer.submit(body, purpose, isRead, deadline, route, now).ifPresent(refusal -> {
            if (purpose instanceof Purpose.ClientCall client) {
                complete(client.call(), refusal);
            } else if (purpose instanceof Purpose.QueueOperation queue) {
                broker.failed(queue.operation(), false, refusal.detail(), now);
            } else if (purpose instanceof Purpose.MemoryOperations batch) {
                memoryFailed(batch.batch(), false, refusal.detail(), now);
            }
        });
    }

    /** The client of a call gave up. The call is still completed, when its end is known. */
    public void cancel(long call, long now) {
        this.now = now;
        proposer.cancel(call).ifPresent(acquire -> cancelWait(acquire, false, true));
        broker.cancel(call, now);
        cache.cancel(call, now);
    }

    private void cancelWait(CommandId acquire, boolean timedOut, boolean giveBack) {
        submit(new LockCommand.CancelWait(acquire, timedOut, giveBack), new Purpose.Housekeeping(false), false, 0);
    }

    /** A write of {@link NodeEffect.Persist}, and all before it, are durable. */
    public void persisted(long sequence, long now) {
        this.now = now;
        raft.persisted(sequence, now);
    }

    /** The external queue store has answered. */
    public void queueStored(long operation, List<QueueAnswer> answers, long now) {
        this.now = now;
        broker.stored(operation, answers, now);
    }

    /** The external queue store could not answer. */
    public void queueStoreFailed(long operation, boolean maybeApplied, String reason, long now) {
        this.now = now;
        Long call = listCalls.remove(operation);
        if (call != null) {
            complete(call, new Refusal.Unavailable(reason, 1_000));
        } else {
            broker.failed(operation, maybeApplied, reason, now);
        }
    }

    /** The external queue store has named its queues. */
    public void queuesListed(long operation, List<String> names, long now) {
        this.now = now;
        Long call = listCalls.remove(operation);
        if (call != null) {
            complete(call, new QueueReply.QueueNames(names));
        }
    }

    /** The external main memory has answered. */
    public void memoryStored(long batch, List<MemoryAnswer> answers, long now) {
        this.now = now;
        long[] operations = memory.finish(batch);
        for (int i = 0; operations != null && i < operations.length; i++) {
            cache.memory(operations[i], answers.get(i), now);
        }
    }

    /** The external main memory could not answer. */
    public void memoryFailed(long batch, boolean maybeApplied, String reason, long now) {
        this.now = now;
        long[] operations = memory.finish(batch);
        for (int i = 0; operations != null && i < operations.length; i++) {
            cache.memoryFailed(operations[i], maybeApplied, reason, now);
        }
    }

    /** Writes every dirty line back, so that this node can leave; completed when done or when the deadline is over. */
    public void shutdown(long call, long now) {
        this.now = now;
        cache.flush(call, now);
    }

    /** Whether {@link NodeEffect.Publish} is wanted for each touched lock; other events are always published. */
    public void publishLocks(boolean wanted) {
        isPublishing = wanted;
    }

    /** Time passes. Harmless at any time; needed at {@link #deadline}. */
    public void tick(long now) {
        this.now = now;
        raft.tick(now);
        broker.tick(now);
        cache.tick(now);
        refreshLease();
        lease.poll(face, installedEpoch, now).ifPresent(request -> leader.ifPresent(to -> send(to, request)));
        KeepAlives.Due due = keepAlives.due(now);
        if (!due.isEmpty()) {
            due.ended().forEach(ended -> complete(ended.call(), ended.answer()));
            leader.ifPresent(to -> due.again().forEach(question -> send(to, question)));
        }
        for (CommandId acquire : proposer.waitsOver(now)) {
            cancelWait(acquire, true, false);
        }
        for (Proposer.Expired expired : proposer.expired(now)) {
            complete(expired.call(), expired.refusal());
            if (expired.mustCancel()) {
                cancelWait(expired.id(), true, true);
            }
        }
        proposer.resend(route, now);
        leaderTurn();
    }

    private void leaderTurn() {
        duties.observe(raft.isReadyLeader(), state, now);
        for (CommandBody command : duties.due(raft.term(), isSure(), now)) {
            submit(command, new Purpose.Housekeeping(true), false, 0);
        }
    }

    /** When {@link #tick} is next needed. */
    public long deadline() {
        long far = now + FAR_NANOS;
        long first = earlier(raft.deadline(), far);
        first = earlier(first, broker.deadline());
        first = earlier(first, cache.deadline());
        first = earlier(first, lease.deadline());
        first = earlier(first, keepAlives.deadline());
        first = earlier(first, proposer.deadline(far));
        first = earlier(first, duties.deadline(far));
        return isServing ? earlier(first, lease.leaseEndNanos()) : first;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    /** Takes what is to be done, in order. */
    public List<NodeEffect> effects() {
        boolean isMoving = true;
        while (isMoving) {
            isMoving = performMachines();
            if (raft.hasEffects()) {
                perform(raft.effects());
                isMoving = true;
            }
            isMoving |= observeRaft();
        }
        for (Proposals proposals : proposer.takeOutbound()) {
            leader.ifPresent(to -> out.add(new NodeEffect.Send(to, proposals)));
        }
        refreshStatus();
        List<NodeEffect> taken = List.copyOf(out);
        out.clear();
        return taken;
    }

    private boolean performMachines() {
        boolean isMoving = false;
        for (QueueEffect effect : broker.effects()) {
            perform(effect);
            isMoving = true;
        }
        for (CacheEffect effect : cache.effects()) {
            perform(effect);
            isMoving = true;
        }
        for (MemoryBatches.Batch batch : memory.take()) {
            if (options.externalMemory()) {
                out.add(new NodeEffect.CallMemoryStore(batch.id(), batch.operations()));
            } else {
                submit(new MemoryCommand(batch.operations()), new Purpose.MemoryOperations(batch.id()), false, 0);
            }
        }
        for (Message message = toSelf.poll(); message != null; message = toSelf.poll()) {
            dispatch(self, incarnation, message);
            isMoving = true;
        }
        return isMoving;
    }

    private void perform(QueueEffect effect) {
        if (effect instanceof QueueEffect.Send send) {
            send(send.to(), send.message());
        } else if (effect instanceof QueueEffect.Complete done) {
            complete(done.call(), done.answer());
        } else if (effect instanceof QueueEffect.Store store) {
            if (options.externalQueues()) {
                out.add(new NodeEffect.CallQueueStore(
                        store.operation(), store.queue(), store.epoch(), store.operations()));
            } else {
                submit(
                        new QueueCommand.Execute(store.queue(), store.epoch(), store.operations()),
                        new Purpose.QueueOperation(store.operation()),
                        false,
                        0);
            }
        } else if (effect instanceof QueueEffect.Moved moved) {
            out.add(new NodeEffect.Publish(new NodeEvent.QueueMoved(moved.queue(), self, moved.epoch())));
        }
    }

    private void perform(CacheEffect effect) {
        if (effect instanceof CacheEffect.Send send) {
            send(send.to(), send.message());
        } else if (effect instanceof CacheEffect.Complete done) {
            complete(done.call(), done.answer());
        } else if (effect instanceof CacheEffect.Memory operation) {
            memory.add(operation.operation(), operation.op());
        } else if (effect instanceof CacheEffect.Installed installed) {
            installedEpoch = Math.max(installedEpoch, installed.epoch());
            leader.ifPresent(to -> send(to, new ClusterMessage.ViewInstalled(installed.epoch())));
        } else if (effect instanceof CacheEffect.Invalidated line) {
            out.add(new NodeEffect.Publish(new NodeEvent.LineInvalidated(line.key())));
        }
    }

    private void perform(RaftEffects effects) {
        for (RaftEffects.Outgoing message : effects.messages()) {
            send(message.to(), message.message());
        }
        effects.write().ifPresent(write -> out.add(new NodeEffect.Persist(write)));
        effects.install().ifPresent(this::install);
        if (effects.committed().isEmpty()) {
            return;
        }
        for (LogEntry entry : effects.committed()) {
            clock.heard(entry.stampMillis(), now);
            state.apply(entry, command(entry), applied);
        }
        if (raft.logBytes() > options.limits().snapshotAfterBytes()) {
            raft.compact(state.appliedIndex(), StateCodec.encode(state), now);
        }
    }

    /** A payload that no codec knows has no effect, on any replica: it can only come from a broken peer, and must not stop this node. */
    private static Optional<Command> command(LogEntry entry) {
        if (entry.kind() != LogEntry.Kind.COMMAND) {
            return Optional.empty();
        }
        try {
            return Optional.of(CommandWire.decode(entry.payload()));
        } catch (MalformedMessageException e) {
            return Optional.empty();
        }
    }

    private ReplicatedState restored(StoredSnapshot snapshot) {
        try {
            ReplicatedState restored = StateCodec.decode(snapshot.state(), options.locks());
            InvariantViolation.check(
                    restored.appliedIndex() == snapshot.index(),
                    "a snapshot's state is of another index than its label");
            return restored;
        } catch (MalformedMessageException e) {
            throw new InvariantViolation(
                    "the snapshot at index " + snapshot.index() + " can't be read: " + e.getMessage());
        }
    }

    private void install(StoredSnapshot snapshot) {
        state = restored(snapshot);
        clock.heard(state.stampMillis(), now);
        for (Proposer.Resolved resolved : proposer.resolve(state.answers())) {
            applied.answered(resolved.id(), resolved.answer());
        }
        viewReplaced();
    }

    private void viewReplaced() {
        View current = state.view().current();
        View active = state.view().active();
        if (active.epoch() > 0) {
            viewActive(active);
        }
        if (!state.view().isActive()) {
            viewPrepared(current);
        }
    }

    private void viewPrepared(View view) {
        if (view.has(self, incarnation)) {
            cache.viewPrepared(view, now);
        } else {
            lease.dropped();
            refreshLease();
        }
    }

    private void viewActive(View view) {
        Ring ring = Ring.of(view, options.ringSeed());
        broker.viewActive(view, ring, now);
        cache.viewActive(view, ring, now);
        refreshLease();
    }

    private boolean observeRaft() {
        Optional<NodeId> nowLeader = raft.leader();
        boolean isOther = !nowLeader.equals(leader) || raft.role() != role || raft.term() != term;
        if (isOther) {
            boolean isNews = !nowLeader.equals(leader);
            boolean hasWon = raft.role() == Role.LEADER && role != Role.LEADER;
            leader = nowLeader;
            role = raft.role();
            term = raft.term();
            if (hasWon) {
                clock.leaderStarted(raft.lastStampMillis(), now);
            }
            if (isNews) {
                out.add(new NodeEffect.Publish(new NodeEvent.LeaderChanged(leader, term)));
            }
            if (leader.isPresent()) {
                proposer.leaderChanged(route, now);
            }
        }
        boolean wasOnDuty = duties.isOnDuty();
        duties.observe(raft.isReadyLeader(), state, now);
        return isOther || wasOnDuty != duties.isOnDuty();
    }

    private boolean isSure() {
        return raft.isReadyLeader() && raft.hasQuorum(now);
    }

    private void refreshLease() {
        boolean isMember = state.view().active().has(self, incarnation)
                && state.view().current().has(self, incarnation);
        boolean canServe = isMember && lease.isValid(now);
        lines.leaseUntil(canServe ? lease.leaseEndNanos() : now);
        cache.clusterTime(clock.estimate(now), now);
        if (canServe != isServing) {
            isServing = canServe;
            broker.lease(canServe, now);
            cache.lease(canServe, now);
            if (!canServe) {
                out.add(new NodeEffect.Publish(new NodeEvent.LeaseLost()));
            }
        }
    }

    private void send(NodeId to, Message message) {
        if (to.equals(self)) {
            toSelf.add(message);
        } else {
            out.add(new NodeEffect.Send(to, message));
        }
    }

    private void complete(long call, Answer answer) {
        out.add(new NodeEffect.Complete(call, answer));
    }

    private void refreshStatus() {
        status = new NodeStatus(
                self,
                incarnation,
                raft.role(),
                raft.leader(),
                raft.term(),
                raft.commitIndex(),
                state.appliedIndex(),
                state.view().current(),
                state.view().active(),
                isServing ? lease.leaseEndNanos() : now,
                clock.estimate(now),
                now);
    }

    /** What this node knows, as of its last turn. Thread-safe. */
    public NodeStatus status() {
        return status;
    }

    /** This node's cache lines, for reads that need no turn. Thread-safe. */
    public LineTable lines() {
        return lines;
    }

    /** A hash of the whole replicated state; equal at equal applied index on every node. Costly: for checks. */
    public long stateHash() {
        return XxHash64.hash(StateCodec.encode(state).array(), 0);
    }

    /** Where commands go: into this node's log if it leads, otherwise to who does. */
    private final class RaftRoute implements Proposer.Route {
        @Override
        public Optional<Boolean> proposeHere(Bytes command, long at) {
            if (raft.role() != Role.LEADER) {
                return Optional.empty();
            }
            long stamp = Math.max(clock.estimate(at), raft.lastStampMillis());
            return Optional.of(raft.propose(command, stamp, at) instanceof Proposed.Accepted);
        }

        @Override
        public boolean hasRemoteLeader() {
            return leader.isPresent() && !leader.get().equals(self);
        }
    }

    /** Takes what applying brings about. */
    private final class Applied implements StateSink {
        @Override
        public void answered(CommandId id, Answer answer) {
            if (!ReplicatedState.isFrom(id, self, incarnation)) {
                return;
            }
            Optional<Pending> pending = proposer.answered(id);
            if (pending.isEmpty()) {
                return;
            }
            Purpose purpose = pending.get().purpose;
            if (purpose instanceof Purpose.ClientCall client) {
                complete(client.call(), answer);
            } else if (purpose instanceof Purpose.QueueOperation queue) {
                queueAnswered(queue.operation(), answer);
            } else if (purpose instanceof Purpose.MemoryOperations batch) {
                memoryAnswered(batch.batch(), answer);
            }
        }

        private void queueAnswered(long operation, Answer answer) {
            if (answer instanceof QueueReply.Executed executed) {
                broker.stored(operation, executed.answers(), now);
            } else {
                broker.failed(operation, false, answer.toString(), now);
            }
        }

        private void memoryAnswered(long batch, Answer answer) {
            if (answer instanceof MemoryCommand.Executed executed) {
                memoryStored(batch, executed.answers(), now);
            } else {
                memoryFailed(batch, false, answer.toString(), now);
            }
        }

        @Override
        public void waiting(CommandId id) {
            if (ReplicatedState.isFrom(id, self, incarnation)) {
                proposer.waits(id);
            }
        }

        @Override
        public void viewChanged(View current, View active) {
            boolean isActive = current.epoch() == active.epoch();
            duties.viewChanged(current, isActive, now);
            if (isActive) {
                viewActive(active);
            } else {
                viewPrepared(current);
            }
            out.add(new NodeEffect.Publish(new NodeEvent.ViewChanged(current, isActive)));
        }

        @Override
        public void sessionOpened(String session, long ttlMillis) {
            duties.sessionOpened(session, ttlMillis, now);
        }

        @Override
        public void sessionEnded(String session) {
            duties.sessionEnded(session);
        }

        @Override
        public void lockChanged(String lock, LockOwner owner, String what) {
            if (isPublishing) {
                out.add(new NodeEffect.Publish(new NodeEvent.LockChanged(lock, owner.session(), owner.name(), what)));
            }
        }
    }
}

package io.sinkron.node;

import io.sinkron.cache.CacheMessage;
import io.sinkron.cache.LineTable;
import io.sinkron.cluster.ClusterMessage;
import io.sinkron.cluster.LeaseHolder;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.ViewKeeper;
import io.sinkron.common.Bytes;
import io.sinkron.common.InvariantViolation;
import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.common.Refusal;
import io.sinkron.common.XxHash64;
import io.sinkron.lock.LockMessage;
import io.sinkron.node.Pending.Purpose;
import io.sinkron.node.Reads.Question.OfCall;
import io.sinkron.queue.QueueMessage;
import io.sinkron.raft.Proposals;
import io.sinkron.raft.Raft;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage;
import io.sinkron.raft.Role;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.QueueAnswer;
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

    /** Numbers of 48 bits: short on the wire, and those of two starts of a node don't meet. */
    private static final int NUMBER_SHIFT = 16;

    private final NodeOptions options;
    private final NodeId self;
    private final long incarnation;
    private final Raft raft;
    private final ClusterClock clock;
    private final Proposer proposer;
    private final RaftRoute route;
    private final Reads reads;
    private final LeaderDuties duties;
    private final Group group;
    private final Membership membership;
    private final Services services;
    private final Consumers consumers;
    private final CallEnds ends;
    private final Standing standing;
    private final Outputs outputs;
    private final Map<NodeId, Long> incarnations = new HashMap<>();
    private final Applier applier;
    private final AppliedHere applied;

    private Optional<NodeId> leader = Optional.empty();
    private Role role = Role.FOLLOWER;
    private long term;
    private long readyTerm;
    private volatile NodeStatus status;
    private long now;

    /**
     * A node that starts.
     *
     * @param recovered what its log store held
     * @param random the source of all its randomness
     * @param now the monotonic clock
     * @param wallMillis the wall clock, read once
     * @throws InvariantViolation if the recovered snapshot can't be read
     */
    public Node(NodeOptions options, LogStore.Recovered recovered, RandomGenerator random, long now, long wallMillis) {
        this.options = options;
        this.self = options.self();
        this.incarnation = recovered.incarnation();
        this.now = now;
        this.raft = new Raft(options.raft(), self, options.founding(), recovered, random, now);
        this.applier = new Applier(recovered.snapshot(), options);
        this.clock = new ClusterClock(raft.lastStampMillis(), wallMillis, now);
        this.outputs = new Outputs(self);
        this.route = new RaftRoute(self, raft, clock, options);
        this.proposer = new Proposer(self, incarnation, options.limits(), now);
        this.reads = new Reads(raft, options.limits(), now);
        this.duties = new LeaderDuties(new ViewKeeper(options.lease(), options.voters()));
        this.group = new Group(options, raft, duties, outputs, random.nextLong() >>> NUMBER_SHIFT);
        LeaseHolder lease = new LeaseHolder(options.lease(), now);
        this.membership = new Membership(
                new Member(self, incarnation, options.weight(), options.address(), options.http()),
                lease,
                duties,
                new KeepAlives(random.nextLong() >>> NUMBER_SHIFT, now),
                clock,
                outputs);
        ReplicatedQueues queues = new ReplicatedQueues(options.limits(), proposer, route, reads, applier, clock);
        this.services = new Services(options, incarnation, random, proposer, route, queues, outputs);
        this.standing = new Standing(self, incarnation, lease, services, clock);
        this.consumers = new Consumers(services, reads, outputs);
        this.ends = new CallEnds(proposer, reads, membership, services, consumers, route, outputs);
        this.applied = new AppliedHere(self, incarnation, applier, proposer, services, duties, standing, outputs);
        standing.stateReplaced(state(), now);
        group.observe(state().view(), standing.place(), false, now);
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
            boolean isTooMuch = raftMessage instanceof RaftMessage.AppendEntries append
                    && !append.entries().isEmpty()
                    && route.isLogFull();
            if (raftMessage instanceof RaftMessage.VoteRequest) {
                raft.clusterTimeIs(clock.known(now));
            }
            if (!isTooMuch) {
                raft.receive(from, raftMessage, now);
            }
        } else if (message instanceof Proposals proposals) {
            for (Bytes command : proposals.commands()) {
                route.proposeHere(command, now);
            }
        } else if (message instanceof QueueMessage queueMessage) {
            services.receive(from, queueMessage, now);
        } else if (message instanceof CacheMessage cacheMessage) {
            services.receive(from, cacheMessage, now);
        } else if (message instanceof ClusterMessage clusterMessage) {
            if (group.receive(from, fromIncarnation, clusterMessage, state().view(), now)) {
                return;
            }
            boolean isInView = state().view().current().has(from, fromIncarnation);
            if (membership.receive(from, clusterMessage, isInView, isSure(), now)) {
                standing.lapsed(now);
            }
            standing.heard(now);
            standing.refresh(state(), now);
        } else if (message instanceof LockMessage lockMessage) {
            boolean isBehind = applier.isBehind() || raft.appliedIndex() < raft.commitIndex();
            membership.receive(from, lockMessage, isSure(), isBehind, now);
        }
    }

    /** A client's call; it ends with exactly one {@link NodeEffect.Complete}. */
    public void call(Call call, long now) {
        this.now = now;
        boolean isLocal = call instanceof Call.ReadStale
                || call instanceof Call.DeclareRegion
                || call instanceof Call.RemoveRegion;
        Optional<Refusal> refusal = isLocal ? Optional.empty() : group.refusal();
        if (refusal.isPresent()) {
            outputs.complete(call.id(), refusal.get());
        } else if (call instanceof Call.Replicate replicate) {
            Purpose purpose = new Purpose.ClientCall(call.id(), replicate.waitNanos());
            Optional<Refusal> refused = Reads.isRead(replicate.command())
                    ? reads.submit(new OfCall(call.id(), replicate.command()), call.deadlineNanos(), now)
                    : proposer.submit(replicate.command(), purpose, call.deadlineNanos(), route, now);
            refused.ifPresent(no -> outputs.complete(call.id(), no));
        } else if (call instanceof Call.Queue queue) {
            consumers.call(queue, state(), now);
        } else if (call instanceof Call.Cache cache) {
            services.call(cache, now);
        } else if (call instanceof Call.DeclareRegion declare) {
            services.call(declare, now);
        } else if (call instanceof Call.RemoveRegion remove) {
            services.call(remove, now);
        } else if (call instanceof Call.ListQueues list) {
            services.call(list, now);
        } else if (call instanceof Call.KeepAlive keepAlive) {
            membership.keepAlive(keepAlive, leader, now);
        } else if (call instanceof Call.ReadStale read) {
            outputs.complete(call.id(), state().locks().read(read.command(), clock.estimate(now)));
        } else if (call instanceof Call.Reconfigure change) {
            group.call(change, now);
        } else if (call instanceof Call.TransferLeadership transfer) {
            group.call(transfer, now);
        }
    }

    /** The client of a call gave up. The call is still completed, when its end is known. */
    public void cancel(long call, long now) {
        this.now = now;
        ends.cancel(call, now);
    }

    /** A write of {@link NodeEffect.Persist}, and all before it, are durable. */
    public void persisted(long sequence, long now) {
        this.now = now;
        raft.persisted(sequence, now);
    }

    /** The work of a {@link NodeEffect.Offload} is done. */
    public void snapshotDone(SnapshotResult result, long now) {
        this.now = now;
        if (result instanceof SnapshotResult.Built built) {
            if (applier.built(built)) {
                raft.compact(built.index(), built.state(), now);
            }
        } else if (result instanceof SnapshotResult.Restored restored && applier.restored(restored)) {
            clock.heard(state().stampMillis(), now);
            applied.at(now);
            for (Proposer.Resolved resolved : proposer.resolve(state().answers())) {
                applied.answered(resolved.id(), resolved.answer());
            }
            standing.stateReplaced(state(), now);
        }
    }

    /** The external queue store has answered. */
    public void queueStored(long operation, List<QueueAnswer> answers, long now) {
        this.now = now;
        services.queueStored(operation, answers, now);
    }

    /** The external queue store could not answer. */
    public void queueStoreFailed(long operation, boolean maybeApplied, String reason, long now) {
        this.now = now;
        services.queueStoreFailed(operation, maybeApplied, reason, now);
    }

    /** The external queue store has named its queues. */
    public void queuesListed(long operation, List<String> names, long now) {
        this.now = now;
        services.queuesListed(operation, names, now);
    }

    /** The external main memory has answered. */
    public void memoryStored(long operation, List<MemoryAnswer> answers, long now) {
        this.now = now;
        services.memoryStored(operation, answers, now);
    }

    /** The external main memory could not answer. */
    public void memoryFailed(long operation, boolean maybeApplied, String reason, long now) {
        this.now = now;
        services.memoryFailed(operation, maybeApplied, reason, now);
    }

    /**
     * Writes every dirty line back and takes no call to the cache any more: this node is about to stop. The call is completed with
     * {@link io.sinkron.cache.Flushed} when that is done, or at the deadline.
     */
    public void shutdown(long call, long deadlineNanos, long now) {
        this.now = now;
        services.close(call, deadlineNanos, now);
    }

    /** Whether {@link NodeEffect.Publish} is wanted for each touched lock; other events are always published. */
    public void publishLocks(boolean wanted) {
        applied.publishLocks(wanted);
    }

    /** Time passes. Harmless at any time; needed at {@link #deadline}. */
    public void tick(long now) {
        this.now = now;
        raft.tick(now);
        services.tick(now);
        standing.refresh(state(), now);
        membership.tick(services.installedEpoch(), leader, now);
        group.tick(now);
        ends.due(now);
        reads.resend(now);
        proposer.resend(route, now);
        duties.observe(isReadyLeader(), state(), now);
        duties.due(raft.term(), isSure(), now).forEach(command -> ends.housekeeping(command, true, now));
    }

    /** When {@link #tick} is next needed. */
    public long deadline() {
        long far = now + FAR_NANOS;
        long first = earlier(raft.deadline(), far);
        first = earlier(first, services.deadline());
        first = earlier(first, membership.deadline());
        first = earlier(first, proposer.deadline(far));
        first = earlier(first, reads.deadline(far));
        first = earlier(first, duties.deadline(isSure(), far));
        first = earlier(first, group.deadline(far));
        if (applier.hasNext()) {
            return now;
        }
        return services.isServing() ? earlier(first, standing.servesUntil(now)) : first;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    /** Takes what is to be done, in order. */
    public List<NodeEffect> effects() {
        applier.beginTurn();
        boolean isMoving = true;
        while (isMoving) {
            isMoving = services.perform(leader, now);
            for (Message message = outputs.pollToSelf(); message != null; message = outputs.pollToSelf()) {
                dispatch(self, incarnation, message);
                isMoving = true;
            }
            if (raft.hasEffects()) {
                perform(raft.effects());
                isMoving = true;
            }
            isMoving |= apply();
            for (Reads.Answered read : reads.answered(state(), clock.estimate(now))) {
                ends.answered(read, now);
                isMoving = true;
            }
            isMoving |= observeRaft();
            if (group.observe(state().view(), standing.place(), services.isServing(), now)) {
                ends.all(now);
                isMoving = true;
            }
        }
        applier.task(raft::configAt).ifPresent(task -> outputs.add(new NodeEffect.Offload(task)));
        for (Proposals proposals : proposer.takeOutbound()) {
            leader.ifPresent(to -> outputs.send(to, proposals));
        }
        refreshStatus();
        return outputs.take();
    }

    private void perform(RaftEffects effects) {
        for (RaftEffects.Outgoing message : effects.messages()) {
            outputs.send(message.to(), message.message());
        }
        effects.write().ifPresent(write -> outputs.add(new NodeEffect.Persist(write)));
        effects.install().ifPresent(applier::installed);
        applier.committed(effects.committed());
        reads.found(effects.reads());
    }

    /** Applies what a turn may; false if that was nothing. */
    private boolean apply() {
        applied.at(now);
        boolean isMoving = false;
        for (LogEntry entry = applier.next(); entry != null; entry = applier.next()) {
            clock.heard(entry.stampMillis(), now);
            state().apply(entry, StateCodec.command(entry), applied);
            isMoving = true;
        }
        if (raft.isReadyLeader() && !applier.isBehind()) {
            readyTerm = raft.term();
        }
        return isMoving;
    }

    private ReplicatedState state() {
        return applier.state();
    }

    /** Whether this node leads and its state has had all that was ever committed before: Raft's word is of what it has handed out. */
    private boolean isReadyLeader() {
        return raft.isReadyLeader() && readyTerm == raft.term();
    }

    /** What Raft decided in this turn: who leads, and whether this node may act as the leader. */
    private boolean observeRaft() {
        boolean wasOnDuty = duties.isOnDuty();
        duties.observe(isReadyLeader(), state(), now);
        boolean isNewLeader = !raft.leader().equals(leader);
        boolean hasWon = raft.role() == Role.LEADER && role != Role.LEADER;
        boolean isChanged = isNewLeader || raft.role() != role || raft.term() != term;
        leader = raft.leader();
        role = raft.role();
        term = raft.term();
        if (hasWon) {
            route.takeOffice(now);
        }
        if (isNewLeader) {
            membership.leaderChanged(now);
            outputs.publish(new NodeEvent.LeaderChanged(leader, term));
        }
        if (isChanged && leader.isPresent()) {
            proposer.leaderChanged(route, now);
            reads.leaderChanged(now);
            group.leaderChanged(now);
        }
        return isChanged || wasOnDuty != duties.isOnDuty();
    }

    private boolean isSure() {
        return isReadyLeader() && raft.hasQuorum(now);
    }

    private void refreshStatus() {
        status = new NodeStatus(
                self,
                incarnation,
                raft.role(),
                raft.leader(),
                raft.term(),
                raft.commitIndex(),
                state().appliedIndex(),
                state().view().current(),
                state().view().active(),
                raft.committedConfiguration(),
                group.belonging(),
                standing.servesUntil(now),
                clock.estimate(now),
                now);
    }

    /** What this node knows, as of its last turn. Thread-safe. */
    public NodeStatus status() {
        return status;
    }

    /** This node's cache lines, for reads that need no turn. Thread-safe. */
    public LineTable lines() {
        return services.lines();
    }

    /** A hash of the whole replicated state; equal at equal applied index on every node. Costly: for checks. */
    public long stateHash() {
        return XxHash64.hash(StateCodec.encode(state()).array(), 0);
    }
}

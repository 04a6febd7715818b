package io.sinkron.transport.inmemory.sim.invariant;

import io.sinkron.common.Message;
import io.sinkron.common.NodeId;
import io.sinkron.node.Node;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.Configuration;
import io.sinkron.raft.ConfigurationFormat;
import io.sinkron.raft.RaftEffects;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.ReadRequest;
import io.sinkron.raft.RaftMessage.ReadResponse;
import io.sinkron.raft.RaftMessage.TimeoutNow;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.Role;
import io.sinkron.spi.LogEntry;
import io.sinkron.spi.LogStore;
import io.sinkron.transport.inmemory.sim.world.Marks;
import io.sinkron.transport.inmemory.sim.world.WorldObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts the rare situations of Raft that a run has got into, seen from outside: a simulation that never gets there proves nothing about them. */
public final class RaftSightings implements WorldObserver {
    private record Piece(NodeId to, long index, long offset) {}

    private static final class Seen {
        private long term;
        private long lastIndex;
        private Role role = Role.FOLLOWER;
        private boolean isRunning;
        private final TreeMap<Long, Configuration> configurations = new TreeMap<>();
    }

    private final Marks marks;
    private final Map<NodeId, Seen> nodes = new HashMap<>();
    private final Map<Long, Set<NodeId>> candidates = new HashMap<>();
    private final Set<Long> ledTerms = new HashSet<>();
    private final Set<Piece> pieces = new HashSet<>();
    private long highestCampaign;

    /** @param marks where to count */
    public RaftSightings(Marks marks) {
        this.marks = marks;
    }

    private Seen seen(NodeId node) {
        return nodes.computeIfAbsent(node, id -> new Seen());
    }

    @Override
    public void started(NodeId node, LogStore.Recovered recovered) {
        Seen seen = seen(node);
        long last = recovered.entries().isEmpty()
                ? recovered.snapshot().map(snapshot -> snapshot.index()).orElse(0L)
                : recovered.entries().get(recovered.entries().size() - 1).index();
        if (last < seen.lastIndex) {
            marks.reached("restart without the end of the log");
        }
        if (recovered.hardState().identity() > 0
                && recovered.incarnation() > recovered.hardState().identity()) {
            marks.reached("restart of a server in a lost one's place");
        }
        seen.lastIndex = last;
        seen.term = recovered.hardState().term();
        seen.isRunning = true;
        seen.configurations.clear();
    }

    @Override
    public void wiped(NodeId node) {
        seen(node).lastIndex = 0;
    }

    @Override
    public void stopped(NodeId node) {
        Seen seen = seen(node);
        if (seen.role == Role.LEADER) {
            marks.reached("leader died");
        }
        seen.isRunning = false;
        seen.role = Role.FOLLOWER;
    }

    @Override
    public void turned(NodeId node, Node machine) {
        NodeStatus status = machine.status();
        Seen seen = seen(node);
        if (seen.role == Role.LEADER && status.role() != Role.LEADER) {
            marks.reached(status.term() > seen.term ? "leader deposed by a higher term" : "leader stepped down");
        }
        if (status.role() == Role.LEADER && seen.role != Role.LEADER) {
            ledTerms.add(status.term());
            boolean another = nodes.values().stream()
                    .anyMatch(other -> other != seen && other.isRunning && other.role == Role.LEADER);
            if (another) {
                marks.reached("two leaders of different terms");
            }
        }
        seen.role = status.role();
        seen.term = status.term();
    }

    @Override
    public void writing(NodeId node, RaftEffects.Write write) {
        Seen seen = seen(node);
        long cut = write.batch().truncateFrom();
        if (cut > 0) {
            seen.lastIndex = cut - 1;
            if (!seen.configurations.tailMap(cut, true).isEmpty()) {
                marks.reached("configuration rolled back");
                seen.configurations.tailMap(cut, true).clear();
            }
        }
        for (LogEntry entry : write.batch().entries()) {
            seen.lastIndex = entry.index();
            if (entry.kind() == LogEntry.Kind.CONFIG) {
                configured(seen, entry.index(), ConfigurationFormat.decode(entry.payload()));
            }
        }
        write.snapshot().ifPresent(snapshot -> {
            if (snapshot.snapshot().index() > seen.lastIndex) {
                marks.reached("snapshot installed");
                seen.lastIndex = snapshot.snapshot().index();
                seen.configurations.clear();
            }
        });
    }

    private void configured(Seen seen, long index, Configuration next) {
        if (next.isJoint()) {
            marks.reached("joint configuration");
        }
        if (!seen.configurations.isEmpty()) {
            Configuration before = seen.configurations.lastEntry().getValue();
            if (next.voters().stream().anyMatch(before.learners()::contains)) {
                marks.reached("learner promoted");
            }
            if (before.isJoint() && !next.isJoint()) {
                marks.reached("joint configuration left");
            }
        }
        if (next.voters().stream().anyMatch(server -> server.identity() > 0)) {
            marks.reached("a server that isn't a founder votes");
        }
        seen.configurations.put(index, next);
    }

    @Override
    public void sent(NodeId from, NodeId to, Message message) {
        if (message instanceof VoteRequest request) {
            campaigns(from, request);
        } else if (message instanceof AppendRejected rejected) {
            if (rejected.hintIndex() < rejected.prevIndex() - 1) {
                marks.reached("conflict backed up over many entries");
            }
        } else if (message instanceof InstallSnapshot piece) {
            if (!pieces.add(new Piece(to, piece.index(), piece.offset()))) {
                marks.reached("snapshot piece sent again");
            }
        } else if (message instanceof TimeoutNow) {
            marks.reached("leadership handed over");
        } else if (message instanceof ReadRequest) {
            marks.reached("read asked of the leader");
        } else if (message instanceof ReadResponse response) {
            marks.reached(
                    response.index() == RaftEffects.REFUSED
                            ? "read refused by the asked"
                            : "read answered by the leader");
        }
    }

    /** A split vote shows when a later term begins without the earlier one, with its several candidates, having had a leader. */
    private void campaigns(NodeId from, VoteRequest request) {
        long term = request.term();
        if (term > highestCampaign) {
            boolean split = candidates.getOrDefault(highestCampaign, Set.of()).size() > 1
                    && !ledTerms.contains(highestCampaign);
            if (split) {
                marks.reached("split vote");
            }
            highestCampaign = term;
        }
        candidates.computeIfAbsent(term, key -> new HashSet<>()).add(from);
    }

    @Override
    public void received(NodeId node, NodeId from, Message message) {
        Seen seen = seen(node);
        if (message instanceof VoteRequest request && request.term() <= seen.term - 2) {
            marks.reached("vote request two terms late");
        } else if (message instanceof AppendEntries append) {
            if (append.term() < seen.term) {
                marks.reached("append of an old term");
            } else if (!append.entries().isEmpty()
                    && append.prevIndex() + append.entries().size() < seen.lastIndex) {
                marks.reached("append that ends before the log does");
            }
        } else if (message instanceof InstallSnapshot piece && piece.index() <= seen.lastIndex) {
            marks.reached("snapshot piece received too late");
        }
    }
}

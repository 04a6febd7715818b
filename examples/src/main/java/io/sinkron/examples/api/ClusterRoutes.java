package io.sinkron.examples.api;

import io.sinkron.ClusterMember;
import io.sinkron.ClusterMember.Part;
import io.sinkron.ClusterService;
import io.sinkron.cluster.Ring;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.examples.http.Pending;
import io.sinkron.examples.http.Problem;
import io.sinkron.examples.http.ProblemException;
import io.sinkron.examples.http.Request;
import io.sinkron.examples.http.Response;
import io.sinkron.examples.http.Router;
import io.sinkron.examples.json.JsonObject;
import io.sinkron.examples.json.JsonWriter;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.MembershipChange;
import io.sinkron.raft.Role;
import io.sinkron.transport.netty.NettyTransportOptions;
import java.util.List;
import java.util.Optional;

/** {@code /cluster}, {@code /cluster/members}, {@code /cluster/leader}, {@code /ring} and {@code /health}. */
final class ClusterRoutes {
    private static final int MAX_ADDRESS_BYTES = 512;

    private final ClusterService cluster;

    ClusterRoutes(ClusterService cluster) {
        this.cluster = cluster;
    }

    void addTo(Router.Builder router) {
        router.route("GET", "/cluster", this::show)
                .route("POST", "/cluster/members", this::add)
                .route("DELETE", "/cluster/members/{id}", this::remove)
                .route("POST", "/cluster/leader", this::transfer)
                .route("GET", "/ring", this::ring)
                .route("GET", "/health/live", request -> Pending.of(Response.ok(w -> w.text("status", "live"))))
                .route("GET", "/health/ready", this::ready);
    }

    private Pending<Response> show(Request request) {
        NodeStatus status = cluster.status();
        View view = status.active();
        List<String> live =
                view.members().stream().map(member -> member.id().value()).toList();
        return Pending.of(Response.ok(w -> w.text("node", status.self().value())
                .text("leader", status.leader().map(NodeId::value).orElse(null))
                .integer("term", status.term())
                .integer("commit_index", status.commitIndex())
                .integer("applied_index", status.appliedIndex())
                .object("view", v -> v.integer("epoch", view.epoch()).texts("live", live))
                .objects("members", cluster.members(), (out, member) -> member(out, member, status))));
    }

    private Response members() {
        NodeStatus status = cluster.status();
        return Response.ok(w -> w.objects("members", cluster.members(), (out, member) -> member(out, member, status)));
    }

    private static void member(JsonWriter out, ClusterMember member, NodeStatus status) {
        out.text("id", member.id().value())
                .text("address", member.address())
                .text("http", member.http())
                .text("role", role(member, status))
                .flag("voter", member.part() == Part.VOTER)
                .flag("live", member.live());
    }

    private static String role(ClusterMember member, NodeStatus status) {
        if (member.leader()) {
            return "leader";
        }
        if (member.part() != Part.VOTER) {
            return "learner";
        }
        boolean isCampaigning = member.id().equals(status.self())
                && (status.role() == Role.CANDIDATE || status.role() == Role.PRE_CANDIDATE);
        return isCampaigning ? "candidate" : "follower";
    }

    private Pending<Response> add(Request request) {
        JsonObject body = request.json();
        NodeId id = node("id", body.text("id", 1, NodeId.MAX_LENGTH));
        String address = body.text("address", 1, MAX_ADDRESS_BYTES);
        // The node says itself where its API is, once it is live; until then nobody could use it.
        body.text("http", 0, MAX_ADDRESS_BYTES);
        boolean isVoter = body.flag("voter", true);
        body.end();
        try {
            NettyTransportOptions.address(address);
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest("address", e.getMessage());
        }
        MembershipChange change =
                isVoter ? MembershipChange.addVoter(id, address) : MembershipChange.addLearner(id, address);
        return Pending.of(cluster.reconfigure(change, Input.options(request))).map(done -> members());
    }

    private Pending<Response> remove(Request request) {
        NodeId id = node("id", request.part("id", NodeId.MAX_LENGTH));
        return Pending.of(cluster.reconfigure(MembershipChange.remove(id), Input.options(request)))
                .map(done -> members());
    }

    private Pending<Response> transfer(Request request) {
        JsonObject body = request.jsonOrEmpty();
        Optional<NodeId> to = body.optionalText("to", 1, NodeId.MAX_LENGTH).map(name -> node("to", name));
        body.end();
        return Pending.of(cluster.transferLeadership(to, Input.options(request)))
                .map(leader -> Response.ok(w -> w.text("leader", leader.value())));
    }

    private static NodeId node(String field, String name) {
        try {
            return NodeId.of(name);
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest(field, e.getMessage());
        }
    }

    private Pending<Response> ring(Request request) {
        Optional<String> queue = request.query("queue", Input.MAX_NAME_BYTES);
        Optional<String> key = request.query("key", Input.MAX_NAME_BYTES);
        if (queue.isPresent() && key.isPresent()) {
            throw ProblemException.badRequest("key", "Only one of 'queue' and 'key' may be given");
        }
        Ring ring = cluster.ring();
        Optional<String> name = queue.or(() -> key);
        String part = queue.isPresent() ? "queue" : "key";
        if (name.isPresent() && name.get().isEmpty()) {
            throw ProblemException.badRequest(part, "'" + part + "' must not be empty");
        }
        if (ring.isEmpty()) {
            throw new ProblemException(Problem.unavailable("no view", "No node is live yet", 1));
        }
        queue.ifPresent(text -> Input.checkQueue("queue", text));
        return Pending.of(Response.ok(w -> {
            w.integer("epoch", ring.epoch());
            if (name.isPresent()) {
                owner(w, ring, Bytes.utf8(name.get()));
            } else {
                w.object("shares", out -> ring.shares().forEach((node, share) -> out.number(node.value(), share)));
            }
        }));
    }

    private static void owner(JsonWriter out, Ring ring, Bytes key) {
        out.text("owner", ring.owner(key).value())
                .texts(
                        "preference",
                        ring.preference(key, ring.members().size()).stream()
                                .map(NodeId::value)
                                .toList());
    }

    private Pending<Response> ready(Request request) {
        if (cluster.isReady()) {
            return Pending.of(Response.ok(w -> w.text("status", "ready")));
        }
        List<String> reasons = cluster.reasonsNotReady();
        throw new ProblemException(Problem.unavailable("not ready", "Not ready: " + String.join(", ", reasons), 1)
                .with(w -> w.texts("reasons", reasons)));
    }
}

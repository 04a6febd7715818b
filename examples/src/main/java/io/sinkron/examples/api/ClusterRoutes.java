package io.sinkron.examples.api;

import io.sinkron.ClusterService;
import io.sinkron.cluster.Member;
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
import io.sinkron.examples.json.JsonWriter;
import io.sinkron.node.NodeStatus;
import io.sinkron.raft.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** {@code /cluster}, {@code /ring} and {@code /health}. */
final class ClusterRoutes {
    private final ClusterService cluster;
    private final Map<NodeId, String> addresses;

    /** Where a node served HTTP when it was last seen live: a view has live nodes only. */
    private final Map<NodeId, String> lastHttp = new ConcurrentHashMap<>();

    /** @param addresses where the nodes' transports listen, as configured */
    ClusterRoutes(ClusterService cluster, Map<NodeId, String> addresses) {
        this.cluster = cluster;
        this.addresses = Map.copyOf(addresses);
    }

    void addTo(Router.Builder router) {
        router.route("GET", "/cluster", this::show)
                .route("GET", "/ring", this::ring)
                .route("GET", "/health/live", request -> Pending.of(Response.ok(w -> w.text("status", "live"))))
                .route("GET", "/health/ready", this::ready);
    }

    private Pending<Response> show(Request request) {
        NodeStatus status = cluster.status();
        View view = status.active();
        view.members().stream()
                .filter(member -> !member.http().isEmpty())
                .forEach(member -> lastHttp.put(member.id(), member.http()));
        List<String> live =
                view.members().stream().map(member -> member.id().value()).toList();
        return Pending.of(Response.ok(w -> w.text("node", status.self().value())
                .text("leader", status.leader().map(NodeId::value).orElse(null))
                .integer("term", status.term())
                .integer("commit_index", status.commitIndex())
                .integer("applied_index", status.appliedIndex())
                .object("view", v -> v.integer("epoch", view.epoch()).texts("live", live))
                .objects("members", cluster.voters(), (out, id) -> member(out, id, status))));
    }

    private void member(JsonWriter out, NodeId id, NodeStatus status) {
        Optional<Member> live = status.active().member(id);
        out.text("id", id.value())
                .text(
                        "address",
                        addresses.getOrDefault(id, live.map(Member::address).orElse("")))
                .text("http", lastHttp.getOrDefault(id, ""))
                .text("role", role(id, status))
                .flag("voter", true)
                .flag("live", live.isPresent());
    }

    private static String role(NodeId id, NodeStatus status) {
        if (id.equals(status.self())) {
            return switch (status.role()) {
                case LEADER -> "leader";
                case CANDIDATE, PRE_CANDIDATE -> "candidate";
                case FOLLOWER -> "follower";
            };
        }
        return status.role() != Role.LEADER
                        && status.leader().filter(id::equals).isPresent()
                ? "leader"
                : "follower";
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

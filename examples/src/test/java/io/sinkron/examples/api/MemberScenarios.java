package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.sinkron.examples.testkit.ApiCaller.Answer;
import io.sinkron.examples.testkit.LocalNodes;
import io.sinkron.examples.testkit.LocalNodes.Joiner;

/** Changes of the members and of the leader. */
final class MemberScenarios extends ContractScenarios {
    private static final String PATIENT = "?timeout_ms=20000";

    MemberScenarios(LocalNodes nodes) {
        super(nodes);
    }

    void membersComeAndGo() throws Exception {
        Joiner joiner = nodes().startJoiner("m1");
        Answer unready = joiner.caller().call("GET", "/health/ready").is(503);
        assertTrue(unready.body().path("reasons").toString().contains("not joined"), unready::toString);
        joiner.caller().call("POST", "/sessions").is(503, "unavailable");

        assertEquals("learner", add("m1", joiner.address(), false).path("role").asText());
        assertEquals("learner", add("m1", joiner.address(), false).path("role").asText(), "asked for again");
        eventually(
                "the learner serves",
                () -> joiner.caller().call("GET", "/health/ready").isSuccess());
        String session = joiner.caller().call("POST", "/sessions").is(201).text("session");
        String queue = fresh("queue");
        joiner.caller()
                .call("POST", "/queues/" + queue + "/enqueue", "{'messages':[{'body':'x'}]}")
                .is(201);
        JsonNode voter = add("m1", joiner.address(), true);
        assertTrue(voter.path("voter").asBoolean(), voter::toString);
        assertTrue(voter.path("live").asBoolean(), voter::toString);
        assertEquals(joiner.address(), voter.path("address").asText());

        Answer left = any().call("DELETE", "/cluster/members/m1" + PATIENT).is(200);
        assertTrue(member("m1", left.body()).isMissingNode(), left::toString);
        any().call("DELETE", "/cluster/members/m1").is(404, "no-such-member");
        eventually(
                "who was removed says so",
                () -> joiner.caller()
                        .call("GET", "/health/ready")
                        .body()
                        .path("reasons")
                        .toString()
                        .contains("not a member"));
        joiner.caller().call("POST", "/sessions").is(503, "unavailable");
        any().call("DELETE", "/sessions/" + session).is(204);
        assertEquals(1, dequeue(queue, "'wait_ms':5000").body().path("messages").size(), "its queues went to others");
    }

    private JsonNode add(String id, String address, boolean isVoter) {
        Answer answer = any().call(
                        "POST",
                        "/cluster/members" + PATIENT,
                        "{'id':'" + id + "','address':'" + address + "','http':'','voter':" + isVoter + "}")
                .is(200);
        return member(id, answer.body());
    }

    private static JsonNode member(String id, JsonNode body) {
        for (JsonNode member : body.path("members")) {
            if (member.path("id").asText().equals(id)) {
                return member;
            }
        }
        return MissingNode.getInstance();
    }

    void whoNeverComesIsWaitedForAndGivenUp() {
        String body = "{'id':'m2','address':'127.0.0.1:1','http':''}";
        any().call("POST", "/cluster/members?timeout_ms=500", body).is(504, "outcome-unknown");
        JsonNode waited = member("m2", any().call("GET", "/cluster").is(200).body());
        assertEquals("learner", waited.path("role").asText(), waited::toString);
        any().call("POST", "/cluster/members", body.replace("m2", "m3")).is(409, "change-in-progress");
        any().call("DELETE", "/cluster/members/n1").is(409, "change-in-progress");
        Answer left = any().call("DELETE", "/cluster/members/m2").is(200);
        assertTrue(member("m2", left.body()).isMissingNode(), left::toString);
    }

    void wrongRequestsAboutMembersAreRefused() {
        String path = "/cluster/members";
        any().call("POST", path, "{'id':'a/b','address':'h:1','http':''}").is(400, "bad-request");
        any().call("POST", path, "{'id':'a','address':'h','http':''}").is(400, "bad-request");
        any().call("POST", path, "{'id':'a','address':'h:1'}").is(400, "bad-request");
        any().call("POST", path, "{'id':'a','address':'h:1','http':'','votes':true}")
                .is(400, "bad-request");
        any().call("DELETE", path + "/a%20b").is(400, "bad-request");
        any().call("DELETE", path + "/nobody").is(404, "no-such-member");
        any().call("GET", path).is(405, "method-not-allowed");
        any().call("POST", "/cluster/leader", "{'to':'nobody'}").is(400, "bad-request");
        any().call("POST", "/cluster/leader", "{'to':''}").is(400, "bad-request");
    }

    void leadershipIsHandedOver() throws Exception {
        String leader = any().call("GET", "/cluster").is(200).text("leader");
        String same = any().call("POST", "/cluster/leader", "{'to':'" + leader + "'}")
                .is(200)
                .text("leader");
        assertEquals(leader, same);
        if (nodes().count() == 1) {
            any().call("POST", "/cluster/leader").is(400, "bad-request");
            any().call("DELETE", "/cluster/members/n1").is(400, "bad-request");
            return;
        }
        String next = any().call("POST", "/cluster/leader").is(200).text("leader");
        assertNotEquals(leader, next);
        any().call("POST", "/cluster/leader", "{'to':'" + leader + "'}").is(200);
        eventually(
                "all know of it",
                () -> any().call("GET", "/cluster").text("leader").equals(leader)
                        && any().call("GET", "/cluster").text("leader").equals(leader)
                        && any().call("GET", "/cluster").text("leader").equals(leader));
    }
}

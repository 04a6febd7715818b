package io.sinkron.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {
    private final Router router = Router.builder()
            .route("GET", "/locks", request -> answer("list"))
            .route("GET", "/locks/{name}", request -> answer("show " + request.part("name", 512)))
            .route("DELETE", "/locks/{name}", request -> answer("delete " + request.part("name", 512)))
            .route("POST", "/locks/all", request -> answer("all"))
            .route("POST", "/locks/{name}/acquire", request -> answer("acquire " + request.part("name", 512)))
            .route("GET", "/query", request -> answer(request.query("q", 512).orElse("none")))
            .build();

    private static Pending<Response> answer(String text) {
        return Pending.of(Response.ok(w -> w.text("answer", text)));
    }

    private String ask(String method, String target) {
        Response response = router.handle(Request.of(method, target, Map.<String, String>of()::get, new byte[0]))
                .join();
        String body = new String(response.body(), StandardCharsets.UTF_8);
        return body.substring("{\"answer\":\"".length(), body.length() - 2);
    }

    private Problem refusal(String method, String target) {
        return assertThrows(ProblemException.class, () -> ask(method, target)).problem();
    }

    @ParameterizedTest
    @CsvSource({
        "/locks, list",
        "/locks/a, show a",
        "/locks/a%2Fb, show a/b",
        "/locks/%2e%2E, show ..",
        "/locks/.., show ..",
        "/locks/a+b, show a+b",
        "/locks/a%20b, show a b",
        "/locks/%C3%A4, show ä",
        "/lock%73/a, show a",
        "http://host:1/locks/a, show a",
        "/query?q=a+b%26c&q=d, a+b&c",
        "/query?x=%zz, none",
        "/query?q, ''",
    })
    void aPathFindsItsRoute(String target, String expected) {
        assertEquals(expected, ask("GET", target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "",
                "/nothing",
                "/locks/a/b",
                "/locks/a/acquire/",
                "//locks",
                "/LOCKS",
                "*",
                "/lock%7",
                "http://host:1?q"
            })
    void anUnknownPathIsNoRoute(String target) {
        assertEquals("no-such-route", refusal("GET", target).code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/locks/",
                "/locks/%zz",
                "/locks/%",
                "/locks/%f",
                "/locks/%ff",
                "/locks/%C0%80",
                "/locks/%ED%A0%80"
            })
    void aBadNameIsABadRequestThatNamesThePart(String target) {
        Problem problem = refusal("GET", target);
        assertEquals("bad-request", problem.code());
        assertEquals("name", field(problem));
    }

    private static String field(Problem problem) {
        String body = new String(problem.toResponse().body(), StandardCharsets.UTF_8);
        int at = body.indexOf("\"field\":\"") + 9;
        return body.substring(at, body.indexOf('"', at));
    }

    @Test
    void namesAreMeasuredInBytes() {
        assertEquals("show " + "ä".repeat(256), ask("GET", "/locks/" + "%C3%A4".repeat(256)));
        assertEquals(
                "bad-request",
                refusal("GET", "/locks/" + "%C3%A4".repeat(256) + "x").code());
    }

    @Test
    void aWrongVerbIsToldTheRightOnes() {
        Problem problem = refusal("PATCH", "/locks/a");
        assertEquals(405, problem.status());
        assertEquals("DELETE, GET, HEAD", problem.headers().get("Allow"));
        assertEquals("POST", refusal("GET", "/locks/all").headers().get("Allow"));
        assertEquals("all", ask("POST", "/locks/all"));
        assertEquals(405, refusal("get", "/locks").status());
    }

    @Test
    void aBadQueryPartIsNamed() {
        assertEquals("q", field(refusal("GET", "/query?q=%zz")));
    }

    @Test
    void routesAreDescribed() {
        assertEquals(
                List.of(
                        "DELETE /locks/{name}",
                        "GET /locks",
                        "GET /locks/{name}",
                        "GET /query",
                        "POST /locks/all",
                        "POST /locks/{name}/acquire"),
                router.describe());
    }

    @Test
    void aRouteTwiceIsAMistake() {
        Router.Builder builder = Router.builder().route("GET", "/a", request -> answer("1"));
        assertThrows(IllegalArgumentException.class, () -> builder.route("GET", "/a", request -> answer("2")));
    }
}

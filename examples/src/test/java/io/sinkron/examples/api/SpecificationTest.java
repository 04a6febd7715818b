package io.sinkron.examples.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sinkron.examples.testkit.ApiCaller;
import io.sinkron.examples.testkit.Specification;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The specification itself, and that the checks made with it can fail. */
class SpecificationTest {
    private final Specification specification = new Specification();

    @Test
    void everyReferenceLeadsSomewhere() {
        assertEquals(List.of(), specification.danglingReferences());
    }

    @Test
    void anAnswerWithAFieldTooManyIsFound() {
        String wrong = "{'session':'s','ttl_ms':30000,'extra':1}";
        assertFalse(specification
                .answerErrors("POST /sessions", 201, "application/json", ApiCaller.json(wrong))
                .isEmpty());
    }

    @Test
    void anAnswerWithAFieldTooFewIsFound() {
        assertFalse(specification
                .answerErrors("GET /locks/{name}", 200, "application/json", ApiCaller.json("{'lock':'a','holders':[]}"))
                .isEmpty());
    }

    @Test
    void aProblemOfAnotherCodeIsFound() {
        String wrong = "{'type':'urn:sinkron:problem:deadlock','title':'t','status':409,'detail':'d','code':'deadlock',"
                + "'retryable':true,'outcome':'not_applied'}";
        assertFalse(specification
                .answerErrors("POST /locks/{name}/release", 409, "application/problem+json", ApiCaller.json(wrong))
                .isEmpty());
    }

    @Test
    void aStatusThatIsNotDeclaredIsFound() {
        assertFalse(specification
                .answerErrors("POST /sessions", 200, "application/json", ApiCaller.json("{}"))
                .isEmpty());
    }

    @Test
    void aBadRequestBodyIsFound() {
        assertFalse(specification
                .requestErrors("POST /locks/{name}/acquire", ApiCaller.json("{'session':'s','mode':'both'}"))
                .isEmpty());
        assertEquals(
                List.of(),
                specification.requestErrors(
                        "POST /locks/{name}/acquire", ApiCaller.json("{'session':'s','mode':'shared'}")));
    }
}

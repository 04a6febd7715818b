package io.sinkron.examples.http;

/** Ends the handling of a request with a {@link Problem}. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** @param problem the answer */
    public ProblemException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    /** Short for a bad request. */
    public static ProblemException badRequest(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }

    /** The answer. */
    public Problem problem() {
        return problem;
    }
}

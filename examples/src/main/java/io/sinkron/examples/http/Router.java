package io.sinkron.examples.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the handler of a path and method. A pattern such as {@code /locks/{name}/acquire} takes each {@code {part}} for exactly one segment of the
 * path, empty ones included (so that the handler can say that a name is missing). Dots are no path steps and a slash inside a name comes as
 * {@code %2F}. Of two patterns the one with a fixed segment further left wins. HEAD is answered as GET. Immutable.
 */
public final class Router implements Handler {
    private final List<Route> routes;

    private Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /** A router without routes, to be filled. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Pending<Response> handle(Request request) {
        String[] segments = request.rawPath().split("/", -1);
        for (Route route : routes) {
            if (route.matches(segments)) {
                Handler handler = route.handlers.get(request.method());
                if (handler == null) {
                    throw new ProblemException(Problem.methodNotAllowed(route.allow()));
                }
                return handler.handle(request.withParts(route.parts(segments)));
            }
        }
        throw new ProblemException(Problem.noSuchRoute());
    }

    /** Every route as {@code METHOD /pattern}, sorted. */
    public List<String> describe() {
        return routes.stream()
                .flatMap(route -> route.handlers().keySet().stream().map(method -> method + " " + route.pattern()))
                .sorted()
                .toList();
    }

    /** Collects routes. */
    public static final class Builder {
        private final Map<String, Route> routes = new LinkedHashMap<>();

        private Builder() {}

        /** Adds a route. */
        public Builder route(String method, String pattern, Handler handler) {
            Route route = routes.computeIfAbsent(pattern, p -> new Route(List.of(p.split("/", -1)), new TreeMap<>()));
            if (route.handlers.put(method, handler) != null) {
                throw new IllegalArgumentException(method + " " + pattern + " is there twice");
            }
            return this;
        }

        /** The router. */
        public Router build() {
            List<Route> sorted = new ArrayList<>(routes.values());
            sorted.sort(Comparator.comparing(Route::specificity));
            return new Router(sorted);
        }
    }

    /** All methods of one pattern. */
    private record Route(List<String> segmentPatterns, Map<String, Handler> handlers) {
        static boolean isPart(String segment) {
            return segment.startsWith("{");
        }

        boolean matches(String[] segments) {
            if (segments.length != segmentPatterns.size()) {
                return false;
            }
            for (int i = 0; i < segments.length; i++) {
                String wanted = segmentPatterns.get(i);
                if (!isPart(wanted)
                        && !PercentCoding.decode(segments[i]).orElse("\0").equals(wanted)) {
                    return false;
                }
            }
            return true;
        }

        Map<String, String> parts(String[] segments) {
            Map<String, String> parts = new TreeMap<>();
            for (int i = 0; i < segments.length; i++) {
                String wanted = segmentPatterns.get(i);
                if (isPart(wanted)) {
                    parts.put(wanted.substring(1, wanted.length() - 1), segments[i]);
                }
            }
            return parts;
        }

        String allow() {
            TreeSet<String> methods = new TreeSet<>(handlers.keySet());
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            return String.join(", ", methods);
        }

        String pattern() {
            return String.join("/", segmentPatterns);
        }

        /** Sorts fixed segments before named ones, position by position. */
        String specificity() {
            StringBuilder order = new StringBuilder();
            segmentPatterns.forEach(segment -> order.append(isPart(segment) ? '1' : '0'));
            return order.toString();
        }
    }
}

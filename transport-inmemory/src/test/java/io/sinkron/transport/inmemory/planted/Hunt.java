package io.sinkron.transport.inmemory.planted;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs in a JVM of its own, as a bug may make it hang or run out of memory: tries what may find a bug, one after the other, and says what did.
 *
 * <p>Each argument is {@code id=directories=step,step...}: classes with the bug, and what to run. A step is {@code class:name}, {@code package:name} (all its
 * tests and properties save those that plant bugs themselves, the random schedules last) or {@code seeds:first:end} (the simulator).
 */
final class Hunt {
    /** It judges a page of the documentation, which no bug in the code can break. */
    private static final String JUDGES_A_PAGE = "ScriptCatalogueTest";

    /** Marks the lines that are for the one who asked. */
    static final String MARK = "planted> ";

    private Hunt() {}

    /** Hunts one bug after the other. */
    public static void main(String[] hunts) throws Exception {
        for (String hunt : hunts) {
            String[] parts = hunt.split("=", 3);
            Optional<String> found = hunt(parts[0], parts[1], List.of(parts[2].split(",")));
            say(found.map(what -> "found " + parts[0] + " " + what).orElse("missed " + parts[0]));
        }
        System.exit(0);
    }

    private static void say(String line) {
        System.out.println("\n" + MARK + line.replaceAll("\\s+", " "));
        System.out.flush();
    }

    private static Optional<String> hunt(String id, String directories, List<String> steps)
            throws IOException, ReflectiveOperationException {
        List<Path> places = Stream.of(
                        (directories + File.pathSeparator + HuntProcess.classPath()).split(File.pathSeparator))
                .filter(place -> !place.isEmpty())
                .map(Path::of)
                .toList();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (BugLoader loader = new BugLoader(places)) {
            Thread.currentThread().setContextClassLoader(loader);
            for (String step : steps) {
                String[] words = step.split(":");
                Optional<String> found = switch (words[0]) {
                    case "class" -> inClass(loader.loadClass(words[1]));
                    case "package" -> inPackage(words[1]);
                    case "seeds" -> inSeeds(id, loader, Long.parseLong(words[1]), Long.parseLong(words[2]));
                    default -> throw new IllegalArgumentException(step);
                };
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static Optional<String> inPackage(String name) {
        List<Class<?>> tests = new ArrayList<>(ReflectionSupport.findAllClassesInPackage(
                name,
                type -> type.getPackageName().equals(name) && !type.isMemberClass(),
                type -> type.endsWith("Test") && !type.contains("Planted") && !type.endsWith(JUDGES_A_PAGE)
                        || type.endsWith("Properties")));
        tests.sort(Comparator.comparingInt(Hunt::cost).thenComparing(Class::getName));
        for (Class<?> test : tests) {
            Optional<String> found = inClass(test);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static int cost(Class<?> test) {
        if (test.getSimpleName().contains("Schedule")) {
            return 2;
        }
        return test.getSimpleName().endsWith("Properties") ? 1 : 0;
    }

    private static Optional<String> inClass(Class<?> test) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(test))
                .configurationParameter(
                        "jqwik.database",
                        Path.of(System.getProperty("java.io.tmpdir"), "jqwik-planted")
                                .toString())
                .configurationParameter("jqwik.failures.runfirst", "false")
                .build();
        FirstFailure failure = new FirstFailure(test.getSimpleName());
        LauncherFactory.create().execute(request, failure);
        return Optional.ofNullable(failure.what);
    }

    private static Optional<String> inSeeds(String id, ClassLoader loader, long first, long end)
            throws ReflectiveOperationException {
        for (long seed = first; seed < end; seed++) {
            LongConsumer run = (LongConsumer)
                    loader.loadClass(OneSeed.class.getName()).getConstructor().newInstance();
            try {
                run.accept(seed);
            } catch (RuntimeException | Error e) {
                String message = String.valueOf(e.getMessage());
                return Optional.of(
                        (seed - first + 1) + " " + message.lines().limit(3).reduce("", (a, b) -> a + " " + b));
            }
            say("survived " + id + " " + (seed - first + 1));
        }
        return Optional.empty();
    }

    /** Tells of the first test that fails, at once, as the one who asked may not want to wait for the others. */
    private static final class FirstFailure implements TestExecutionListener {
        private final String type;
        private String what;

        FirstFailure(String type) {
            this.type = type;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() != TestExecutionResult.Status.FAILED || what != null) {
                return;
            }
            String method = test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(source -> "." + ((MethodSource) source).getMethodName())
                    .orElse("");
            String row = method.isEmpty() || test.getDisplayName().startsWith(method.substring(1))
                    ? ""
                    : " [" + test.getDisplayName() + "]";
            what = type
                    + method
                    + row
                    + result.getThrowable()
                            .map(thrown -> " | "
                                    + String.valueOf(thrown.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse(""))
                            .orElse("");
            say("first " + what);
        }
    }
}

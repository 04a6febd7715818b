package io.sinkron.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.examples.testkit.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tour, as a stranger would start it. */
class DemoTest {
    @Test
    void everyCheckOfTheTourHoldsAndNothingIsLeftBehind() throws Exception {
        try (Program demo = Program.start("demo", "--once", "--http-port", "0")) {
            int status = demo.await(Duration.ofSeconds(90));
            List<String> out = demo.out();
            assertEquals(0, status, () -> String.join("\n", out));
            assertEquals(List.of(), demo.err());
            assertTrue(out.stream().filter(line -> line.contains("✓")).count() >= 20);
            assertTrue(out.stream().noneMatch(line -> line.contains("✗")));
            String last = out.get(out.size() - 1);
            assertTrue(last.startsWith("All ") && last.contains("checks held"), last);
            String first = out.get(0);
            Path directory = Path.of(first.substring(first.indexOf(" in /") + 4, first.length() - 1));
            assertFalse(Files.exists(directory), "the temporary directory is still there: " + directory);
        }
    }
}

package io.sinkron.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The decision table of {@code docs/wal.md} and the tests of recovery have the same rows. */
class DecisionTableTest {
    private static final List<Class<?>> TESTS = List.of(
            RecoveryOfTailsTest.class, RecoveryOfBatchesTest.class, RecoveryOfFilesTest.class, LogRepairTest.class);
    private static final Pattern ROW = Pattern.compile("^\\| ([a-z]\\d+) \\|", Pattern.MULTILINE);
    private static final Pattern METHOD = Pattern.compile("^([a-z]\\d+)_.*");

    @Test
    void everyRowHasATestAndEveryTestOfARowIsInTheTable() throws IOException {
        TreeSet<String> rows = new TreeSet<>();
        Matcher row = ROW.matcher(Files.readString(page(), StandardCharsets.UTF_8));
        while (row.find()) {
            assertTrue(rows.add(row.group(1)), "row " + row.group(1) + " stands there twice");
        }
        TreeSet<String> tested = new TreeSet<>();
        TESTS.stream()
                .flatMap(test -> Stream.of(test.getDeclaredMethods()))
                .map(Method::getName)
                .forEach(name -> {
                    Matcher method = METHOD.matcher(name);
                    if (method.matches()) {
                        tested.add(method.group(1));
                    }
                });
        assertTrue(rows.size() > 25, rows.toString());
        assertEquals(rows, tested);
    }

    /** Maven runs the tests in the module's directory, other tools at the top. */
    private static Path page() {
        Path above = Path.of("../docs/wal.md");
        return Files.exists(above) ? above : Path.of("docs/wal.md");
    }
}

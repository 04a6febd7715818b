package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code docs/cache-stories.md} is complete and true: each id has a test that exists, or a reason why it can't apply. */
class CacheCatalogueTest {
    private static final String PAGE = "docs/cache-stories.md";
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");
    private static final List<Integer> STORIES = List.of(
            1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 30, 31, 32, 33, 34,
            36, 37, 38, 39, 40, 42, 43, 44, 45, 46);

    private final List<Row> rows = new ArrayList<>();
    private List<Path> sources;

    /** A line of a table: with a test, or, if there is none, with the reason. */
    private record Row(String id, String type, String method, String what) {}

    @BeforeEach
    void readThePage() throws IOException {
        for (String line : Files.readAllLines(project().resolve(PAGE))) {
            List<String> cells =
                    Arrays.stream(line.split("\\|")).map(String::trim).toList();
            boolean isRow =
                    line.startsWith("| ") && cells.size() > 2 && !cells.get(1).equals("id");
            if (isRow && cells.get(2).startsWith("`")) {
                String[] test = cells.get(2).replace("`", "").split("#");
                rows.add(new Row(cells.get(1), test[0], test[1], cells.get(3)));
            } else if (isRow) {
                rows.add(new Row(cells.get(1), "", "", cells.get(2)));
            }
        }
        try (Stream<Path> modules = Files.list(project())) {
            sources = modules.map(module -> module.resolve("src/test/java/io/sinkron"))
                    .filter(Files::isDirectory)
                    .toList();
        }
    }

    /** The project's directory: the one with the page. */
    private static Path project() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve(PAGE))) {
            at = at.getParent();
        }
        assertTrue(at != null, PAGE + " is nowhere above the working directory");
        return at;
    }

    private static Set<String> ids() {
        Set<String> ids = new TreeSet<>(List.of("TWO-HOMES", "PAUSE", "HANDOVER"));
        STORIES.forEach(story -> ids.add(String.format("S%02d", story)));
        count(ids, "R", 7);
        count(ids, "P", 13);
        count(ids, "INV-", 7);
        count(ids, "FAULT-", 17);
        count(ids, "OWNER-", 2);
        count(ids, "HOME-", 4);
        count(ids, "LATE-", 3);
        count(ids, "GAP-", 7);
        count(ids, "BUG-", 13);
        return ids;
    }

    private static void count(Set<String> ids, String prefix, int last) {
        for (int i = 1; i <= last; i++) {
            ids.add(prefix + i);
        }
    }

    @Test
    void everyStoryHasATestOrAReasonAndNothingElseIsTold() {
        Set<String> told = new TreeSet<>();
        rows.forEach(row -> told.add(row.id()));
        assertEquals(ids(), told);
    }

    @Test
    void whatCannotApplyHasAReasonAndNoTest() {
        for (Row reason : rows) {
            if (reason.type().isEmpty()) {
                assertTrue(reason.what().length() > 20, reason::toString);
                assertTrue(
                        rows.stream().noneMatch(row -> row != reason && row.id().equals(reason.id())), reason::id);
            }
        }
    }

    @Test
    void theTestsThatAreNamedExistAndHaveWhatIsQuoted() {
        assertAll(rows.stream().filter(row -> !row.type().isEmpty()).map(row -> () -> {
            String text = source(row.type());
            assertTrue(
                    Pattern.compile("\\bvoid " + row.method() + "\\(")
                            .matcher(text)
                            .find(),
                    row + " is no test");
            for (Matcher quoted = QUOTED.matcher(row.what()); quoted.find(); ) {
                assertTrue(text.contains("\"" + quoted.group(1) + "\""), () -> row + " has no such line");
            }
        }));
    }

    /** A test class's text; empty if there is none. */
    private String source(String type) throws IOException {
        for (Path module : sources) {
            Path file = module.resolve(type.replace('.', '/') + ".java");
            if (Files.exists(file)) {
                return Files.readString(file);
            }
        }
        return "";
    }
}

package io.sinkron.raft;

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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The catalogue is complete: each of its ids is a script, a test in Java, or can't apply for a reason that is written down; and {@code docs/raft-scenarios.md} says
 * the same.
 */
class ScriptCatalogueTest {
    private static List<String> ids() {
        return ScriptResources.list("catalogue/ids.txt").stream()
                .flatMap(line -> Arrays.stream(line.split(" +")))
                .toList();
    }

    private static List<List<String>> table(String name, int columns) {
        List<List<String>> rows = ScriptResources.list(name).stream()
                .map(line -> Arrays.stream(line.split("\\|")).map(String::trim).toList())
                .toList();
        rows.forEach(row -> assertEquals(columns, row.size(), () -> name + ": " + row));
        return rows;
    }

    private static List<List<String>> tests() {
        return table("catalogue/tests.txt", 3);
    }

    private static List<List<String>> notApplicable() {
        return table("catalogue/not-applicable.txt", 2);
    }

    private static Set<String> first(List<List<String>> rows) {
        return rows.stream().map(row -> row.get(0)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> scripted() {
        return ScriptResources.scenarios().stream()
                .flatMap(block -> block.ids().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The project's directory: the one with the page. */
    private static Path project() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("docs/raft-scenarios.md"))) {
            at = at.getParent();
        }
        assertTrue(at != null, "docs/raft-scenarios.md is nowhere above the working directory");
        return at;
    }

    @Test
    void theListHasEachIdOnceAndEveryBug() {
        assertEquals(ids().size(), new TreeSet<>(ids()).size());
        for (int bug = 1; bug <= 73; bug++) {
            assertTrue(ids().contains("BUG-" + bug), "bug " + bug);
        }
    }

    @Test
    void everyIdIsAScriptATestOrCannotApply() {
        Set<String> open = new TreeSet<>(ids());
        open.removeAll(scripted());
        open.removeAll(first(tests()));
        open.removeAll(first(notApplicable()));
        assertEquals(Set.of(), open);
    }

    @Test
    void whatCannotApplyIsNeitherScriptedNorTested() {
        Set<String> both = first(notApplicable());
        both.removeIf(id -> !scripted().contains(id) && !first(tests()).contains(id));
        assertEquals(Set.of(), both);
    }

    @Test
    void nothingNamesAnIdThatIsNotInTheList() {
        Set<String> named = scripted();
        named.addAll(first(tests()));
        named.addAll(first(notApplicable()));
        ids().forEach(named::remove);
        assertEquals(Set.of(), named);
    }

    @Test
    void theTestsThatAreNamedExist() throws IOException {
        List<Path> sources;
        try (Stream<Path> modules = Files.list(project())) {
            sources = modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        for (List<String> row : tests()) {
            String[] name = row.get(1).split("#");
            assertTrue(
                    sources.stream().anyMatch(source -> hasMethod(source, name[0], name[1])),
                    () -> row + " is no test");
        }
    }

    /** Whether a test class, or the contract that it inherits from, has a method. */
    private static boolean hasMethod(Path sources, String type, String method) {
        Path file = sources.resolve(type.replace('.', '/') + ".java");
        if (!Files.exists(file)) {
            return false;
        }
        try {
            String text = Files.readString(file);
            Pattern declared = Pattern.compile("\\bvoid " + method + "\\(");
            if (declared.matcher(text).find()) {
                return true;
            }
            var parent = Pattern.compile("extends (\\w+)").matcher(text);
            return parent.find() && hasMethod(sources, qualified(parent.group(1), type, text), method);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String qualified(String parent, String type, String text) {
        var imported = Pattern.compile("import ([\\w.]+\\." + parent + ");").matcher(text);
        return imported.find() ? imported.group(1) : type.substring(0, type.lastIndexOf('.') + 1) + parent;
    }

    @Test
    void thePageHasTheSameTables() throws IOException {
        List<String> expected = new ArrayList<>();
        tests().forEach(row -> expected.add("| " + row.get(0) + " | `"
                + row.get(1).replaceFirst("^io\\.sinkron\\.", "") + "` | " + row.get(2) + " |"));
        notApplicable().forEach(row -> expected.add("| " + row.get(0) + " | " + row.get(1) + " |"));
        List<String> page = Files.readAllLines(project().resolve("docs/raft-scenarios.md")).stream()
                .filter(line -> line.matches("\\| ([A-Z]\\d\\d|BUG-\\d+) \\|.*"))
                .toList();
        assertEquals(String.join("\n", expected), String.join("\n", page));
    }

    @Test
    void thePageNamesEveryVerb() throws IOException {
        String page = Files.readString(project().resolve("docs/raft-scenarios.md"));
        Set<String> verbs = ScriptResources.scenarios().stream()
                .flatMap(block -> block.lines().stream())
                .map(line -> line.text().split(" ")[0])
                .collect(Collectors.toCollection(TreeSet::new));
        verbs.removeIf(verb -> page.contains("`" + verb + " ") || page.contains("`" + verb + "`"));
        assertEquals(Set.of(), verbs);
    }
}

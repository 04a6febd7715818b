package io.sinkron.transport.inmemory.planted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One mistake, as a patch. The file:
 *
 * <pre>
 *   title: what is wrong, as a sentence
 *   source: where the mistake is known from
 *   test: the class that finds it fastest (fully qualified)
 *   in-every-build: yes                      (of the fast ones; may be missing)
 *   === core/src/main/java/.../File.java     (one or more)
 *   --- old
 *   the text that stands there exactly once
 *   --- new
 *   the text in its place
 * </pre>
 *
 * @param id the file's name without its ending
 * @param title what is wrong
 * @param source where it is known from
 * @param test the class that finds it fastest
 * @param isInEveryBuild whether it is planted in every build
 * @param hunks what to replace
 */
record PlantedBug(String id, String title, String source, String test, boolean isInEveryBuild, List<Hunk> hunks) {
    private static final String ENDING = ".txt";

    /**
     * One replacement.
     *
     * @param file the source, relative to the top of the project
     * @param before what stands there exactly once
     * @param after what replaces it
     */
    record Hunk(String file, String before, String after) {}

    /** All of them, in the order of their names. */
    static List<PlantedBug> all() {
        try (Stream<Path> files = Files.list(directory())) {
            List<PlantedBug> bugs = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(ENDING))
                    .sorted()
                    .toList()) {
                String name = String.valueOf(file.getFileName());
                bugs.add(parse(name.substring(0, name.length() - ENDING.length()), Files.readString(file)));
            }
            return bugs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path directory() {
        try {
            URI resources = PlantedBug.class.getResource("/planted").toURI();
            return Path.of(resources);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static PlantedBug parse(String id, String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        List<Hunk> hunks = new ArrayList<>();
        String[] sections = text.split("(?m)^=== ", -1);
        sections[0].lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] field = line.split(": *", 2);
            fields.put(field[0], field[1].strip());
        });
        for (int i = 1; i < sections.length; i++) {
            for (String pair : pairsOf(sections[i])) {
                String[] sides = pair.split("(?m)^--- new\\R", -1);
                if (sides.length != 2) {
                    throw new IllegalArgumentException(id + ": each old text has one new text");
                }
                String file = sections[i].lines().findFirst().orElseThrow().strip();
                hunks.add(new Hunk(file, sides[0].stripTrailing(), sides[1].stripTrailing()));
            }
        }
        return new PlantedBug(
                id,
                required(id, fields, "title"),
                required(id, fields, "source"),
                required(id, fields, "test"),
                "yes".equals(fields.get("in-every-build")),
                hunks);
    }

    private static List<String> pairsOf(String section) {
        String[] pairs = section.split("(?m)^--- old\\R", -1);
        return List.of(pairs).subList(1, pairs.length);
    }

    private static String required(String id, Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException(id + " says nothing about '" + name + "'");
        }
        return value;
    }

    /** Whether it is planted in the TCP transport, whose tests are not those of core. */
    boolean isInNetty() {
        return hunks.get(0).file().startsWith("transport-netty/");
    }
}

package io.sinkron.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The files of scenarios, and the lists beside them. */
final class ScriptResources {
    private ScriptResources() {}

    /** All scenarios, in the order of files and lines. */
    static List<ScriptBlock> scenarios() {
        try (Stream<Path> files = Files.list(directory("scenarios"))) {
            List<ScriptBlock> blocks = new ArrayList<>();
            for (Path file : files.filter(each -> each.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                blocks.addAll(ScriptParser.parse(Objects.toString(file.getFileName()), Files.readAllLines(file)));
            }
            return blocks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of a list, without comments. */
    static List<String> list(String name) {
        try {
            return Files.readAllLines(directory(name)).stream()
                    .map(line -> line.replaceFirst("(^|\\s)#.*", "").trim())
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path directory(String name) {
        URL url = Objects.requireNonNull(ScriptResources.class.getResource("/raft/" + name), name);
        try {
            URI uri = url.toURI();
            return "jar".equals(uri.getScheme()) ? jar(uri).provider().getPath(uri) : Path.of(uri);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The tests' own jar, in which other modules find them; it stays open for them. */
    private static FileSystem jar(URI uri) {
        try {
            return FileSystems.newFileSystem(uri, Map.of());
        } catch (FileSystemAlreadyExistsException e) {
            return FileSystems.getFileSystem(uri);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

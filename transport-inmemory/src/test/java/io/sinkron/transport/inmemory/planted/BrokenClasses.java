package io.sinkron.transport.inmemory.planted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Makes classes out of sources with a bug in them. Only the files that the patch touches are compiled, against the real classes; put before those on a class
 * path they replace them. A patch must therefore not change a constant or a signature that other files use. Not thread-safe.
 */
final class BrokenClasses implements AutoCloseable {
    private final Path project;
    private final Path output;
    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final StandardJavaFileManager files =
            compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);

    /**
     * @param project the top of the project, with the sources
     * @param output where the directories of sources and classes go, one a bug
     */
    BrokenClasses(Path project, Path output) {
        this.project = project;
        this.output = output;
    }

    /**
     * Plants a bug.
     *
     * @return the directory of its classes
     * @throws IllegalStateException if the patch doesn't fit the sources any more, or what comes out isn't Java
     */
    Path plant(PlantedBug bug) {
        try {
            Path sources = output.resolve(bug.id()).resolve("java");
            List<Path> patched = new ArrayList<>();
            for (Map.Entry<String, String> file : patched(bug).entrySet()) {
                Path copy = sources.resolve(
                        file.getKey().substring(file.getKey().indexOf("/src/main/java/") + "/src/main/java/".length()));
                Files.createDirectories(copy.getParent());
                patched.add(Files.writeString(copy, file.getValue()));
            }
            return compile(bug.id(), patched);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> patched(PlantedBug bug) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (PlantedBug.Hunk hunk : bug.hunks()) {
            String text = texts.get(hunk.file());
            if (text == null) {
                text = Files.readString(project.resolve(hunk.file()));
            }
            int at = text.indexOf(hunk.before());
            if (at < 0 || text.indexOf(hunk.before(), at + 1) >= 0) {
                throw new IllegalStateException("planted bug " + bug.id() + ": " + hunk.file() + " has "
                        + (at < 0 ? "not" : "more than once") + " the text\n" + hunk.before());
            }
            texts.put(
                    hunk.file(),
                    text.substring(0, at)
                            + hunk.after()
                            + text.substring(at + hunk.before().length()));
        }
        return texts;
    }

    /** Compiles all sources below a directory, for a module whose test classes are on nobody's class path. */
    Path compileTree(String name, Path directory) {
        try (Stream<Path> sources = Files.walk(directory)) {
            return compile(
                    name,
                    sources.filter(path -> path.toString().endsWith(".java")).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path compile(String name, Collection<Path> sources) throws IOException {
        Path classes = Files.createDirectories(output.resolve(name).resolve("classes"));
        if (sources.isEmpty()) {
            return classes;
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-nowarn", "-cp", HuntProcess.classPath(), "-d", classes.toString());
        if (!compiler.getTask(null, files, diagnostics, options, null, files.getJavaFileObjectsFromPaths(sources))
                .call()) {
            throw new IllegalStateException(
                    name + " does not compile: " + diagnostics.getDiagnostics().get(0));
        }
        return classes;
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}

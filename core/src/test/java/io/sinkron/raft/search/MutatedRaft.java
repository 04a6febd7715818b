package io.sinkron.raft.search;

import io.sinkron.raft.Raft;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Raft machine with one place of its source changed: the changed file is compiled in memory, and a loader of its own defines the machine's and
 * the search's classes anew around it. So nothing in production code knows of planted bugs.
 */
final class MutatedRaft extends ClassLoader {
    private static final String RAFT = "io.sinkron.raft.";
    private static final Path SOURCES = Path.of("src", "main", "java", "io", "sinkron", "raft");

    private final Map<String, byte[]> compiled;

    private MutatedRaft(Map<String, byte[]> compiled) {
        super(MutatedRaft.class.getClassLoader());
        this.compiled = compiled;
    }

    /**
     * Searches a machine with a bug.
     *
     * @param file which file it's planted in
     * @param place the text that stands there, once
     * @param instead the text with the bug
     * @return what {@link Search#summary} returns
     */
    static List<String> search(String file, String place, String instead, Setup setup, int limit) {
        try {
            MutatedRaft loader = new MutatedRaft(compile(file, mutated(file, place, instead)));
            Class<?> search = loader.loadClass(Search.class.getName());
            Method summary = search.getDeclaredMethod("summary", int[].class, int.class);
            summary.setAccessible(true);
            List<?> lines = (List<?>) summary.invoke(null, setup.toNumbers(), limit);
            return lines.stream().map(String.class::cast).toList();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String mutated(String file, String place, String instead) throws IOException {
        String source = Files.readString(SOURCES.resolve(file + ".java"));
        int at = source.indexOf(place);
        if (at < 0 || source.indexOf(place, at + 1) >= 0) {
            throw new AssertionError(file + " doesn't have exactly one place to plant the bug in: " + place);
        }
        return source.replace(place, instead);
    }

    private static Map<String, byte[]> compile(String file, String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, byte[]> classes = new HashMap<>();
        JavaFileObject input =
                new SimpleJavaFileObject(URI.create("string:///" + file + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        String classPath = Path.of(URI.create(Raft.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .toString();
        List<String> options = List.of("-proc:none", "-nowarn", "-cp", classPath);
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                JavaFileManager memory = new InMemory(files, classes)) {
            boolean isDone = compiler.getTask(null, memory, null, options, null, List.of(input))
                    .call();
            if (!isDone) {
                throw new AssertionError(file + " doesn't compile with its bug");
            }
        }
        return classes;
    }

    /** Keeps what is compiled. */
    private static final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, byte[]> classes;

        InMemory(StandardJavaFileManager files, Map<String, byte[]> classes) {
            super(files);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + name.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            classes.put(name, toByteArray());
                        }
                    };
                }
            };
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(RAFT)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = compiled.get(name);
        if (bytes == null) {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                bytes = in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}

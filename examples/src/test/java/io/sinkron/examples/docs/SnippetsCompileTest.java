package io.sinkron.examples.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each example in Java on the pages for users compiles against the library as it is. */
class SnippetsCompileTest {
    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    /** What the examples take for granted. */
    private static final String AROUND = """
            import static java.nio.charset.StandardCharsets.UTF_8;
            import io.sinkron.*;
            import io.sinkron.common.*;
            import io.sinkron.lock.LockAnswer.Granted;
            import io.sinkron.spi.QueueAnswer.Delivery;
            import io.sinkron.transport.netty.*;
            import java.net.InetSocketAddress;
            import java.nio.file.Path;
            import java.sql.SQLException;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import org.slf4j.*;

            abstract class %s {
                Logger LOG;
                Executor threads;
                Sinkron node;
                NamedCache<String, Long> stock;
                abstract String fetch(String key);
                abstract void update(String sql, Object... arguments) throws SQLException;
                %s
            }
            """;

    private static final String WITHIN_A_METHOD = "void run() throws Exception { %s }";

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/cache.md"})
    void everyExampleCompiles(String page, @TempDir Path output) throws IOException {
        List<JavaFileObject> sources = new ArrayList<>();
        Matcher snippet = SNIPPET.matcher(Files.readString(Path.of("..").resolve(page)));
        while (snippet.find()) {
            String name = "Snippet" + (sources.size() + 1);
            String code = snippet.group(1);
            String body = code.startsWith("class ") ? code : WITHIN_A_METHOD.formatted(code);
            sources.add(new Source(name, AROUND.formatted(name, body)));
        }
        assertFalse(sources.isEmpty());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        List<String> options =
                List.of("-proc:none", "-d", output.toString(), "-cp", System.getProperty("java.class.path"));
        boolean isCompiled =
                compiler.getTask(errors, null, null, options, null, sources).call();
        assertEquals("", isCompiled ? "" : errors.toString());
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}

package io.sinkron.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where options come from, and what is said of bad ones: one line, and 2. */
class OptionSourcesTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... arguments) {
        return Cli.run(arguments, environment, stream(out), stream(err));
    }

    private static PrintStream stream(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private List<String> errors() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("sinkron.properties"), text).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "server --peers n1=h:1 --data-dir d | --id",
                "server --id n1 --data-dir d | --peers",
                "server --id n1 --peers n1=h:1 | --data-dir",
                "server --id n9 --peers n1=h:1 --data-dir d | --id",
                "server --id n9 --join --peers n1=h:1 --data-dir d | --bind",
                "server --id n9 --join --bind h:2 --data-dir d | --peers",
                "cluster add n4 | ADDRESS",
                "cluster add n4 nonsense | ADDRESS",
                "cluster remove | ID",
                "server --id n/1 --peers n1=h:1 --data-dir d | --id",
                "server --id n1 --peers n1 --data-dir d | --peers",
                "server --id n1 --peers n1=h:1,n1=h:2 --data-dir d | --peers",
                "server --id n1 --peers n1=h:1,n2=h:1 --data-dir d | --peers",
                "server --id n1 --peers n1=h:99999 --data-dir d | --peers",
                "server --id n1 --peers n1=h:0 --data-dir d | --peers",
                "server --id n1 --peers n1=h:1 --data-dir d --http 8081 | --http",
                "server --id n1 --peers n1=h:1 --data-dir d --http h:x | --http",
                "server --id n1 --peers n1=h:1 --data-dir d --bind :7 | --bind",
                "server --id n1 --peers n1=h:1 --data-dir d --nonsense | --nonsense",
                "server --id n1 --id n2 --peers n1=h:1 --data-dir d | --id",
                "server --id | --id",
                "demo --http-port x | --http-port",
                "demo --http-port 65534 | --http-port",
                "demo --once=maybe | --once",
                "queue receive q --max x | --max",
                "cache get k --url ftp://h | --url",
                "cache get k --url : | --url",
                "cache get | KEY",
                "cluster status --config /nonexistent/file | --config",
            })
    void aBadOptionIsNamedInOneLine(String line, String named) {
        assertEquals(2, run(Map.of(), line.split(" ")), () -> err.toString(StandardCharsets.UTF_8));
        assertEquals(1, errors().size(), errors().toString());
        assertTrue(errors().get(0).contains(named), errors().toString());
        assertEquals(0, out.size());
    }

    @Test
    void aMissingCommandIsSaid() {
        assertEquals(2, run(Map.of()));
        assertEquals(1, errors().size());
        assertEquals(2, run(Map.of(), "queue"));
        assertEquals(2, run(Map.of(), "nonsense"));
    }

    @Test
    void helpIsNoError() {
        assertEquals(0, run(Map.of(), "server", "--help"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("--data-dir"));
        assertEquals(0, run(Map.of(), "--version"));
        assertEquals(0, err.size());
    }

    @Test
    void theEnvironmentIsReadAndItsBadValuesAreNamed() {
        assertEquals(2, run(Map.of("SINKRON_HTTP_PORT", "nonsense"), "demo"));
        assertTrue(errors().get(0).contains("--http-port"), errors().toString());
    }

    @Test
    void theFileIsReadAndItsBadValuesAreNamed() throws IOException {
        String config = file("id=n1\npeers=n1=127.0.0.1:1\ndata-dir=" + directory + "\nhttp=nonsense\n");
        assertEquals(2, run(Map.of(), "server", "--config", config));
        assertTrue(errors().get(0).contains("--http"), errors().toString());
    }

    @Test
    void anUnknownKeyOfTheFileIsNamed() throws IOException {
        assertEquals(2, run(Map.of(), "server", "--config=" + file("idd=n1\n")));
        assertTrue(errors().get(0).contains("idd"), errors().toString());
    }

    @Test
    void theFileMayBeNamedByTheEnvironment() throws IOException {
        assertEquals(2, run(Map.of("SINKRON_CONFIG", file("once=maybe\n")), "demo"));
        assertTrue(errors().get(0).contains("--once"), errors().toString());
    }

    @Test
    void optionBeforeEnvironmentBeforeFileBeforeDefault() throws IOException {
        String config = file("url=http://127.0.0.1:1/file\n");
        Map<String, String> environment = Map.of("SINKRON_URL", "http://127.0.0.1:1/environment");
        assertEquals(
                1, run(environment, "cluster", "status", "--config", config, "--url", "http://127.0.0.1:1/option"));
        assertEquals(1, run(environment, "cluster", "status", "--config", config));
        assertEquals(1, run(Map.of(), "cluster", "status", "--config", config));
        assertTrue(errors().get(0).contains("/option"), errors().toString());
        assertTrue(errors().get(1).contains("/environment"), errors().toString());
        assertTrue(errors().get(2).contains("/file"), errors().toString());
        assertEquals(3, errors().size());
    }

    @Test
    void otherVariablesAreNoOptions() {
        assertEquals(
                1, run(Map.of("SINKRON_SERVICE_HOST", "10.0.0.1"), "cluster", "status", "--url", "http://127.0.0.1:1"));
        assertTrue(errors().get(0).contains("cannot reach"), errors().toString());
    }
}

package io.sinkron.examples;

import io.sinkron.examples.cli.Cli;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.ObjectInputFilter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** {@code java -jar sinkron.jar <command>}; see docs/server.md. */
public final class Main {
    private Main() {}

    /** Runs a command and exits with its status: 0 well, 1 failed, 2 called wrongly. */
    public static void main(String[] arguments) {
        // Nothing here is ever deserialized; whatever a library might do in spite of that is refused.
        ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter("!*"));
        PrintStream out = utf8(FileDescriptor.out);
        PrintStream err = utf8(FileDescriptor.err);
        int status = Cli.run(arguments, System.getenv(), out, err);
        out.flush();
        err.flush();
        System.exit(status);
    }

    /** Whatever the locale: bodies and check marks are UTF-8. */
    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}

package io.sinkron.examples.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program itself; does nothing without a command. */
@Command(
        name = "sinkron",
        description = "Locks, queues and a coherent cache over one consistent core.",
        mixinStandardHelpOptions = true,
        version = "sinkron 0.1.0")
final class RootCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "A command is missing: server, demo, lock, queue, cache, cluster or log");
    }
}

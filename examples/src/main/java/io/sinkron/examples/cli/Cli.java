package io.sinkron.examples.cli;

import io.sinkron.examples.server.HostPort;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Runs one command line. Stateless. */
public final class Cli {
    private Cli() {}

    /**
     * Runs the command that the arguments name.
     *
     * @param environment where options may come from too
     * @return the exit status: 0 well, 1 failed, 2 called wrongly
     */
    public static int run(String[] arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        Streams streams = new Streams(out, err, System.in);
        CommandLine line = new CommandLine(new RootCommand());
        line.addSubcommand(new ServerCommand(streams));
        line.addSubcommand(new DemoCommand(streams));
        line.addSubcommand(new CommandLine(new LockCommand()).addSubcommand(new LockCommand.Run(streams)));
        line.addSubcommand(new CommandLine(new QueueCommand())
                .addSubcommand(new QueueCommand.Send(streams))
                .addSubcommand(new QueueCommand.Receive(streams))
                .addSubcommand(new QueueCommand.Ack(streams)));
        line.addSubcommand(new CommandLine(new CacheCommand())
                .addSubcommand(new CacheCommand.Get(streams))
                .addSubcommand(new CacheCommand.Put(streams)));
        line.addSubcommand(new CommandLine(new ClusterCommand())
                .addSubcommand(new ClusterCommand.Status(streams))
                .addSubcommand(new MemberCommands.Add(streams))
                .addSubcommand(new MemberCommands.Remove(streams))
                .addSubcommand(new MemberCommands.Transfer(streams)));
        line.addSubcommand(new CommandLine(new LogCommand())
                .addSubcommand(new LogCommand.Verify(streams))
                .addSubcommand(new LogCommand.Repair(streams)));

        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.registerConverter(HostPort.class, converter(HostPort::parse));
        line.registerConverter(Peers.class, converter(Peers::parse));
        line.registerConverter(RedisUri.class, converter(RedisUri::parse));
        line.setParameterExceptionHandler((wrong, args) -> {
            err.println(oneLine(wrong.getMessage()));
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            err.println(oneLine(reason));
            return CommandLine.ExitCode.SOFTWARE;
        });
        try {
            line.setDefaultValueProvider(OptionSources.of(line, arguments, environment));
        } catch (ParameterException wrong) {
            err.println(oneLine(wrong.getMessage()));
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    private static <T> CommandLine.ITypeConverter<T> converter(CommandLine.ITypeConverter<T> parse) {
        return text -> {
            try {
                return parse.convert(text);
            } catch (IllegalArgumentException wrong) {
                throw new CommandLine.TypeConversionException(wrong.getMessage());
            }
        };
    }

    private static String oneLine(String message) {
        return "sinkron: " + message.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}

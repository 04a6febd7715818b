package io.sinkron.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lock}: clients of the lock manager. */
@Command(name = "lock", description = "Client of the lock manager.", synopsisSubcommandLabel = "COMMAND")
final class LockCommand {
    @Mixin
    private CommonOptions common;

    /** {@code lock run NAME -- CMD}. */
    @Command(
            name = "run",
            description =
                    "Runs a command while it holds a lock, and exits with the command's status. The command finds the fencing token in "
                            + "SINKRON_FENCING_TOKEN.")
    static final class Run implements Callable<Integer> {
        private static final int NOT_STARTED = 127;

        private final Streams streams;

        @Mixin
        private ClientOptions client;

        @Option(names = "--shared", description = "Takes the lock together with others who do so.")
        private boolean shared;

        @Option(
                names = "--wait-ms",
                defaultValue = "30000",
                paramLabel = "MS",
                description = "How long to wait for the lock. Default: ${DEFAULT-VALUE}")
        private long waitMillis;

        @Option(
                names = "--ttl-ms",
                defaultValue = "15000",
                paramLabel = "MS",
                description = "How long the lock outlives this process. Default: ${DEFAULT-VALUE}")
        private long ttlMillis;

        @Parameters(index = "0", paramLabel = "NAME", description = "The lock.")
        private String name;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "The command, after --.")
        private List<String> command;

        Run(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() throws InterruptedException {
            ApiClient api = client.client();
            JsonNode opened = api.call(
                    "POST",
                    "/sessions",
                    ApiClient.body().put("ttl_ms", ttlMillis).put("label", "lock run"));
            String session = opened.path("session").asText();
            ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Run::daemon);
            ScheduledFuture<?> keepAlives = timer.scheduleAtFixedRate(
                    () -> api.call("POST", ApiClient.path("/sessions/", session, "/keepalive"), null),
                    ttlMillis / 3,
                    ttlMillis / 3,
                    TimeUnit.MILLISECONDS);
            try {
                long token = acquire(api, session);
                return run(token, keepAlives);
            } finally {
                timer.shutdownNow();
                end(api, session);
            }
        }

        private static Thread daemon(Runnable task) {
            Thread thread = new Thread(task, "sinkron-keepalive");
            thread.setDaemon(true);
            return thread;
        }

        private long acquire(ApiClient api, String session) {
            JsonNode granted = api.call(
                    "POST",
                    ApiClient.path("/locks/", name, "/acquire"),
                    ApiClient.body()
                            .put("session", session)
                            .put("mode", shared ? "shared" : "exclusive")
                            .put("wait_ms", waitMillis),
                    Duration.ofMillis(waitMillis));
            return granted.path("token").asLong();
        }

        private int run(long token, ScheduledFuture<?> keepAlives) throws InterruptedException {
            ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
            builder.environment().put("SINKRON_FENCING_TOKEN", Long.toString(token));
            Process process;
            try {
                process = builder.start();
            } catch (IOException e) {
                streams.err().println("sinkron: cannot run " + command.get(0) + ": " + e.getMessage());
                return NOT_STARTED;
            }
            Thread onExit = new Thread(process::destroy, "sinkron-stop-child");
            Runtime.getRuntime().addShutdownHook(onExit);
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                if (keepAlives.isDone()) {
                    process.destroy();
                    throw new CommandFailure("the lock is lost, the command was stopped: " + reason(keepAlives));
                }
            }
            Runtime.getRuntime().removeShutdownHook(onExit);
            return process.exitValue();
        }

        private static String reason(ScheduledFuture<?> failed) throws InterruptedException {
            try {
                failed.get();
                return "";
            } catch (ExecutionException e) {
                return e.getCause().getMessage();
            }
        }

        /** The lock is free at once; if the server can't be reached now, it is when the session's time is over. */
        private static void end(ApiClient api, String session) {
            try {
                api.call("DELETE", ApiClient.path("/sessions/", session, ""), null);
            } catch (CommandFailure ignored) {
                return;
            }
        }
    }
}

package io.sinkron.examples.cli;

import io.sinkron.common.NodeId;
import io.sinkron.wal.DirectoryInUseException;
import io.sinkron.wal.FileDisk;
import io.sinkron.wal.LogInspector;
import io.sinkron.wal.LogRepair;
import io.sinkron.wal.LogReport;
import io.sinkron.wal.RepairPlan;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code log}: looks at the log of a node that doesn't run, and repairs it when told to. See docs/wal.md. */
@Command(
        name = "log",
        description = "Verifies or repairs the log of a node that doesn't run.",
        synopsisSubcommandLabel = "COMMAND")
final class LogCommand {
    private static final int WELL = 0;
    private static final int DAMAGED = 1;

    @Mixin
    private CommonOptions common;

    /** The directory that both commands are about. */
    private static final class Directory {
        @Parameters(index = "0", paramLabel = "DIR", description = "The node's data directory.")
        private Path path;

        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        /** What to do with the disk. */
        private interface Use<T> {
            T with(FileDisk disk) throws IOException;
        }

        /** Nothing is made where nothing is, and nobody is disturbed who uses it. */
        <T> T use(Use<T> use) throws IOException {
            if (!Files.isDirectory(path)) {
                throw wrong("'" + path + "' is not a directory");
            }
            FileDisk disk = FileDisk.open(path);
            if (!LogInspector.isLog(disk)) {
                throw wrong("'" + path + "' holds no log");
            }
            try {
                return use.with(disk);
            } catch (DirectoryInUseException e) {
                throw wrong(e.getMessage() + ": stop the node first");
            }
        }

        private ParameterException wrong(String reason) {
            return new ParameterException(spec.commandLine(), "Invalid value for DIR: " + reason);
        }
    }

    /** {@code log verify DIR}. */
    @Command(
            name = "verify",
            description =
                    "Reports what is in a log and all that is damaged in it; changes nothing. Ends with 1 if anything is.")
    static final class Verify implements Callable<Integer> {
        private final Streams streams;

        @Mixin
        private CommonOptions common;

        @Mixin
        private Directory directory;

        Verify(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() throws IOException {
            LogReport report = directory.use(LogInspector::inspect);
            print(report, streams.out());
            return report.isWhole() ? WELL : DAMAGED;
        }

        private static void print(LogReport report, PrintStream out) {
            for (LogReport.Segment segment : report.segments()) {
                out.printf(
                        "segment %s: %d bytes, %d records, %d entries%s%s%n",
                        segment.file(),
                        segment.sizeBytes(),
                        segment.records(),
                        segment.entries(),
                        segment.entries() == 0 ? "" : " " + segment.firstIndex() + " to " + segment.lastIndex(),
                        segment.isSealed() ? ", sealed" : "");
            }
            for (LogReport.Snapshot snapshot : report.snapshots()) {
                out.printf(
                        "snapshot %s: %d bytes, %s%n",
                        snapshot.file(),
                        snapshot.sizeBytes(),
                        snapshot.index() == 0
                                ? "cannot be read"
                                : "index " + snapshot.index() + ", term " + snapshot.term());
            }
            report.content().ifPresent(content -> print(content, out));
            report.tornTail()
                    .ifPresent(tail -> out.printf(
                            "torn tail: %s from offset %d, %d bytes that were never acknowledged; the next start cuts it off%n",
                            tail.file(), tail.offset(), tail.sizeBytes()));
            for (LogReport.Damage damage : report.damages()) {
                out.println(line(damage));
            }
            if (report.isWhole()) {
                out.println("the log in " + report.directory() + " is whole");
            } else if (report.content().isPresent()) {
                out.println("the log in " + report.directory() + " is damaged; a node starts on it all the same");
            } else {
                out.println("the log in " + report.directory() + " is damaged; no node starts on it");
            }
        }

        private static void print(LogReport.Content content, PrintStream out) {
            out.printf(
                    "incarnation=%d identity=%d term=%d voted=%s snapshot=%d first=%d last=%d%n",
                    content.incarnation(),
                    content.hardState().identity(),
                    content.hardState().term(),
                    content.hardState().votedFor().map(NodeId::value).orElse("none"),
                    content.snapshotIndex(),
                    content.firstIndex(),
                    content.lastIndex());
            if (!content.terms().isEmpty()) {
                out.println(content.terms().stream()
                        .map(term -> term.term() + " (" + term.firstIndex() + " to " + term.lastIndex() + ")")
                        .collect(Collectors.joining(", ", "terms: ", "")));
            }
        }
    }

    private static String line(LogReport.Damage damage) {
        return "damage: " + damage.file() + " at offset " + damage.offset() + ": " + damage.reason();
    }

    /** {@code log repair DIR}. */
    @Command(
            name = "repair",
            description = {
                "Says what would be cut off a damaged log; with --write, cuts it off, with a copy of each file beside it.",
                "The node then comes back as another server, for it may have lost what it promised."
            })
    static final class Repair implements Callable<Integer> {
        private static final String WRITE = "--write";

        private final Streams streams;

        @Spec
        private CommandSpec spec;

        @Mixin
        private CommonOptions common;

        @Mixin
        private Directory directory;

        @Option(names = WRITE, description = "Does it. Given on the command line only, never by a variable or a file.")
        private boolean ignored;

        Repair(Streams streams) {
            this.streams = streams;
        }

        @Override
        public Integer call() throws IOException {
            boolean isWrite = spec.commandLine().getParseResult().hasMatchedOption(WRITE);
            long now = System.currentTimeMillis();
            RepairPlan plan = directory.use(disk -> isWrite ? LogRepair.repair(disk, now) : LogRepair.plan(disk, now));
            print(plan, isWrite, streams.out());
            return isWrite || !plan.isNeeded() ? WELL : DAMAGED;
        }

        private static void print(RepairPlan plan, boolean isDone, PrintStream out) {
            if (!plan.isNeeded()) {
                out.println("the log in " + plan.directory() + " needs no repair");
                return;
            }
            plan.damage().ifPresent(damage -> out.println(line(damage)));
            plan.steps().forEach(step -> out.println((isDone ? "done: " : "would: ") + describe(step)));
            out.printf("the log is kept up to entry %d%s%n", plan.keptIndex(), lost(plan));
            out.println(
                    isDone
                            ? "the log in " + plan.directory() + " is repaired"
                            : "nothing was changed; with " + WRITE + " it is done");
        }

        private static String lost(RepairPlan plan) {
            return plan.seenIndex() <= plan.keptIndex()
                    ? ""
                    : "; entries " + (plan.keptIndex() + 1) + " to " + plan.seenIndex() + " are known to go";
        }

        private static String describe(RepairPlan.Step step) {
            if (step instanceof RepairPlan.Cut cut) {
                return "cut " + cut.file() + " from offset " + cut.offset() + " to its end, " + cut.sizeBytes()
                        + " bytes; copy in " + cut.copy();
            }
            if (step instanceof RepairPlan.SetAside aside) {
                return "put " + aside.file() + " (" + aside.sizeBytes() + " bytes) aside as " + aside.copy();
            }
            if (step instanceof RepairPlan.NewServer server) {
                return "make this disk another server, in " + server.file() + ": incarnation and identity "
                        + server.incarnation() + ", term " + server.term();
            }
            throw new IllegalStateException("a step that has no words: " + step);
        }
    }
}

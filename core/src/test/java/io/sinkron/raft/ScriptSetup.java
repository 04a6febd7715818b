package io.sinkron.raft;

import java.util.ArrayList;
import java.util.List;

/** What a script says before its group starts: options, nodes and the logs they begin with. */
final class ScriptSetup {
    private RaftOptions options = RaftScenario.OPTIONS;
    private final List<String> logs = new ArrayList<>();
    private int joiners;

    /** Takes a step of the setup; false if it's none, so that the group starts. */
    boolean take(String verb, ScriptWords words) {
        switch (verb) {
            case "option" -> option(words.next(), words.next());
            case "nodes" -> nodes(words);
            case "joiners" -> {
                List<Integer> numbers = words.numbers();
                number(numbers, "");
                joiners += numbers.size();
            }
            case "log" -> log(words);
            default -> {
                return false;
            }
        }
        words.end();
        return true;
    }

    RaftScenario start() {
        if (logs.isEmpty()) {
            throw new IllegalArgumentException("a script begins with its nodes");
        }
        return new RaftScenario(options, logs, joiners);
    }

    /** {@code nodes 1 2 3}, whose disks nothing was written to; {@code nodes 1 2 3 in term 1}, with empty logs. */
    private void nodes(ScriptWords words) {
        List<Integer> numbers = words.numbers();
        String log = "";
        if (words.accept("in")) {
            words.require("term");
            log = "@" + words.number();
        }
        number(numbers, log);
    }

    private void number(List<Integer> numbers, String log) {
        for (int number : numbers) {
            if (number != logs.size() + 1) {
                throw new IllegalArgumentException("nodes are numbered 1 2 3 and so on");
            }
            logs.add(log);
        }
    }

    /** {@code log 1 [1 1 2] term 3 vote 2}: the terms of the entries, the current term if it's higher, the vote given in it. */
    private void log(ScriptWords words) {
        List<Integer> numbers = words.numbers();
        String text = String.join(" ", words.list());
        if (words.accept("term")) {
            text += " @" + words.number();
        }
        if (words.accept("vote")) {
            text += " v" + words.number();
        }
        for (int number : numbers) {
            logs.set(number - 1, text);
        }
    }

    private void option(String name, String value) {
        RaftOptions o = options;
        long number = Long.parseLong(value);
        int n = (int) Math.min(Integer.MAX_VALUE, number);
        options = switch (name) {
            case "batch-entries" -> o.withFlow(n, o.maxBatchBytes(), o.maxInFlightEntries(), o.maxInFlightBytes());
            case "batch-bytes" -> o.withFlow(o.maxBatchEntries(), number, o.maxInFlightEntries(), o.maxInFlightBytes());
            case "window-entries" -> o.withFlow(o.maxBatchEntries(), o.maxBatchBytes(), n, o.maxInFlightBytes());
            case "window-bytes" -> o.withFlow(o.maxBatchEntries(), o.maxBatchBytes(), o.maxInFlightEntries(), number);
            case "uncommitted-bytes" -> o.withBounds(number, o.maxApplyEntries(), o.maxApplyBytes());
            case "page-entries" -> o.withBounds(o.maxUncommittedBytes(), n, o.maxApplyBytes());
            case "page-bytes" -> o.withBounds(o.maxUncommittedBytes(), o.maxApplyEntries(), number);
            case "chunk-bytes" -> o.withSnapshots(n, o.maxInFlightChunks(), o.keptTailEntries(), o.keptTailBytes());
            case "chunks" -> o.withSnapshots(o.snapshotChunkBytes(), n, o.keptTailEntries(), o.keptTailBytes());
            case "tail-entries" -> o.withSnapshots(o.snapshotChunkBytes(), o.maxInFlightChunks(), n, o.keptTailBytes());
            case "tail-bytes" ->
                o.withSnapshots(o.snapshotChunkBytes(), o.maxInFlightChunks(), o.keptTailEntries(), number);
            case "held-bytes" -> o.withHeldLog(number);
            case "lease-reads" -> o.withReads(number > 0, o.maxPendingReads());
            case "pending-reads" -> o.withReads(o.leaseReads(), n);
            case "catch-up-entries" -> o.withPatience(o.snapshotBytesPerSecond(), o.slowDiskNanos(), n);
            case "snapshot-rate" -> o.withPatience(number, o.slowDiskNanos(), o.maxCatchUpEntries());
            case "slow-disk-millis" ->
                o.withPatience(o.snapshotBytesPerSecond(), number * 1_000_000, o.maxCatchUpEntries());
            default -> throw new IllegalArgumentException("no option '" + name + "'");
        };
    }
}

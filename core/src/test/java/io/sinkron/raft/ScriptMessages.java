package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.raft.RaftMessage.AppendAccepted;
import io.sinkron.raft.RaftMessage.AppendEntries;
import io.sinkron.raft.RaftMessage.AppendRejected;
import io.sinkron.raft.RaftMessage.Campaign;
import io.sinkron.raft.RaftMessage.InstallSnapshot;
import io.sinkron.raft.RaftMessage.InstallSnapshotResponse;
import io.sinkron.raft.RaftMessage.PreVoteRequest;
import io.sinkron.raft.RaftMessage.PreVoteResponse;
import io.sinkron.raft.RaftMessage.ReadRequest;
import io.sinkron.raft.RaftMessage.ReadResponse;
import io.sinkron.raft.RaftMessage.TimeoutNow;
import io.sinkron.raft.RaftMessage.VoteRequest;
import io.sinkron.raft.RaftMessage.VoteResponse;
import io.sinkron.spi.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Messages as scripts name them: a kind, then fields. Places in a log are written index@term, entries as the terms in brackets. The
 * only file of the scripts that knows the messages' records.
 */
final class ScriptMessages {
    /** The words that stand alone: they are the value of the field "verdict". */
    private static final List<String> VERDICTS = List.of("granted", "denied");

    private static final Map<String, Class<? extends RaftMessage>> KINDS = Map.ofEntries(
            Map.entry("prevote", PreVoteRequest.class),
            Map.entry("prevote-answer", PreVoteResponse.class),
            Map.entry("vote", VoteRequest.class),
            Map.entry("vote-answer", VoteResponse.class),
            Map.entry("append", AppendEntries.class),
            Map.entry("accept", AppendAccepted.class),
            Map.entry("reject", AppendRejected.class),
            Map.entry("snapshot", InstallSnapshot.class),
            Map.entry("snapshot-answer", InstallSnapshotResponse.class),
            Map.entry("timeout-now", TimeoutNow.class),
            Map.entry("read-request", ReadRequest.class),
            Map.entry("read-answer", ReadResponse.class));

    private ScriptMessages() {}

    /** Whether a message is of a kind; {@code heartbeat} is an append without entries, {@code entries} one with. */
    static boolean is(String kind, RaftMessage message) {
        return switch (kind) {
            case "any" -> true;
            case "heartbeat" ->
                message instanceof AppendEntries append && append.entries().isEmpty();
            case "entries" ->
                message instanceof AppendEntries append && !append.entries().isEmpty();
            default -> type(kind).isInstance(message);
        };
    }

    static boolean isKind(String word) {
        return List.of("any", "heartbeat", "entries").contains(word) || KINDS.containsKey(word);
    }

    private static Class<? extends RaftMessage> type(String kind) {
        Class<? extends RaftMessage> type = KINDS.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("no kind of message: '" + kind + "'");
        }
        return type;
    }

    /** Reads fields up to the end of the step. */
    static Map<String, String> fields(ScriptWords words) {
        Map<String, String> fields = new LinkedHashMap<>();
        while (words.hasNext()) {
            String word = words.next();
            if (VERDICTS.contains(word)) {
                fields.put("verdict", word);
            } else {
                fields.put(word, words.next());
            }
        }
        return fields;
    }

    /** The fields of a message, to be compared with those that a script expects. */
    static Map<String, String> describe(RaftMessage message) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("term", Long.toString(message.term()));
        if (message instanceof PreVoteRequest request) {
            fields.put("last", place(request.lastIndex(), request.lastTerm()));
        } else if (message instanceof PreVoteResponse response) {
            fields.put("campaign", Long.toString(response.campaignTerm()));
            fields.put("verdict", response.granted() ? "granted" : "denied");
        } else if (message instanceof VoteRequest request) {
            fields.put("last", place(request.lastIndex(), request.lastTerm()));
            fields.put("for", request.campaign().name().toLowerCase(Locale.ROOT));
        } else if (message instanceof VoteResponse response) {
            fields.put("verdict", response.granted() ? "granted" : "denied");
            fields.put("identity", Long.toString(response.identity()));
        } else if (message instanceof AppendEntries append) {
            fields.put("prev", place(append.prevIndex(), append.prevTerm()));
            fields.put("entries", terms(append.entries()));
            fields.put("commit", Long.toString(append.commitIndex()));
        } else if (message instanceof AppendAccepted answer) {
            fields.put("verified", Long.toString(answer.verifiedIndex()));
            fields.put("durable", Long.toString(answer.durableIndex()));
            fields.put("identity", Long.toString(answer.identity()));
        } else if (message instanceof AppendRejected answer) {
            fields.put("prev", Long.toString(answer.prevIndex()));
            fields.put("hint", place(answer.hintIndex(), answer.hintTerm()));
        } else if (message instanceof InstallSnapshot piece) {
            fields.put("index", place(piece.index(), piece.snapshotTerm()));
            fields.put("from", Long.toString(piece.offset()));
            fields.put("size", Long.toString(piece.sizeBytes()));
            fields.put("piece", Integer.toString(piece.chunk().size()));
        } else if (message instanceof InstallSnapshotResponse answer) {
            fields.put("index", Long.toString(answer.index()));
            fields.put("offset", Long.toString(answer.offset()));
        } else if (message instanceof ReadResponse answer) {
            fields.put("index", Long.toString(answer.index()));
        }
        return fields;
    }

    static String terms(List<LogEntry> entries) {
        return entries.stream().map(entry -> Long.toString(entry.term())).collect(Collectors.joining(" ", "[", "]"));
    }

    private static String place(long index, long term) {
        return index + "@" + term;
    }

    /** A message that no node need have sent; what isn't named is zero, empty or refused, and the round is the receiver's time. */
    static RaftMessage build(String kind, Map<String, String> given, long round) {
        Map<String, String> fields = new LinkedHashMap<>(given);
        long term = number(fields, "term");
        boolean granted = "granted".equals(fields.remove("verdict"));
        RaftMessage message = switch (kind) {
            case "prevote" -> Say.preVoteRequest(term, index(fields, "last"), termOf(fields, "last"));
            case "prevote-answer" -> Say.preVoteResponse(term, number(fields, "campaign"), granted);
            case "vote" -> Say.voteRequest(term, index(fields, "last"), termOf(fields, "last"));
            case "vote-answer" -> Say.voteResponse(term, granted);
            case "append" ->
                new AppendEntries(
                        term,
                        round,
                        index(fields, "prev"),
                        termOf(fields, "prev"),
                        number(fields, "commit"),
                        entries(fields));
            case "accept" ->
                new AppendAccepted(
                        term, round, number(fields, "verified"), number(fields, "durable"), number(fields, "identity"));
            case "timeout-now" -> new TimeoutNow(term);
            case "read-answer" -> new ReadResponse(term, 1, 1, number(fields, "index"));
            case "reject" ->
                Say.appendRejected(term, round, number(fields, "prev"), index(fields, "hint"), termOf(fields, "hint"));
            case "snapshot" -> piece(fields, term, round);
            case "snapshot-answer" ->
                Say.installSnapshotResponse(term, round, number(fields, "index"), number(fields, "offset"));
            default -> throw new IllegalArgumentException("no kind of message to make up: '" + kind + "'");
        };
        fields.keySet().removeAll(List.of("term", "last", "campaign", "prev", "commit", "entries", "verified"));
        fields.keySet()
                .removeAll(List.of("durable", "hint", "index", "state", "from", "to", "offset", "identity", "for"));
        if (!fields.isEmpty()) {
            throw new IllegalArgumentException("a message of kind " + kind + " has no " + fields.keySet());
        }
        return message;
    }

    /** A piece of a snapshot whose state is the text that the nodes of the tests keep: {@code index:hash}. */
    private static InstallSnapshot piece(Map<String, String> fields, long term, long round) {
        long index = index(fields, "index");
        byte[] state =
                Bytes.utf8(fields.getOrDefault("state", index + ":" + index)).array();
        int from = Integer.parseInt(fields.getOrDefault("from", "0"));
        int to = Integer.parseInt(fields.getOrDefault("to", Integer.toString(state.length)));
        Bytes chunk = Bytes.wrap(Arrays.copyOfRange(state, from, to));
        return Say.installSnapshot(
                term, round, index, termOf(fields, "index"), 0, Bytes.EMPTY, state.length, from, chunk);
    }

    private static List<LogEntry> entries(Map<String, String> fields) {
        long index = index(fields, "prev");
        List<LogEntry> entries = new ArrayList<>();
        for (String term : ScriptWords.split(fields.getOrDefault("entries", "[]"))) {
            entries.add(RaftScenario.entry(++index, Long.parseLong(term)));
        }
        return entries;
    }

    private static Campaign campaign(Map<String, String> fields) {
        return Campaign.valueOf(fields.getOrDefault("for", "regular").toUpperCase(Locale.ROOT));
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, "0"));
    }

    private static long index(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, "0@0").split("@")[0]);
    }

    private static long termOf(Map<String, String> fields, String name) {
        String[] parts = fields.getOrDefault(name, "0@0").split("@");
        if (parts.length != 2) {
            throw new IllegalArgumentException("a place is written as index@term, not " + fields.get(name));
        }
        return Long.parseLong(parts[1]);
    }
}

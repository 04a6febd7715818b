package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.cache.CacheMessage.BackupAck;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.Replica.Called;
import io.sinkron.cache.Replica.Deliver;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of docs/mesi.md, cell by cell, against the machine: one cache in each state, one event. */
class TransitionTableTest {
    private static final NodeId HOME = NodeId.of("n1");
    private static final View VIEW = new View(
            1,
            Stream.of("n1", "n2", "n3")
                    .map(id -> new Member(NodeId.of(id), 1, 1, "", ""))
                    .toList());
    private static final MemoryValue OLD = new MemoryValue(5, false, Bytes.utf8("old"), 0, List.of());

    static Stream<Arguments> cells() throws IOException {
        List<String> lines = Files.readAllLines(document());
        List<String> events = List.of();
        List<Arguments> cells = new ArrayList<>();
        for (String line : lines) {
            List<String> row =
                    Arrays.stream(line.split("\\|", -1)).map(String::trim).toList();
            if (line.startsWith("| state | load ")) {
                events = row;
            } else if (!events.isEmpty() && line.isEmpty()) {
                break;
            } else if (!events.isEmpty() && !line.startsWith("|---")) {
                for (int i = 2; i < row.size() - 1; i++) {
                    cells.add(Arguments.of(row.get(1), events.get(i), row.get(i)));
                }
            }
        }
        assertEquals(9 * 11, cells.size(), "the table of docs/mesi.md has nine states and eleven events");
        return cells.stream();
    }

    /** The tests run in the module's folder or above it. */
    static Path document() {
        Path here = Path.of("").toAbsolutePath();
        Path above = here.resolveSibling("docs").resolve("mesi.md");
        return Files.exists(above) ? above : here.resolve("docs").resolve("mesi.md");
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @MethodSource("cells")
    void theMachineDoesWhatTheTableSays(String state, String event, String cell) {
        Replica cache = in(ControllerState.valueOf(state));
        List<String> done = new ArrayList<>();
        for (CacheEffect effect : cache.take(event(cache, event))) {
            if (effect instanceof CacheEffect.Send send) {
                done.addAll(words(send.message()));
            } else if (effect instanceof CacheEffect.Complete && event.equals("load")) {
                done.add("hit");
            }
        }
        if (event.equals("load") && !done.contains("hit") && done.isEmpty()
                || event.equals("store") && done.isEmpty()) {
            done.add("wait");
        }
        String now = cache.line() == null ? "I" : cache.line().state.name();
        boolean isSame = now.equals(state) && !(state.equals("M") && event.equals("store"));
        String seen = (String.join(", ", done) + (isSame ? "" : " → " + now)).trim();
        assertEquals(cell, seen);
    }

    /** A cache that has come into a state by events. */
    private static Replica in(ControllerState state) {
        Replica cache = new Replica(NodeId.of("n2"));
        cache.take(new Replica.Active(VIEW, Replica.FixedPlacement.of(VIEW, HOME)));
        switch (state) {
            case I -> {}
            case IS_D -> cache.take(load(1));
            case IM_D -> cache.take(store(1));
            case S -> granted(cache, load(1), Permission.SHARED);
            case E -> granted(cache, load(1), Permission.EXCLUSIVE);
            case SM_A -> {
                granted(cache, load(1), Permission.SHARED);
                cache.take(store(2));
            }
            case M, MI_A, MS_A -> {
                granted(cache, store(1), Permission.MODIFY);
                cache.take(from(new BackupAck(1, Replica.KEY, cache.line().value.version())));
                if (state != ControllerState.M) {
                    cache.take(from(new Snoop(1, Replica.KEY, 8, state == ControllerState.MI_A)));
                }
            }
        }
        assertEquals(state, cache.line() == null ? ControllerState.I : cache.line().state);
        return cache;
    }

    private static void granted(Replica cache, Called call, Permission permission) {
        cache.take(call);
        cache.take(from(new Grant(1, Replica.KEY, 1, 7, permission, Optional.of(OLD))));
    }

    private static Replica.Event event(Replica cache, String name) {
        long request = cache.facts().request();
        long version = cache.line() == null || cache.line().value == null
                ? 3
                : cache.line().value.version();
        return switch (name) {
            case "load" -> load(9);
            case "store" -> store(9);
            case "evict" -> new Replica.Evicted();
            case "Snoop Rd" -> from(new Snoop(1, Replica.KEY, 9, false));
            case "Snoop RdX" -> from(new Snoop(1, Replica.KEY, 9, true));
            case "Grant S" -> from(grant(request, Permission.SHARED));
            case "Grant E" -> from(grant(request, Permission.EXCLUSIVE));
            case "Grant X" -> from(grant(request, Permission.MODIFY));
            case "Grant X in place" ->
                from(new Grant(1, Replica.KEY, request, 9, Permission.MODIFY_IN_PLACE, Optional.empty()));
            case "Ack" -> from(new WriteBackAck(1, Replica.KEY, version));
            case "lease lost" -> new Replica.Lease(false);
            default -> throw new AssertionError("the table has an unknown event: " + name);
        };
    }

    private static Grant grant(long request, Permission permission) {
        return new Grant(1, Replica.KEY, request, 9, permission, Optional.of(OLD));
    }

    private static Called load(long call) {
        return new Called(call, new CacheRequest.Get(Replica.KEY));
    }

    private static Called store(long call) {
        return new Called(
                call,
                new CacheRequest.Put(Replica.KEY, Bytes.utf8("new"), -1, 0, Durability.BACKED_UP, Optional.empty()));
    }

    private static Deliver from(CacheMessage message) {
        boolean isHolder = message instanceof BackupAck;
        return new Deliver(isHolder ? NodeId.of("n1") : HOME, message);
    }

    private static List<String> words(CacheMessage message) {
        if (message instanceof SnoopResponse response) {
            List<String> words = new ArrayList<>();
            response.dirty().ifPresent(data -> words.add("data"));
            if (response.keptShared()) {
                words.add("shared");
            }
            return words.isEmpty() ? List.of("none") : words;
        }
        if (message instanceof GrantAck ack) {
            return List.of(ack.accepted() ? "accept" : "decline");
        }
        return List.of(message.getClass().getSimpleName().replace("BackupRelease", "Release"));
    }
}

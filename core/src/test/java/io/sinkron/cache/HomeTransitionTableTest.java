package io.sinkron.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBack;
import io.sinkron.cluster.Member;
import io.sinkron.cluster.View;
import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryValue;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The home's table of docs/mesi.md, cell by cell, against the machine: one home in each state, one event. */
class HomeTransitionTableTest {
    private static final NodeId READER = NodeId.of("n2");
    private static final NodeId OTHER = NodeId.of("n3");
    private static final MemoryValue DIRTY = new MemoryValue(9, false, Bytes.utf8("dirty"), 0, List.of());
    private static final MemoryValue STORED = new MemoryValue(4, false, Bytes.utf8("stored"), 0, List.of());

    static Stream<Arguments> cells() throws IOException {
        List<String> events = List.of();
        List<Arguments> cells = new ArrayList<>();
        for (String line : Files.readAllLines(TransitionTableTest.document())) {
            List<String> row =
                    Arrays.stream(line.split("\\|", -1)).map(String::trim).toList();
            if (line.startsWith("| home's state |")) {
                events = row;
            } else if (!events.isEmpty() && line.isEmpty()) {
                break;
            } else if (!events.isEmpty() && !line.startsWith("|---")) {
                for (int i = 2; i < row.size() - 1; i++) {
                    cells.add(Arguments.of(row.get(1), events.get(i), row.get(i)));
                }
            }
        }
        assertEquals(4 * 11, cells.size(), "the table of docs/mesi.md has four states and eleven events");
        return cells.stream();
    }

    private final Replica home = new Replica(NodeId.of("n1"));

    HomeTransitionTableTest() {
        View view = new View(
                1,
                Stream.of("n1", "n2", "n3")
                        .map(id -> new Member(NodeId.of(id), 1, 1, "", ""))
                        .toList());
        home.take(new Replica.Active(view, Replica.FixedPlacement.of(view, home.id)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("cells")
    void doesWhatTheTableSays(String state, String event, String wanted) {
        enter(state);
        Optional<List<CacheEffect>> effects = happen(state, event);
        String done = effects.map(HomeTransitionTableTest::text).orElse("");
        if (done.isEmpty() && event.equals("another's request")) {
            done = "queue";
        }
        String next = effects.isEmpty() ? state : state();
        assertEquals(wanted, next.equals(state) ? done : (done + " → " + next).trim());
    }

    private void enter(String state) {
        if (state.equals("Idle")) {
            return;
        }
        from(READER, new BusRd(1, Replica.KEY, 5));
        if (!state.equals("Snoop")) {
            from(OTHER, new SnoopResponse(1, Replica.KEY, 1, false, Optional.empty()));
        }
        if (state.equals("Grant")) {
            home.take(new Replica.Answered(1, new MemoryAnswer.Fetched(STORED)));
        }
        assertEquals(state, stateOfTransaction());
    }

    private List<CacheEffect> from(NodeId node, CacheMessage message) {
        return home.take(new Replica.Deliver(node, message));
    }

    /** What the home does; empty for what can't happen in this state, as nothing is asked of main memory. */
    private Optional<List<CacheEffect>> happen(String state, String event) {
        boolean isFetching = state.equals("Fetch");
        return switch (event) {
            case "another's request" -> Optional.of(from(OTHER, new BusRdX(1, Replica.KEY, 8)));
            case "the same request" -> Optional.of(from(READER, new BusRd(1, Replica.KEY, 5)));
            case "last answer to the snoop" ->
                Optional.of(from(OTHER, new SnoopResponse(1, Replica.KEY, 1, false, Optional.empty())));
            case "answer to another snoop" ->
                Optional.of(from(OTHER, new SnoopResponse(1, Replica.KEY, 77, false, Optional.empty())));
            case "dirty data" -> Optional.of(from(OTHER, new WriteBack(1, Replica.KEY, DIRTY)));
            case "data is stored" -> {
                int pending = isFetching || state.equals("Grant") ? 2 : 1;
                from(OTHER, new WriteBack(1, Replica.KEY, DIRTY));
                yield Optional.of(home.take(new Replica.Answered(pending, new MemoryAnswer.Stored(9))));
            }
            case "value is read" ->
                isFetching
                        ? Optional.of(home.take(new Replica.Answered(1, new MemoryAnswer.Fetched(STORED))))
                        : Optional.empty();
            case "value can't be read" -> isFetching ? Optional.of(home.take(new Replica.Failed(1))) : Optional.empty();
            case "GrantAck" -> Optional.of(from(READER, new GrantAck(1, Replica.KEY, 1, true)));
            case "another GrantAck" -> Optional.of(from(OTHER, new GrantAck(1, Replica.KEY, 77, true)));
            case "time-out" -> {
                if (isFetching) {
                    home.take(new Replica.Failed(1));
                }
                yield Optional.of(home.take(new Replica.Timeout()));
            }
            default -> throw new IllegalArgumentException(event);
        };
    }

    private static String text(List<CacheEffect> effects) {
        return effects.stream()
                .map(effect -> effect instanceof CacheEffect.Send send
                        ? send.message().getClass().getSimpleName()
                        : ((CacheEffect.Memory) effect).op().getClass().getSimpleName())
                .collect(Collectors.joining(", "));
    }

    /** A home that is idle begins at once with what another node asks for. */
    private String state() {
        boolean isIdle = from(OTHER, new BusRdX(1, Replica.KEY, 90)).stream()
                .anyMatch(effect -> effect instanceof CacheEffect.Send send && send.message() instanceof Snoop);
        return isIdle ? "Idle" : stateOfTransaction();
    }

    /** What it sends again when time passes tells what it waits for. */
    private String stateOfTransaction() {
        for (CacheEffect effect : home.take(new Replica.Timeout())) {
            if (effect instanceof CacheEffect.Send send && send.message() instanceof Snoop) {
                return "Snoop";
            } else if (effect instanceof CacheEffect.Send send && send.message() instanceof Grant) {
                return "Grant";
            }
        }
        return "Fetch";
    }
}

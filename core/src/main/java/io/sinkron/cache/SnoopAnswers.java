package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MemoryValue;
import java.util.Optional;

/** How a cache answers its lines' homes when another node wants a line: the columns "Snoop" of {@link CacheController}'s table. Machine only. */
final class SnoopAnswers {
    private final Context context;
    private final LineTable lines;
    private final Outstanding outstanding;
    private final MinimumHold hold;

    SnoopAnswers(Context context, LineTable lines, Outstanding outstanding) {
        this.context = context;
        this.lines = lines;
        this.outstanding = outstanding;
        this.hold = new MinimumHold(context, this::snoop);
    }

    /** A grant of the line was accepted, and what waited for it performed: if that was a write, the line stays here for the minimum hold. */
    void granted(Line line) {
        if (line.state == ControllerState.M) {
            hold.begin(line.key);
        }
    }

    /** This node is about to stop: no line is held any more. */
    void close() {
        hold.endAll();
    }

    /** The home asks for the line. Answered at once, or after the minimum hold; one of a transaction before our grant's is over already. */
    void snoop(NodeId home, Snoop snoop) {
        Line line = lines.get(snoop.key());
        boolean kept = false;
        Optional<MemoryValue> data = Optional.empty();
        if (line != null) {
            boolean isOver = line.grantEpoch == snoop.epoch() && snoop.txn() <= line.grantTxn;
            if (isOver || hold.defers(line, home, snoop)) {
                return;
            }
            data = line.state.isDirty() ? Optional.of(line.value) : data;
            if (snoop.exclusive()) {
                invalidate(line);
            } else {
                kept = share(line);
            }
            outstanding.settle(line);
        }
        context.outbox.send(home, new SnoopResponse(snoop.epoch(), snoop.key(), snoop.txn(), kept, data));
    }

    private void invalidate(Line line) {
        if (line.state.isReadable()) {
            line.counters.invalidations.increment();
            context.outbox.invalidated(line.key);
        }
        switch (line.state) {
            case S, E -> line.clear();
            case SM_A -> {
                line.clear();
                line.state = ControllerState.IM_D;
            }
            case M, MS_A -> {
                line.state = ControllerState.MI_A;
                line.visible = null;
            }
            case I, IS_D, IM_D, MI_A -> {}
        }
    }

    private static boolean share(Line line) {
        if (line.state == ControllerState.E) {
            line.state = ControllerState.S;
        } else if (line.state == ControllerState.M) {
            line.state = ControllerState.MS_A;
            if (line.visible != line.value) {
                line.visible = null;
            }
        }
        return line.state.isReadable();
    }
}

package io.sinkron.cache;

/**
 * What a node does with its lines when it may serve no longer: because its lease is over, or because a view leaves it out. What clients wait for
 * waits here until it may serve again, or until its deadline. Machine only.
 */
final class Withdrawal {
    private final LineTable lines;
    private final DirtyLines dirty;
    private final Outstanding outstanding;
    /** Calls that wait for the lease. */
    final PendingCall.Queue unserved = new PendingCall.Queue();

    Withdrawal(LineTable lines, DirtyLines dirty, Outstanding outstanding) {
        this.lines = lines;
        this.dirty = dirty;
        this.outstanding = outstanding;
    }

    /** This node isn't, or may have not been, a member: its lines are worth nothing, and its dirty data is for main memory to judge. */
    void excluded(long lastEpoch) {
        for (Line line : lines.all()) {
            park(line);
            if (line.state.isDirty()) {
                dirty.rescue(line, lastEpoch);
            } else {
                abandon(line);
            }
            line.visible = null;
            outstanding.settle(line);
        }
    }

    /** The lease is over: nothing may be read any more. Dirty data is written back, for the others still wait for this node's answers. */
    void leaseLost() {
        for (Line line : lines.all()) {
            park(line);
            if (line.state.isDirty()) {
                line.state = ControllerState.MI_A;
                dirty.writeBack(line);
            } else {
                abandon(line);
            }
            line.visible = null;
            outstanding.settle(line);
        }
    }

    private static void abandon(Line line) {
        line.clear();
        if (line.hasWork()) {
            line.work().request = 0;
        }
    }

    private void park(Line line) {
        while (line.hasWaiting()) {
            unserved.add(line.work().waiting.poll());
        }
    }
}

package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.BusRd;
import io.sinkron.cache.CacheMessage.BusRdX;
import io.sinkron.cache.CacheMessage.BusUpgr;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What lines have asked of others and not got yet: begins a line's request when a call waits for more than the line permits, ends it when none
 * does, sends again what isn't answered, has lines saved that have been dirty for long, and carries all of it over a change of the view. Every
 * event of a line ends in {@link #settle}. Machine only.
 */
final class Outstanding {
    private final Context context;
    private final DirtyLines dirty;
    private final Room room;
    private final Awaits awaits;
    /** The lines with something outstanding. */
    private final Set<Line> busy = new LinkedHashSet<>();

    private long nextRequest = 1;

    Outstanding(Context context, DirtyLines dirty, Room room, Awaits awaits) {
        this.context = context;
        this.dirty = dirty;
        this.room = room;
        this.awaits = awaits;
    }

    /** After every event of a line: asks for what is waited for, keeps the timer, the room and the published snapshot true. */
    void settle(Line line) {
        LineWork work = line.workOrNull();
        if (work != null) {
            awaits.settle(line, work);
            request(line, work);
            keepTimers(line, work);
        }
        room.update(line);
        if (work != null) {
            if (work.isIdle() && !line.state.isDirty()) {
                busy.remove(line);
                line.dropWork();
            } else {
                busy.add(line);
            }
        }
        line.publish();
    }

    /** The lines with something outstanding; only to be read, and before anything is settled. */
    Set<Line> busy() {
        return Collections.unmodifiableSet(busy);
    }

    private void keepTimers(Line line, LineWork work) {
        boolean isOutstanding = line.state.isRequesting() || dirty.isOutstanding(line, work);
        if (isOutstanding && context.placement != null && work.retry == null) {
            work.retry = context.timers.schedule(context.retryAt(), () -> retry(line));
        } else if (!isOutstanding && work.retry != null) {
            context.timers.cancel(work.retry);
            work.retry = null;
        }
        boolean isUnsaved = line.state == ControllerState.M && work.writingBack == null;
        if (isUnsaved && work.cleaning == null) {
            long at = context.now + context.options.flushAgeNanos();
            work.cleaning = context.timers.schedule(at, () -> clean(line));
        } else if (!isUnsaved && work.cleaning != null) {
            context.timers.cancel(work.cleaning);
            work.cleaning = null;
        }
    }

    /** A line that has been dirty for long is saved in the background and stays where it is. */
    private void clean(Line line) {
        line.work().cleaning = null;
        dirty.writeBack(line);
        settle(line);
    }

    private void request(Line line, LineWork work) {
        if (work.waiting.isEmpty()) {
            if (line.state.isRequesting()) {
                line.state = line.state == ControllerState.SM_A ? ControllerState.S : ControllerState.I;
                work.request = 0;
            }
        } else if (line.state == ControllerState.I) {
            line.state = work.waiting.hasStores() ? ControllerState.IM_D : ControllerState.IS_D;
            ask(line, work);
        } else if (line.state == ControllerState.S && work.waiting.hasStores()) {
            line.state = ControllerState.SM_A;
            ask(line, work);
        }
    }

    /** Sends the request that the line's state means, under a new number. */
    void ask(Line line, LineWork work) {
        work.request = nextRequest++;
        sendRequest(line, work);
    }

    private void sendRequest(Line line, LineWork work) {
        if (context.placement == null) {
            return;
        }
        NodeId home = context.placement.home(line.key);
        long epoch = context.epoch();
        switch (line.state) {
            case IS_D -> context.outbox.send(home, new BusRd(epoch, line.key, work.request));
            case IM_D -> context.outbox.send(home, new BusRdX(epoch, line.key, work.request));
            default -> context.outbox.send(home, new BusUpgr(epoch, line.key, work.request));
        }
    }

    private void retry(Line line) {
        LineWork work = line.work();
        work.retry = null;
        if (line.state.isRequesting()) {
            sendRequest(line, work);
        } else {
            dirty.retry(line);
        }
        settle(line);
    }

    /** A new view is installed, and this node was a member all the time. */
    void viewInstalled() {
        for (Line line : new ArrayList<>(busy)) {
            LineWork work = line.work();
            if (line.state.isRequesting()) {
                work.request = nextRequest++;
            }
            if (line.state.isDirty()) {
                dirty.viewInstalled(line);
            }
            context.timers.cancel(work.retry);
            work.retry = null;
            settle(line);
        }
    }

    /** The view is active: what is outstanding goes to the new homes. */
    void viewActive() {
        for (Line line : new ArrayList<>(busy)) {
            if (line.state.isRequesting()) {
                sendRequest(line, line.work());
            } else if (line.state.isDirty()) {
                dirty.viewActive(line);
            }
            settle(line);
        }
    }
}

package io.sinkron.examples.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Times how long a client takes for a head, for a body, and to say anything at all. It sits in front of the decoder and sees bytes; the
 * {@link Connection} behind it says when a head and a request are complete. A fast client costs next to no timers.
 */
final class ReceiveClock extends ChannelInboundHandlerAdapter {
    /** What the client is expected to send. */
    enum Phase {
        /** A request, some time. */
        IDLE,
        /** The rest of a head. */
        HEAD,
        /** The rest of a body. */
        BODY
    }

    private final HttpLimits limits;
    private final Consumer<Phase> late;
    private ChannelHandlerContext context;
    private Future<?> timer;
    private long timerNanos;
    private long deadlineNanos;
    private Phase phase = Phase.IDLE;
    private long completed;

    /** @param late told when a phase took too long */
    ReceiveClock(HttpLimits limits, Consumer<Phase> late) {
        this.limits = limits;
        this.late = late;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        enter(Phase.IDLE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        long before = completed;
        ctx.fireChannelRead(bytes);
        if (phase == Phase.IDLE && completed == before) {
            enter(Phase.HEAD);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        ctx.fireChannelInactive();
    }

    /** A head is complete and a body follows. */
    void headComplete() {
        completed++;
        enter(Phase.BODY);
    }

    /** A request is complete. */
    void requestComplete() {
        completed++;
        if (phase != Phase.IDLE) {
            enter(Phase.IDLE);
        }
    }

    /** Starts the idle time again. */
    void restart() {
        if (phase == Phase.IDLE) {
            enter(Phase.IDLE);
        }
    }

    private void enter(Phase next) {
        phase = next;
        long nanos = switch (next) {
            case IDLE -> limits.idleTime().toNanos();
            case HEAD -> limits.headTime().toNanos();
            case BODY -> limits.bodyTime().toNanos();
        };
        deadlineNanos = System.nanoTime() + nanos;
        if (timer == null || timerNanos - deadlineNanos > 0) {
            stop();
            schedule();
        }
    }

    /** A timer that is early looks again; so moving the deadline back, which each request does, costs nothing. */
    private void schedule() {
        timerNanos = deadlineNanos;
        timer = context.executor()
                .schedule(this::check, Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void check() {
        timer = null;
        if (deadlineNanos - System.nanoTime() > 0) {
            schedule();
        } else {
            late.accept(phase);
        }
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}

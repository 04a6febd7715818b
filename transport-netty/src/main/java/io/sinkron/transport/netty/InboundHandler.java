package io.sinkron.transport.netty;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.sinkron.common.Message;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.transport.netty.QuietLog.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * An incoming connection: first its handshake, within the time allowed for it, then messages to be delivered. Nothing but refusals and
 * signs of life goes back by it. One a connection; all on its event loop.
 */
final class InboundHandler extends SimpleChannelInboundHandler<Frame> {
    /** A peer asks for signs of life all the time, so one that is silent for so many of its own idle timeouts is gone. */
    private static final int IDLE_TIMEOUTS = 2;

    private final Wiring wiring;
    private final Admission admission;
    private final FrameDecoder decoder;
    private boolean entered;
    private boolean over;
    private Hello peer;
    private ScheduledFuture<?> timer;
    private long heardAtNanos;

    InboundHandler(Wiring wiring, Admission admission, FrameDecoder decoder) {
        this.wiring = wiring;
        this.admission = admission;
        this.decoder = decoder;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        entered = admission.enter();
        if (!entered) {
            wiring.counters().refused.increment();
            wiring.log().warn(Subject.HALF_OPEN, "closed a connection, as too many are in their handshake");
            ctx.close();
            return;
        }
        timer = ctx.executor()
                .schedule(
                        () -> bad(ctx, "no handshake within the time allowed"),
                        wiring.options().handshakeTimeoutMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over = true;
        if (timer != null) {
            timer.cancel(false);
        }
        leave();
        if (peer != null) {
            wiring.counters().of(peer.lane()).connectedIn.decrementAndGet();
            peer = null;
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Frame frame) {
        if (over) {
            return;
        }
        if (peer == null) {
            introduced(ctx, frame);
            return;
        }
        heardAtNanos = System.nanoTime();
        if (frame.kind() == Frame.MESSAGE) {
            deliver(ctx, frame);
        } else if (frame.kind() == Frame.PING) {
            pong(ctx);
        } else {
            bad(ctx, "a frame of kind " + frame.kind() + " from an admitted peer");
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            ctx.close();
            return;
        }
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        bad(ctx, root instanceof NotSslRecordException ? "it does not speak TLS" : String.valueOf(root.getMessage()));
    }

    private void introduced(ChannelHandlerContext ctx, Frame frame) {
        Hello hello;
        int codecVersion = wiring.context().codec().version();
        try {
            if (frame.kind() != Frame.HELLO) {
                bad(ctx, "a frame of kind " + frame.kind() + " before the handshake");
                return;
            }
            hello = Hello.decode(frame, codecVersion);
        } catch (BadFrameException e) {
            refuse(ctx, e.getMessage());
            return;
        }
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        if (ssl != null && !Tls.names(ssl, hello.from())) {
            refuse(ctx, "the certificate does not name node " + hello.from());
            return;
        }
        Optional<String> refusal = admission.admit(hello, ctx.channel());
        if (refusal.isPresent()) {
            refuse(ctx, refusal.get());
            return;
        }
        peer = hello;
        leave();
        wiring.counters().of(hello.lane()).connectedIn.incrementAndGet();
        decoder.admitted();
        heardAtNanos = System.nanoTime();
        timer.cancel(false);
        long idle = (long) IDLE_TIMEOUTS * wiring.options().idleTimeoutMillis();
        timer = ctx.executor().scheduleAtFixedRate(() -> closeIfIdle(ctx, idle), idle, idle, TimeUnit.MILLISECONDS);
        byte[] answer = Hello.of(wiring.context(), hello.from(), hello.lane()).encode(codecVersion);
        ctx.writeAndFlush(Frame.control(ctx.alloc(), Frame.WELCOME, answer));
    }

    private void deliver(ChannelHandlerContext ctx, Frame frame) {
        ByteBuffer body = frame.body();
        if (!body.hasRemaining() || body.get() != Frame.GROUP) {
            bad(ctx, "a message of another group than " + Frame.GROUP);
            return;
        }
        Message message;
        try {
            message = wiring.context().codec().decode(body);
        } catch (MalformedMessageException e) {
            bad(ctx, "a malformed message of " + peer.from() + ": " + e.getMessage());
            return;
        }
        wiring.counters().of(peer.lane()).received.increment();
        try {
            wiring.context().receiver().received(peer.from(), peer.incarnation(), message);
        } catch (RuntimeException e) {
            wiring.log().error("the receiver failed on a message of " + peer.from(), e);
        }
    }

    /** Answers only while the answers are read: else a peer could fill the memory with them. */
    private void pong(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            ctx.write(Frame.control(ctx.alloc(), Frame.PONG, new byte[0]));
        } else {
            bad(ctx, "signs of life are asked for but not read");
        }
    }

    private void closeIfIdle(ChannelHandlerContext ctx, long idleMillis) {
        if (System.nanoTime() - heardAtNanos >= TimeUnit.MILLISECONDS.toNanos(idleMillis)) {
            ctx.close();
        }
    }

    private void refuse(ChannelHandlerContext ctx, String reason) {
        over = true;
        wiring.counters().refused.increment();
        wiring.log().warn(Subject.REFUSED, "refused " + ctx.channel().remoteAddress() + ": " + reason);
        byte[] text = QuietLog.quote(reason).getBytes(StandardCharsets.UTF_8);
        ctx.writeAndFlush(Frame.control(ctx.alloc(), Frame.REFUSED, text)).addListener(ChannelFutureListener.CLOSE);
        ctx.channel().config().setAutoRead(false);
    }

    private void bad(ChannelHandlerContext ctx, String what) {
        if (!over) {
            over = true;
            wiring.counters().badInput.increment();
            wiring.log()
                    .warn(
                            Subject.BAD_INPUT,
                            "closed the connection from " + ctx.channel().remoteAddress() + ": " + what);
        }
        ctx.close();
    }

    private void leave() {
        if (entered) {
            entered = false;
            admission.leave();
        }
    }
}

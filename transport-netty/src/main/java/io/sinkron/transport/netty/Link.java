package io.sinkron.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.transport.netty.QuietLog.Subject;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The outgoing connection to one peer for one lane: opens it, opens it again when it breaks, and writes what is sent. While there is none, and no
 * attempt to open it, messages are dropped at once: by the time of the next one they would be stale, and who needs them sends them again. The bulk
 * lane, which few peers ever need, is opened by a message instead, and that message waits for it.
 *
 * <p>The sender's side ({@link #isOpen}, {@link #send}, {@link #flush}) belongs to one thread at a time and takes no lock; all else happens on
 * the link's event loop. What waits, in either place, is counted in one number and bounded by it.
 */
final class Link {
    private final Wiring wiring;
    private final NodeId peer;
    private final Lane lane;
    private final Counters.OfLane counters;
    private final long maxWaitingBytes;
    private final EventLoop loop;
    private final AtomicLong waitingBytes = new AtomicLong();
    private volatile boolean open;

    /** The sender's: what was sent since the last flush. */
    private List<byte[]> batch = new ArrayList<>();

    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
    private InetSocketAddress address;
    private boolean dialling;
    private boolean closed;
    private Channel channel;
    private Packer packer;
    private ScheduledFuture<?> timer;
    private int backoffMillis;
    private long progressAtNanos;

    Link(Wiring wiring, NodeId peer, Lane lane) {
        this.wiring = wiring;
        this.peer = peer;
        this.lane = lane;
        counters = wiring.counters().of(lane);
        maxWaitingBytes = wiring.options().outboundBytes().of(lane);
        loop = wiring.loops().group().next();
        backoffMillis = wiring.options().backoffMinMillis();
    }

    /** Whether there is a connection, an attempt at one, or one to be made for the next message, so that it makes sense to send. */
    boolean isOpen() {
        return open;
    }

    /** Whether something was sent since the last flush. */
    boolean hasBatch() {
        return !batch.isEmpty();
    }

    /** Takes a message for the next flush; false if there is no room for it. */
    boolean send(byte[] message) {
        int size = Frame.MESSAGE_OVERHEAD + message.length;
        if (waitingBytes.get() + size > maxWaitingBytes) {
            return false;
        }
        waitingBytes.addAndGet(size);
        batch.add(message);
        return true;
    }

    /** Hands what was sent to the event loop. */
    void flush() {
        if (!batch.isEmpty()) {
            List<byte[]> ready = batch;
            batch = new ArrayList<>();
            run(() -> take(ready));
        }
    }

    /** Connects to this address from now on. */
    void connectTo(InetSocketAddress next) {
        run(() -> {
            if (next.equals(address)) {
                return;
            }
            address = next;
            backoffMillis = wiring.options().backoffMinMillis();
            if (channel != null) {
                channel.close();
            } else {
                ready();
            }
        });
    }

    /** Gives the connection up for good. */
    void close() {
        run(() -> {
            closed = true;
            open = false;
            cancelTimer();
            if (channel != null) {
                channel.close();
            }
            dropQueue();
        });
    }

    private void run(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The transport is closed and so is everything that this would have touched.
            open = false;
        }
    }

    private void take(List<byte[]> messages) {
        queue.addAll(messages);
        if (!open) {
            dropQueue();
        } else if (packer != null) {
            drain();
        } else {
            dial();
        }
    }

    private void drain() {
        long sent = 0;
        while (!queue.isEmpty() && channel.isWritable()) {
            packer.add(queue.poll(), waitingBytes.get());
            sent++;
        }
        if (sent > 0) {
            counters.sent.add(sent);
            packer.flush();
        }
    }

    private void dropQueue() {
        counters.dropped.add(queue.size());
        for (byte[] message : queue) {
            waitingBytes.addAndGet(-(Frame.MESSAGE_OVERHEAD + message.length));
        }
        queue.clear();
    }

    /** It is time for a connection, or, in the lane that is opened by a message, for taking that message. */
    private void ready() {
        if (lane == Lane.BULK) {
            open = !closed;
        } else {
            dial();
        }
    }

    private void dial() {
        if (closed || dialling || channel != null) {
            return;
        }
        cancelTimer();
        dialling = true;
        open = true;
        InetSocketAddress target = address;
        if (!target.isUnresolved()) {
            connect(target);
            return;
        }
        try {
            wiring.resolver().execute(() -> {
                InetSocketAddress resolved = new InetSocketAddress(target.getHostString(), target.getPort());
                run(() -> resolved(target, resolved));
            });
        } catch (RejectedExecutionException e) {
            lost();
        }
    }

    private void resolved(InetSocketAddress asked, InetSocketAddress target) {
        if (closed) {
            return;
        }
        if (asked != address) {
            dialling = false;
            dial();
            return;
        }
        if (target.isUnresolved()) {
            wiring.log()
                    .warn(Subject.CONNECT, "no address of node " + peer + " is known for " + target.getHostString());
            lost();
        } else {
            connect(target);
        }
    }

    private void connect(InetSocketAddress target) {
        NettyTransportOptions options = wiring.options();
        Channel attempt = new Bootstrap()
                .group(loop)
                .channel(wiring.loops().client())
                .option(ChannelOption.ALLOCATOR, wiring.allocator())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.handshakeTimeoutMillis())
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(options.writeLowBytes(), options.writeHighBytes()))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        wiring.channels().add(fresh);
                        wiring.tls().ifPresent(tls -> fresh.pipeline().addLast(tls.client(fresh.alloc())));
                        FrameDecoder decoder = new FrameDecoder(options.maxFrameBytes());
                        fresh.pipeline().addLast(decoder, new Outgoing());
                    }
                })
                .connect(target)
                .channel();
        channel = attempt;
        timer = loop.schedule(() -> attempt.close(), options.handshakeTimeoutMillis(), TimeUnit.MILLISECONDS);
        attempt.closeFuture().addListener(done -> {
            channel = null;
            lost();
        });
    }

    private void welcomed() {
        counters.connectedOut.incrementAndGet();
        packer =
                new Packer(channel, bytes -> waitingBytes.addAndGet(-bytes), () -> progressAtNanos = System.nanoTime());
        backoffMillis = wiring.options().backoffMinMillis();
        progressAtNanos = System.nanoTime();
        cancelTimer();
        int every = wiring.options().keepAliveMillis();
        timer = loop.scheduleAtFixedRate(this::beat, every, every, TimeUnit.MILLISECONDS);
        drain();
    }

    private void beat() {
        long idle = TimeUnit.MILLISECONDS.toNanos(wiring.options().idleTimeoutMillis());
        if (System.nanoTime() - progressAtNanos >= idle) {
            wiring.log()
                    .warn(Subject.CONNECT, "the " + lane + " connection to node " + peer + " shows no sign of life");
            channel.close();
        } else {
            channel.writeAndFlush(Frame.control(channel.alloc(), Frame.PING, new byte[0]));
        }
    }

    /** The connection, or the attempt at it, is over: waits a little and begins anew. */
    private void lost() {
        if (packer != null) {
            packer = null;
            counters.connectedOut.decrementAndGet();
        }
        dialling = false;
        open = false;
        cancelTimer();
        dropQueue();
        if (!closed && !loop.isShuttingDown()) {
            int pause = backoffMillis / 2 + ThreadLocalRandom.current().nextInt(backoffMillis / 2 + 1);
            backoffMillis = Math.min(2 * backoffMillis, wiring.options().backoffMaxMillis());
            timer = loop.schedule(this::ready, pause, TimeUnit.MILLISECONDS);
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** What comes back by the outgoing connection: the answer to the handshake, and signs of life. */
    private final class Outgoing extends SimpleChannelInboundHandler<Frame> {
        private final int codecVersion = wiring.context().codec().version();

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (wiring.tls().isEmpty()) {
                hello(ctx);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent tls) {
                if (!tls.isSuccess()) {
                    complain(ctx, "the TLS handshake failed: " + tls.cause());
                } else if (!Tls.names(ctx.pipeline().get(SslHandler.class), peer)) {
                    complain(ctx, "its certificate does not name it");
                } else {
                    hello(ctx);
                }
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Frame frame) throws BadFrameException {
            progressAtNanos = System.nanoTime();
            if (packer == null && frame.kind() == Frame.WELCOME) {
                Hello answer = Hello.decode(frame, codecVersion);
                if (answer.isBetween(wiring.context(), peer, lane)) {
                    welcomed();
                } else {
                    complain(ctx, "another node answers: " + answer);
                }
            } else if (packer == null && frame.kind() == Frame.REFUSED) {
                String reason = StandardCharsets.UTF_8.decode(frame.body()).toString();
                wiring.log().warn(Subject.REFUSED_BY_PEER, "node " + peer + " refused this one: " + reason);
                ctx.close();
            } else if (packer == null || frame.kind() != Frame.PONG) {
                throw new BadFrameException("a frame of kind " + frame.kind() + " was not expected");
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (packer != null && ctx.channel().isWritable()) {
                drain();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Throwable root = cause.getCause() == null ? cause : cause.getCause();
            complain(ctx, String.valueOf(root.getMessage()));
        }

        private void hello(ChannelHandlerContext ctx) {
            byte[] hello = Hello.of(wiring.context(), peer, lane).encode(codecVersion);
            ctx.writeAndFlush(Frame.control(ctx.alloc(), Frame.HELLO, hello));
        }

        private void complain(ChannelHandlerContext ctx, String what) {
            wiring.log().warn(Subject.CONNECT, "closed the " + lane + " connection to node " + peer + ": " + what);
            ctx.close();
        }
    }
}

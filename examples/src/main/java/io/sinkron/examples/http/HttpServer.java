package io.sinkron.examples.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Listens on one address and answers by one {@link Handler}. Thread-safe. */
public final class HttpServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int BACKLOG = 1024;
    private static final int WRITE_HIGH_BYTES = 256 * 1024;
    private static final int WRITE_LOW_BYTES = 64 * 1024;

    /** How long requests that are being handled may take when the server closes, before they are cancelled, and again to be answered. */
    private static final long DRAIN_MILLIS = 1_000;

    private final HttpLimits limits;
    private final Handler handler;
    private final Supplier<Map<String, String>> commonHeaders;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final EventLoopGroup loops;
    private final Channel listener;
    private volatile boolean closed;

    private HttpServer(
            InetSocketAddress address, HttpLimits limits, Handler handler, Supplier<Map<String, String>> commonHeaders)
            throws IOException {
        this.limits = limits;
        this.handler = Objects.requireNonNull(handler, "handler");
        this.commonHeaders = Objects.requireNonNull(commonHeaders, "commonHeaders");
        this.loops = new MultiThreadIoEventLoopGroup(
                THREADS, new DefaultThreadFactory("sinkron-http", true), NioIoHandler.newFactory());
        this.listener = listen(address);
    }

    /**
     * Begins to listen and to answer.
     *
     * @param address with port 0 for any free one
     * @param commonHeaders fields that every answer carries
     * @throws IOException if the address cannot be had
     */
    public static HttpServer start(
            InetSocketAddress address, HttpLimits limits, Handler handler, Supplier<Map<String, String>> commonHeaders)
            throws IOException {
        return new HttpServer(address, limits, handler, commonHeaders);
    }

    private Channel listen(InetSocketAddress address) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES))
                .childHandler(new Initializer())
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException("cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                    + bound.cause().getMessage());
        }
        return bound.channel();
    }

    /** The port that it listens on. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** Stops listening, lets what is being handled end for a few seconds, and closes every connection. Idempotent, blocks. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        listener.close().awaitUninterruptibly();
        connections.forEach(Connection::closeSoon);
        try {
            if (!awaitNoConnections()) {
                connections.forEach(Connection::cancel);
                awaitNoConnections();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private boolean awaitNoConnections() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
        while (!connections.isEmpty() && System.nanoTime() - end < 0) {
            Thread.sleep(10);
        }
        return connections.isEmpty();
    }

    private final class Initializer extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            if (closed || connections.size() >= limits.connections()) {
                channel.close();
                return;
            }
            Connection connection = new Connection(limits, handler, commonHeaders);
            connections.add(connection);
            channel.closeFuture().addListener(ended -> connections.remove(connection));
            channel.pipeline()
                    .addLast(new WriteTimeoutHandler(limits.writeTime().toMillis(), TimeUnit.MILLISECONDS))
                    .addLast(connection.clock())
                    .addLast(new RequestDecoder(limits))
                    .addLast(new HttpResponseEncoder())
                    .addLast(connection);
        }
    }
}

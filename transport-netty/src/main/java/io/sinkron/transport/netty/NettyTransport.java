package io.sinkron.transport.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.sinkron.common.Message;
import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import io.sinkron.transport.netty.QuietLog.Subject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Transport} over TCP: one connection a peer, direction and {@linkplain Message#lane lane}, so that each side decides alone when to open
 * its own and a heartbeat never queues behind a snapshot. Frames carry a length and a CRC32C; connections begin with a handshake that names
 * the format, the cluster, both nodes and the lane, and end on anything unexpected. With {@link TlsOptions} both sides prove who they are.
 *
 * <p>A message goes out at the next {@link #flush}, if there is a connection to the peer in its lane or an attempt to open one, and room within
 * {@link NettyTransportOptions#outboundBytes}; else it is dropped and counted in {@link #stats}. Messages of one lane stay in order while its
 * connection lasts. A connection that breaks is opened again after a pause that doubles from 50 ms to 2 s, with jitter; one without a sign of
 * life for 5 s is taken for broken. The bulk lane is opened with its first message.
 *
 * <p>Whom it talks to: until {@link #peers} is called with members, the configured nodes; from then on the members, and who ceased to be one for
 * {@link NettyTransportOptions#departureGraceMillis} more.
 *
 * <p>{@link #send} and {@link #flush} are for one thread at a time; everything else is for any thread. Messages are delivered on the
 * transport's own threads.
 */
public final class NettyTransport implements Transport {
    private static final int BACKLOG = 256;
    private static final long CLOSE_MILLIS = 2_000;
    private static final long CLOSE_LIMIT_MILLIS = 5_000;

    private final NettyTransportOptions options;
    private final ByteBufAllocator allocator;
    private final Roster roster;
    private final Map<NodeId, PeerLinks> links = new ConcurrentHashMap<>();
    private final List<Link> touched = new ArrayList<>();
    private final Counters counters = new Counters();
    private final Object lifecycle = new Object();

    private volatile Wiring wiring;
    private volatile boolean closed;
    private Admission admission;
    private Channel listener;
    private ExecutorService resolver;

    /** A transport that isn't started yet and holds no sockets. */
    public NettyTransport(NettyTransportOptions options) {
        this(options, PooledByteBufAllocator.DEFAULT);
    }

    NettyTransport(NettyTransportOptions options, ByteBufAllocator allocator) {
        this.options = Objects.requireNonNull(options, "options");
        this.allocator = allocator;
        roster = new Roster(options.peers());
    }

    @Override
    public void start(Context context) throws IOException {
        synchronized (lifecycle) {
            if (closed || wiring != null) {
                throw new IllegalStateException("a transport is started once, and not after it was closed");
            }
            Optional<Tls> tls = options.tls().isPresent()
                    ? Optional.of(Tls.load(options.tls().get()))
                    : Optional.empty();
            String name = "sinkron-netty-" + context.self();
            resolver = Executors.newCachedThreadPool(new DefaultThreadFactory(name + "-resolver", true));
            Context guarded = new Context(
                    context.cluster(),
                    context.self(),
                    context.incarnation(),
                    context.codec(),
                    guard(context.receiver()));
            QuietLog log = new QuietLog(context.self().value());
            Loops loops = Loops.open(options.ioThreads(), name);
            ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
            wiring = new Wiring(options, guarded, loops, channels, allocator, tls, resolver, counters, log);
            admission = new Admission(guarded, roster::admits, options.maxHalfOpen());
            try {
                listener = listen(wiring);
            } catch (IOException e) {
                close();
                throw e;
            }
            log.info("listening on " + localAddress());
            roster.addresses().forEach(this::link);
        }
    }

    /**
     * Configures a peer as {@link NettyTransportOptions#peers} does, or says where one listens now. Of this and {@link #peers} the last word on an
     * address counts; who is a member at all, {@link #peers} says alone once it has been called.
     *
     * @param address as in {@link NettyTransportOptions#peers}
     */
    public void connect(NodeId peer, InetSocketAddress address) {
        synchronized (lifecycle) {
            roster.configure(peer, address);
            if (roster.admits(peer)) {
                link(peer, address);
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>An address is a text as {@link NettyTransportOptions#address} reads it; one that can't be read is logged, counted and taken for empty. No
     * members at all means that nothing is known yet, and changes nothing. Who has left is spoken to and heard for
     * {@link NettyTransportOptions#departureGraceMillis} more. Doesn't block.
     */
    @Override
    public void peers(Map<NodeId, String> addresses) {
        synchronized (lifecycle) {
            Roster.Change change = roster.become(addresses);
            change.connect().forEach(this::link);
            for (IllegalArgumentException unreadable : change.unreadable()) {
                counters.unreadableAddresses.increment();
                if (wiring != null) {
                    wiring.log().warn(Subject.ADDRESS, "the address of a member: " + unreadable.getMessage());
                }
            }
            change.departures().forEach(this::dismissLater);
        }
    }

    private void dismissLater(Roster.Departure departure) {
        if (wiring == null || closed) {
            roster.expire(departure);
        } else {
            wiring.loops()
                    .group()
                    .next()
                    .schedule(() -> dismiss(departure), options.departureGraceMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void dismiss(Roster.Departure departure) {
        synchronized (lifecycle) {
            if (!closed && roster.expire(departure)) {
                PeerLinks left = links.remove(departure.node());
                if (left != null) {
                    left.close();
                }
                admission.dismiss(departure.node());
            }
        }
    }

    /**
     * Where this transport listens; with a {@code bindPort} of 0 it has the port that was found.
     *
     * @throws IllegalStateException if it doesn't listen
     */
    public InetSocketAddress localAddress() {
        synchronized (lifecycle) {
            if (listener == null || closed) {
                throw new IllegalStateException("the transport does not listen");
            }
            return (InetSocketAddress) listener.localAddress();
        }
    }

    /** What it has done so far. */
    public TransportStats stats() {
        return counters.stats();
    }

    @Override
    public void send(NodeId to, Message message) {
        Wiring running = wiring;
        Lane lane = message.lane();
        PeerLinks peer = links.get(to);
        Link link = peer == null ? null : peer.of(lane);
        if (closed || running == null || link == null || !link.isOpen()) {
            counters.of(lane).dropped.increment();
            return;
        }
        byte[] bytes = running.context().codec().encode(message);
        if (Frame.MIN_LENGTH + 1 + bytes.length > options.maxFrameBytes()) {
            drop(running, to, lane, "it has " + bytes.length + " bytes, a frame at most " + options.maxFrameBytes());
            return;
        }
        boolean first = !link.hasBatch();
        if (!link.send(bytes)) {
            drop(running, to, lane, "more than " + options.outboundBytes().of(lane) + " bytes would wait for it");
        } else if (first) {
            touched.add(link);
        }
    }

    @Override
    public void flush() {
        for (Link link : touched) {
            link.flush();
        }
        touched.clear();
    }

    @Override
    public void close() {
        Wiring running;
        synchronized (lifecycle) {
            closed = true;
            running = wiring;
            if (running == null) {
                return;
            }
            if (listener != null) {
                listener.close();
            }
            links.values().forEach(PeerLinks::close);
            resolver.shutdownNow();
        }
        // Outside of the lock: an I/O thread may wait for it, to dismiss a node, and must end as well. And one after
        // the other: a loop
        // that is told to end just after it has looked whether it shall, ends without closing its channels.
        running.channels().close().awaitUninterruptibly(CLOSE_MILLIS);
        running.loops()
                .group()
                .shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_LIMIT_MILLIS);
    }

    private void drop(Wiring running, NodeId to, Lane lane, String why) {
        counters.of(lane).dropped.increment();
        running.log().warn(Subject.DROPPED, "dropped a " + lane + " message to node " + to + ": " + why);
    }

    private void link(NodeId peer, InetSocketAddress address) {
        Wiring running = wiring;
        if (running != null && !closed && !peer.equals(running.context().self())) {
            links.computeIfAbsent(peer, id -> PeerLinks.to(id, running)).connectTo(address);
        }
    }

    /** Nothing is delivered after {@link #close}. */
    private Receiver guard(Receiver receiver) {
        return (from, incarnation, message) -> {
            if (!closed) {
                receiver.received(from, incarnation, message);
            }
        };
    }

    private Channel listen(Wiring running) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(running.loops().group())
                .channel(running.loops().server())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        running.channels().add(channel);
                        running.tls().ifPresent(tls -> channel.pipeline().addLast(tls.server(channel.alloc())));
                        FrameDecoder decoder = new FrameDecoder(options.maxFrameBytes());
                        channel.pipeline().addLast(decoder, new InboundHandler(running, admission, decoder));
                    }
                })
                .bind(new InetSocketAddress(options.bindHost(), options.bindPort()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + options.bindHost() + ":" + options.bindPort() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return bound.channel();
    }
}

package io.sinkron.transport.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.sinkron.spi.Transport;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What all connections of one transport share.
 *
 * @param channels every channel that is open; one that is added after it was closed is closed at once
 * @param resolver looks names up, so that a slow name server doesn't stop the I/O threads
 */
record Wiring(
        NettyTransportOptions options,
        Transport.Context context,
        Loops loops,
        ChannelGroup channels,
        ByteBufAllocator allocator,
        Optional<Tls> tls,
        Executor resolver,
        Counters counters,
        QuietLog log) {}

package io.sinkron.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** The threads that do the I/O and the kinds of channels that fit them: native epoll where it is available, else NIO. */
record Loops(EventLoopGroup group, Class<? extends ServerChannel> server, Class<? extends Channel> client) {
    static Loops open(int threads, String name) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handlers);
        return epoll
                ? new Loops(group, EpollServerSocketChannel.class, EpollSocketChannel.class)
                : new Loops(group, NioServerSocketChannel.class, NioSocketChannel.class);
    }
}

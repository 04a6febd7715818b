/** A transport over TCP, on Netty. */
module io.sinkron.transport.netty {
    requires transitive io.sinkron.core;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires java.naming;
    requires org.slf4j;

    exports io.sinkron.transport.netty;
}

/** A transport over TCP, on Netty. */
module io.sinkron.transport.netty {
    requires transitive io.sinkron.core;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires org.slf4j;
}

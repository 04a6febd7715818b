package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import io.sinkron.spi.contract.TransportContract;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** The contract over loopback. The allocator counts: when all is closed, nothing may be left of what was allocated. */
class NettyTransportContractTest extends TransportContract {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, false);

    @Override
    protected Transport newTransport(NodeId self) {
        return new NettyTransport(
                NettyTransportOptions.of("127.0.0.1", 0, Map.of()).withDepartureGrace(100), allocator);
    }

    @Override
    protected void introduce(NodeId self, Transport transport, Map<NodeId, Transport> others) {
        NettyTransport mine = (NettyTransport) transport;
        others.forEach((id, other) -> {
            ((NettyTransport) other).connect(self, mine.localAddress());
            mine.connect(id, ((NettyTransport) other).localAddress());
        });
    }

    @AfterEach
    void nothingLeaks() {
        closeAll();
        assertEquals(0, allocator.metric().usedDirectMemory(), "direct memory that was not released");
        assertEquals(0, allocator.metric().usedHeapMemory(), "heap memory that was not released");
    }
}

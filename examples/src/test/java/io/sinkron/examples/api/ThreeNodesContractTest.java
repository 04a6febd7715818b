package io.sinkron.examples.api;

/** The contract on three nodes over TCP, each call at another node. */
class ThreeNodesContractTest extends ContractTest {
    ThreeNodesContractTest() {
        super(3);
    }
}

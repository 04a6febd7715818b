package io.sinkron.examples.api;

/** The contract on a cluster of one node. */
class OneNodeContractTest extends ContractTest {
    OneNodeContractTest() {
        super(1);
    }
}

package io.sinkron.queue;

/**
 * A request that the broker itself has to make of a queue, wherever its owner is.
 *
 * @param transfer what the answer is for; null if nobody waits for it
 */
record Errand(String queue, QueueRequest request, MoveTransfer transfer) {}

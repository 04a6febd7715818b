/**
 * Floor 2: the message queue. {@link io.sinkron.queue.QueueTable} says what a queue is, and {@link io.sinkron.queue.QueueTables} keeps
 * queues in the replicated state; {@link io.sinkron.queue.QueueBroker} is the machine on each node that takes calls, routes them to the
 * owner of the queue, and as owner batches them into the store and parks consumers that wait.
 *
 * <p>What comes in: calls ({@link io.sinkron.queue.QueueRequest}), messages ({@link io.sinkron.queue.QueueMessage}), the store's answers,
 * views and the lease; what goes out: {@link io.sinkron.queue.QueueEffect}s. Of {@code cluster} it knows the view and the ring.
 *
 * <p>Invariants: an acknowledged enqueue is in the store; every call ends in one answer by its deadline; a receipt acts on its own delivery
 * only; only the owner that claimed a queue last touches it; every buffer has a named bound.
 */
package io.sinkron.queue;

/**
 * Queues and the cache's main memory, kept in Redis 6.2 or newer, over Lettuce.
 *
 * <p>{@link io.sinkron.redis.RedisStores} connects and makes the two stores. What an operation means is decided by the reference models in the
 * core ({@code QueueTable}, {@code MemoryTable}); here it is done by Lua scripts, a batch of operations of one queue in one call, so that every
 * operation is atomic and its epoch is compared in the same step. Java turns operations into arguments and replies into answers.
 *
 * <p>Invariants: all keys of one queue share its hash tag; no command blocks in Redis, but {@code WAIT} on connections of its own; nothing is sent
 * twice by the client library; nothing waits in a callback; all that waits is bounded and ends by a timeout.
 */
package io.sinkron.redis;

/**
 * Floor 2: sessions and locks. {@link io.sinkron.lock.LockTable} is the deterministic table that every replica applies the same commands
 * to; {@link io.sinkron.lock.SessionKeeper} is the leader's clockwork that proposes to end sessions. What comes in: {@link
 * io.sinkron.lock.LockCommand}s with their log index, and monotonic time for the keeper. What goes out: answers and events through {@link
 * io.sinkron.lock.LockSink}.
 *
 * <p>Inside, from the ground up: {@code LockModel} (the linked records), {@code LockState} (all of them, with their indexes), {@code
 * WaitForGraph} (the deadlock detector), {@code Holds} and {@code Waits} (how a grant begins and ends, how a request queues and leaves),
 * {@code LockTable} (what each command means); beside them {@code LockReader} (views) and {@code LockImages} (snapshots).
 *
 * <p>Invariants: holders are compatible; grants follow the queue; tokens are log indexes; an ended session holds nothing and waits nowhere;
 * nothing that could be granted waits; no cycle is let in unasked.
 */
package io.sinkron.lock;

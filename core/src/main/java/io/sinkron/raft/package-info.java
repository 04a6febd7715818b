/**
 * Floor 2: Raft (Ongaro and Ousterhout 2014; Ongaro's thesis 2014), the order of all commands of the cluster. {@link io.sinkron.raft.Raft} is
 * a pure machine: messages, ticks, proposals and disk completions come in, {@link io.sinkron.raft.RaftEffects} go out; it knows no
 * command, payloads are opaque bytes. From the ground up: values ({@code Configuration}, {@code RaftMessage}, {@code RaftOptions}), the
 * log in memory ({@code RaftLog}), what must be on disk before it is spoken ({@code WriteStream}, {@code Outbox}), the state they share
 * ({@code RaftState}), and one class a phase: {@code Election}, {@code Replication} (leader), {@code Follower}. {@code Raft} only dispatches.
 *
 * <p>Invariants: one leader a term; one vote a term, durable before it is sent; an acknowledgement names only what this message
 * verified and the disk holds; commit moves by counting only on an entry of the leader's own term, and never back; an entry at or
 * below the commit index never changes.
 */
package io.sinkron.raft;

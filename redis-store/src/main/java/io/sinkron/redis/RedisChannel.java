package io.sinkron.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.sinkron.spi.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection, and a bound on what is under way on it. All stages fail with {@link StoreException} only. Commands that are sent in an
 * order are done in that order; a script that Redis doesn't know is sent again in full behind the others. Thread-safe.
 */
final class RedisChannel {
    /** A script with its keys and arguments. */
    record Call(Script script, List<byte[]> keys, List<byte[]> arguments) {}

    private static final ByteArrayCodec CODEC = ByteArrayCodec.INSTANCE;

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final int maxOutstanding;
    private final int minReplicas;
    private final long replicaMillis;
    private final AtomicInteger outstanding = new AtomicInteger();
    private volatile boolean isClosed;

    RedisChannel(StatefulRedisConnection<byte[], byte[]> connection, RedisOptions options) {
        this.connection = connection;
        this.maxOutstanding = options.maxOutstanding();
        this.minReplicas = options.minReplicas();
        this.replicaMillis = options.replicaTimeout().toMillis();
    }

    /** Runs a script; what it answers. */
    CompletionStage<List<Object>> run(Call call) {
        return runAll(List.of(call)).get(0);
    }

    /** Runs scripts, sent together, each one on its own; what each one answers. */
    List<CompletionStage<List<Object>>> runAll(List<Call> calls) {
        List<CompletionStage<List<Object>>> stages = new ArrayList<>(calls.size());
        List<AsyncCommand<byte[], byte[], ?>> commands = new ArrayList<>(calls.size() * 2);
        for (Call call : calls) {
            stages.add(enlist(call, false, commands));
        }
        dispatch(commands);
        return stages;
    }

    /** Adds a member to a sorted set, or raises its score. */
    CompletionStage<Long> raise(byte[] key, long score, byte[] member) {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(CODEC)
                .addKey(key)
                .add("GT")
                .add(Long.toString(score))
                .addValue(member);
        return single(CommandType.ZADD, new IntegerOutput<>(CODEC), args);
    }

    /** The members of a sorted set. */
    CompletionStage<List<Object>> members(byte[] key) {
        CommandArgs<byte[], byte[]> args =
                new CommandArgs<>(CODEC).addKey(key).add(0).add(-1);
        return single(CommandType.ZRANGE, new NestedMultiOutput<>(CODEC), args);
    }

    /** For each of these keys of hashes, whether it has the field with the value 1. */
    CompletionStage<List<Boolean>> areSet(List<byte[]> keys, String field) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>(keys.size());
        List<AsyncCommand<byte[], byte[], ?>> commands = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            CommandArgs<byte[], byte[]> args =
                    new CommandArgs<>(CODEC).addKey(key).add(field);
            answers.add(enlist(CommandType.HMGET, new NestedMultiOutput<>(CODEC), args, commands)
                    .thenApply(reply -> reply.get(0) instanceof byte[] value && value.length == 1 && value[0] == '1')
                    .toCompletableFuture());
        }
        dispatch(commands);
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
    }

    /** Outstanding calls fail. Idempotent. */
    void close() {
        isClosed = true;
        connection.closeAsync();
    }

    private CompletionStage<List<Object>> enlist(
            Call call, boolean inFull, List<AsyncCommand<byte[], byte[], ?>> commands) {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(CODEC);
        if (inFull) {
            args.add(call.script().text());
        } else {
            args.add(call.script().sha());
        }
        args.add(call.keys().size()).addKeys(call.keys()).addValues(call.arguments());
        CommandType type = inFull ? CommandType.EVAL : CommandType.EVALSHA;
        CompletionStage<List<Object>> answer = enlist(type, new NestedMultiOutput<>(CODEC), args, commands);
        if (minReplicas > 0) {
            CommandArgs<byte[], byte[]> wait =
                    new CommandArgs<>(CODEC).add(minReplicas).add(replicaMillis);
            answer = answer.thenCombine(
                            enlist(CommandType.WAIT, new IntegerOutput<>(CODEC), wait, commands), Replicated::new)
                    .thenCompose(this::confirmed);
        }
        if (inFull) {
            return answer;
        }
        return answer.handle((reply, error) -> {
                    if (error != null && StoreErrors.isNoScript(error)) {
                        List<AsyncCommand<byte[], byte[], ?>> again = new ArrayList<>(2);
                        CompletionStage<List<Object>> second = enlist(call, true, again);
                        dispatch(again);
                        return second;
                    }
                    return error == null
                            ? CompletableFuture.completedFuture(reply)
                            : CompletableFuture.<List<Object>>failedFuture(StoreErrors.of(error));
                })
                .thenCompose(stage -> stage);
    }

    private record Replicated(List<Object> reply, long replicas) {}

    private CompletionStage<List<Object>> confirmed(Replicated done) {
        return done.replicas() >= minReplicas
                ? CompletableFuture.completedFuture(done.reply())
                : CompletableFuture.failedFuture(new StoreException(
                        "only " + done.replicas() + " of " + minReplicas + " replicas have confirmed the write", true));
    }

    private <T> CompletionStage<T> single(
            CommandType type, CommandOutput<byte[], byte[], T> output, CommandArgs<byte[], byte[]> args) {
        List<AsyncCommand<byte[], byte[], ?>> commands = new ArrayList<>(1);
        CompletionStage<T> answer = enlist(type, output, args, commands);
        dispatch(commands);
        return answer.handle((reply, error) -> error == null
                        ? CompletableFuture.completedFuture(reply)
                        : CompletableFuture.<T>failedFuture(StoreErrors.of(error)))
                .thenCompose(stage -> stage);
    }

    private <T> CompletionStage<T> enlist(
            CommandType type,
            CommandOutput<byte[], byte[], T> output,
            CommandArgs<byte[], byte[]> args,
            List<AsyncCommand<byte[], byte[], ?>> commands) {
        if (isClosed) {
            return CompletableFuture.failedFuture(new StoreException("the store is closed", false));
        }
        if (outstanding.incrementAndGet() > maxOutstanding) {
            outstanding.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new StoreException(maxOutstanding + " commands are already waiting for Redis", false));
        }
        AsyncCommand<byte[], byte[], T> command = new AsyncCommand<>(new Command<>(type, output, args));
        commands.add(command);
        command.whenComplete((reply, error) -> outstanding.decrementAndGet());
        return command;
    }

    private void dispatch(List<AsyncCommand<byte[], byte[], ?>> commands) {
        if (commands.isEmpty()) {
            return;
        }
        try {
            if (commands.size() == 1) {
                connection.dispatch(commands.get(0));
            } else {
                connection.dispatch(commands);
            }
        } catch (RuntimeException e) {
            // refused before anything was written; those already written have their own ends
            commands.forEach(command -> command.completeExceptionally(e));
        }
    }
}

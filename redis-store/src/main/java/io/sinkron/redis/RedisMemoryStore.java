package io.sinkron.redis;

import io.sinkron.common.Bytes;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryStore;
import io.sinkron.spi.MemoryValue;
import io.sinkron.spi.StoreException;
import io.sinkron.wire.WireReader;
import io.sinkron.wire.WireWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The cache's main memory in Redis: a hash for each key, of fence, version and value. Each operation is a script call; a list of them is
 * written together. If some of a list fail and others don't, the whole fails as "maybe applied": all of them may be repeated.
 */
final class RedisMemoryStore implements MemoryStore {
    private static final long MAX_NUMBER = 1L << 53;

    private final byte[] prefix;
    private final byte[] absentMillis;
    private final RedisChannel channel;
    private final Runnable onClose;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    RedisMemoryStore(RedisOptions options, RedisChannel channel, Runnable onClose) {
        this.prefix = (options.prefix() + ":mem:").getBytes(StandardCharsets.UTF_8);
        this.absentMillis = ascii(options.absentLifetime().toMillis());
        this.channel = channel;
        this.onClose = onClose;
    }

    @Override
    public CompletionStage<List<MemoryAnswer>> execute(List<MemoryOp> operations) {
        List<RedisChannel.Call> calls = operations.stream().map(this::call).toList();
        List<CompletableFuture<List<Object>>> replies = channel.runAll(calls).stream()
                .map(CompletionStage::toCompletableFuture)
                .toList();
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .handle((all, error) -> error == null
                        ? readAll(replies)
                        : CompletableFuture.<List<MemoryAnswer>>failedFuture(failure(replies, error)))
                .thenCompose(stage -> stage);
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            channel.close();
            onClose.run();
        }
    }

    private RedisChannel.Call call(MemoryOp op) {
        if (op instanceof MemoryOp.Sweep sweep) {
            return SweepCall.of(sweep, prefix);
        }
        checkNumber("epoch", op.epoch());
        List<byte[]> arguments = new ArrayList<>(6);
        arguments.add(ascii(op.epoch()));
        arguments.add(absentMillis);
        if (op instanceof MemoryOp.PutIfNewer put) {
            MemoryValue value = put.value();
            checkNumber("version", value.version());
            arguments.add(ascii(value.version()));
            arguments.add(ascii(value.expiresAtMillis()));
            arguments.add((value.deleted() ? "deleted" : "stored").getBytes(StandardCharsets.US_ASCII));
            arguments.add(encode(value));
        }
        byte[] key = ByteBuffer.allocate(prefix.length + op.key().size())
                .put(prefix)
                .put(op.key().array())
                .array();
        return new RedisChannel.Call(Script.MEMORY, List.of(key), arguments);
    }

    private static CompletionStage<List<MemoryAnswer>> readAll(List<CompletableFuture<List<Object>>> replies) {
        List<MemoryAnswer> answers = new ArrayList<>(replies.size());
        try {
            for (CompletableFuture<List<Object>> reply : replies) {
                answers.add(read(reply.join()));
            }
        } catch (MalformedMessageException e) {
            return CompletableFuture.failedFuture(new StoreException(e.getMessage(), true));
        }
        return CompletableFuture.completedFuture(List.copyOf(answers));
    }

    private static MemoryAnswer read(List<Object> reply) throws MalformedMessageException {
        if (reply.size() != 2 || !(reply.get(0) instanceof byte[] code) || !(reply.get(1) instanceof byte[] value)) {
            throw new MalformedMessageException("Redis answered an operation with something else");
        }
        try {
            return switch (code[0]) {
                case 'f' -> new MemoryAnswer.Fenced(number(value));
                case 's' -> new MemoryAnswer.Stored(number(value));
                case 'x' -> SweepCall.answer(code, value);
                case 'g' -> new MemoryAnswer.Fetched(value.length == 0 ? MemoryValue.ABSENT : decode(value));
                default -> throw new MalformedMessageException("Redis answered an operation with " + code[0]);
            };
        } catch (NumberFormatException e) {
            throw new MalformedMessageException("Redis answered with a bad number: " + e.getMessage());
        }
    }

    /** Nothing was done only if that is sure of each one. */
    private static StoreException failure(List<CompletableFuture<List<Object>>> replies, Throwable error) {
        StoreException first = StoreErrors.of(error);
        boolean maybeApplied = false;
        for (CompletableFuture<List<Object>> reply : replies) {
            try {
                reply.join();
                maybeApplied = true;
            } catch (CompletionException e) {
                maybeApplied |= StoreErrors.of(e).isMaybeApplied();
            }
        }
        return new StoreException(first.getMessage(), maybeApplied);
    }

    private static byte[] encode(MemoryValue value) {
        WireWriter out = new WireWriter(value.value().size() + 32);
        out.varint(value.version())
                .bool(value.deleted())
                .bytes(value.value())
                .varint(value.expiresAtMillis())
                .count(value.recent().size());
        for (MemoryValue.RecentWrite write : value.recent()) {
            out.text(write.key())
                    .fixed64(write.fingerprint())
                    .varint(write.version())
                    .bool(write.deleted())
                    .varint(write.atMillis());
        }
        return out.toByteArray();
    }

    private static MemoryValue decode(byte[] encoded) throws MalformedMessageException {
        WireReader in = new WireReader(Bytes.wrap(encoded));
        long version = in.varint();
        boolean isDeleted = in.bool();
        Bytes value = in.bytes();
        long expiresAt = in.varint();
        int count = in.count(12);
        List<MemoryValue.RecentWrite> recent = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            recent.add(new MemoryValue.RecentWrite(in.text(), in.fixed64(), in.varint(), in.bool(), in.varint()));
        }
        in.end();
        return new MemoryValue(version, isDeleted, value, expiresAt, recent);
    }

    private static void checkNumber(String name, long value) {
        if (value < 0 || value >= MAX_NUMBER) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are 0 to 2^53 - 1");
        }
    }

    private static long number(byte[] text) {
        return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
    }

    private static byte[] ascii(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }
}

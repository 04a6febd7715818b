package io.sinkron.redis;

import io.sinkron.common.Bytes;
import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueOp;
import io.sinkron.spi.QueueSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Turns operations into the arguments of {@link Script#QUEUE}: a letter for each operation, and what {@code READ} in the script expects. */
final class QueueArguments {
    private static final byte[] NONE = new byte[0];
    private static final byte[] FALSE = ascii("0");
    private static final byte[] TRUE = ascii("1");
    private static final int DEDUP = 1;
    private static final int GROUP = 2;

    private final long epoch;
    private final List<byte[]> arguments;
    private long size;

    private QueueArguments(long epoch, int operations) {
        this.epoch = epoch;
        this.arguments = new ArrayList<>(operations * 8);
    }

    /**
     * The arguments of one operation, without those that begin a call. A list, as operations are packed into calls by their size.
     *
     * @param size of all of them, in bytes
     */
    record Encoded(List<byte[]> arguments, long size) {}

    static Encoded of(long epoch, QueueOp op) {
        QueueArguments out = new QueueArguments(epoch, 1);
        out.put(op);
        return new Encoded(out.arguments, out.size);
    }

    /**
     * What begins a call.
     *
     * @param clock empty for the time of Redis
     * @param mayGrow whether there are enqueues
     */
    static List<byte[]> head(long epoch, String clock, boolean mayGrow) {
        return List.of(ascii(Long.toString(epoch)), ascii(clock), mayGrow ? TRUE : FALSE);
    }

    private void put(QueueOp op) {
        if (op instanceof QueueOp.Enqueue enqueue) {
            enqueue(enqueue);
        } else if (op instanceof QueueOp.Receive receive) {
            code('R').number(receive.max()).number(receive.visibilityMillis()).text(receive.consumer());
            add(receive.nonce().array());
        } else if (op instanceof QueueOp.Ack ack) {
            code('A').named(ack.receipts(), MessageNames::parseReceipt);
        } else if (op instanceof QueueOp.Nack nack) {
            code('N').number(nack.delayMillis()).flag(nack.deadLetter()).text(nack.reason());
            named(nack.receipts(), MessageNames::parseReceipt);
        } else if (op instanceof QueueOp.Extend extend) {
            code('X').number(extend.visibilityMillis()).named(extend.receipts(), MessageNames::parseReceipt);
        } else if (op instanceof QueueOp.Sweep sweep) {
            code('W').number(sweep.limit());
        } else if (op instanceof QueueOp.ReturnConsumer end) {
            code('Q').text(end.consumer());
        } else if (op instanceof QueueOp.Claim) {
            code('C');
        } else if (op instanceof QueueOp.Configure configure) {
            configure(configure.settings());
        } else {
            administer(op);
        }
    }

    private void administer(QueueOp op) {
        if (op instanceof QueueOp.Peek peek) {
            code('P')
                    .text(
                            switch (peek.state()) {
                                case READY -> "R";
                                case DELAYED -> "D";
                                case IN_FLIGHT -> "F";
                            })
                    .number(peek.limit());
        } else if (op instanceof QueueOp.Stats) {
            code('T');
        } else if (op instanceof QueueOp.Purge) {
            code('U');
        } else if (op instanceof QueueOp.Drop) {
            code('D');
        } else if (op instanceof QueueOp.Pause pause) {
            code('H').flag(pause.paused());
        } else if (op instanceof QueueOp.Redrive redrive) {
            code('V').text(redrive.to()).number(redrive.max());
        } else if (op instanceof QueueOp.TakeMoves take) {
            code('M').number(take.limit());
        } else if (op instanceof QueueOp.ForgetMoves forget) {
            code('F').named(forget.ids(), MessageNames::parseId);
        } else {
            throw new IllegalArgumentException("unknown operation " + op);
        }
    }

    private void configure(QueueSettings settings) {
        code('S')
                .number(settings.visibilityTimeoutMillis())
                .number(settings.maxDeliveries())
                .number(settings.maxLength())
                .number(settings.retentionMillis())
                .optional(settings.deadLetter());
    }

    private void enqueue(QueueOp.Enqueue op) {
        code('E').number(op.messages().size());
        add(MessageNames.tag(epoch, op.nonce().array()));
        optional(op.remember().map(QueueOp.Remember::key));
        add(op.remember()
                .map(r -> ByteBuffer.allocate(8).putLong(r.fingerprint()).array())
                .orElse(NONE));
        for (NewMessage message : op.messages()) {
            message(message);
        }
    }

    private void message(NewMessage message) {
        int flags =
                (message.dedupId().isPresent() ? DEDUP : 0) | (message.group().isPresent() ? GROUP : 0);
        add(ByteBuffer.allocate(18)
                .put((byte) message.priority())
                .putLong(message.delayMillis())
                .putLong(message.ttlMillis())
                .put((byte) flags)
                .array());
        message.dedupId().ifPresent(this::text);
        message.group().ifPresent(this::text);
        add(StoredMessage.content(message));
    }

    /** Those that can be names at all; the others stay behind. */
    private void named(List<String> names, Function<String, byte[]> parse) {
        List<byte[]> known = names.stream().map(parse).filter(Objects::nonNull).toList();
        number(known.size());
        known.forEach(this::add);
    }

    private QueueArguments code(char code) {
        return add(new byte[] {(byte) code});
    }

    private QueueArguments number(long value) {
        return add(ascii(Long.toString(value)));
    }

    private QueueArguments flag(boolean value) {
        return add(value ? TRUE : FALSE);
    }

    private QueueArguments text(String value) {
        return add(Bytes.utf8(value).array());
    }

    /** Nothing, or a plus sign and the text: so that an empty text differs from none. */
    private QueueArguments optional(Optional<String> value) {
        return value.isPresent() ? text("+" + value.get()) : add(NONE);
    }

    private QueueArguments add(byte[] argument) {
        arguments.add(argument);
        size += argument.length + 16L; // and what the protocol adds
        return this;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

package io.sinkron.spi.contract;

import io.sinkron.common.Bytes;
import io.sinkron.common.Message;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MessageCodec;
import java.nio.ByteBuffer;
import java.util.Random;

/** A message for tests of transports: a number, and a body that follows from it so that damage shows. */
public record Note(long number, Bytes body) implements Message {
    private static final long TRILLION = 1_000_000_000_000L;

    /** A note whose body of this size follows from its number. */
    public static Note of(long number, int size) {
        byte[] body = new byte[size];
        new Random(number).nextBytes(body);
        return new Note(number, Bytes.wrap(body));
    }

    /** A note of this lane: its number is the given one, from 0 to a billion, and one more trillion for each step from the daily work. */
    public static Note of(Lane lane, long number, int size) {
        return of(number + base(lane), size);
    }

    /** Told by the number; the daily work unless {@link #of(Lane, long, int)} made it. */
    @Override
    public Lane lane() {
        return number >= base(Lane.BULK) ? Lane.BULK : number >= base(Lane.CONTROL) ? Lane.CONTROL : Lane.DATA;
    }

    /** The number within its lane. */
    public long numberInLane() {
        return number - base(lane());
    }

    private static long base(Lane lane) {
        return switch (lane) {
            case DATA -> 0;
            case CONTROL -> TRILLION;
            case BULK -> 2 * TRILLION;
        };
    }

    /** Whether the body is the one that {@link #of} makes. */
    public boolean isWhole() {
        return equals(of(number, body.size()));
    }

    /** Eight bytes of number, then the body. */
    public static final class Codec implements MessageCodec {
        private final int version;

        /** A codec of this version. */
        public Codec(int version) {
            this.version = version;
        }

        @Override
        public int version() {
            return version;
        }

        @Override
        public byte[] encode(Message message) {
            Note note = (Note) message;
            return ByteBuffer.allocate(8 + note.body.size())
                    .putLong(note.number)
                    .put(note.body.array())
                    .array();
        }

        @Override
        public Message decode(ByteBuffer bytes) throws MalformedMessageException {
            if (bytes.remaining() < 8) {
                throw new MalformedMessageException("a note has " + bytes.remaining() + " bytes, needed are 8");
            }
            long number = bytes.getLong();
            byte[] body = new byte[bytes.remaining()];
            bytes.get(body);
            return new Note(number, Bytes.wrap(body));
        }
    }
}

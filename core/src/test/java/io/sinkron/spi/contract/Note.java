package io.sinkron.spi.contract;

import io.sinkron.common.Bytes;
import io.sinkron.common.Message;
import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.MessageCodec;
import java.nio.ByteBuffer;
import java.util.Random;

/** A message for tests of transports: a number, and a body that follows from it so that damage shows. */
public record Note(long number, Bytes body) implements Message {
    /** A note whose body of this size follows from its number. */
    public static Note of(long number, int size) {
        byte[] body = new byte[size];
        new Random(number).nextBytes(body);
        return new Note(number, Bytes.wrap(body));
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

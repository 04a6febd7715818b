package io.sinkron;

import io.sinkron.common.Bytes;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;

/**
 * How the keys or the values of a {@link NamedCache} become bytes, and back. All nodes of a cluster must give a cache codecs of the same {@link #id}: a
 * node that doesn't is refused with {@link CacheMismatchException} at its first call, before it reads what it can't understand. So a codec whose bytes
 * change incompatibly needs another id, and the cache another name.
 *
 * <p>Implementations are thread-safe and quick: functions of {@linkplain NamedCache#compute computed updates} run between a decode and an encode on the node's
 * own thread. A codec of <em>keys</em> gives equal keys the same bytes, always and everywhere. Whatever a codec throws ends the call with
 * {@link CodecException}, without effect.
 *
 * @param <T> what is encoded; never null
 */
public interface CacheCodec<T> {
    /** The longest id, in characters. */
    int MAX_ID_CHARACTERS = 64;

    /** Names the format, such as {@code utf8} or {@code order-v2}: 1 to {@link #MAX_ID_CHARACTERS} printable characters of ASCII without spaces. */
    String id();

    /** The bytes of a value; they belong to the cache from now on. */
    Bytes encode(T value);

    /** The value of some bytes, which must not be changed. */
    T decode(Bytes bytes);

    /** A codec made of two functions. */
    static <T> CacheCodec<T> of(String id, Function<? super T, Bytes> encoder, Function<Bytes, ? extends T> decoder) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(encoder, "encoder");
        Objects.requireNonNull(decoder, "decoder");
        return new CacheCodec<>() {
            @Override
            public String id() {
                return id;
            }

            @Override
            public Bytes encode(T value) {
                return encoder.apply(value);
            }

            @Override
            public T decode(Bytes bytes) {
                return decoder.apply(bytes);
            }

            @Override
            public String toString() {
                return id;
            }
        };
    }

    /** Text as UTF-8; text with unpaired surrogates and bytes that are no UTF-8 are refused instead of being changed. Its id is {@code utf8}. */
    static CacheCodec<String> utf8() {
        return of("utf8", StrictUtf8::encode, StrictUtf8::decode);
    }

    /** Bytes as they are. Its id is {@code bytes}. */
    static CacheCodec<Bytes> bytes() {
        return of("bytes", Objects::requireNonNull, Function.identity());
    }

    /** Whole numbers as eight bytes, big-endian. Its id is {@code long}. */
    static CacheCodec<Long> longs() {
        return of(
                "long",
                number -> Bytes.wrap(
                        ByteBuffer.allocate(Long.BYTES).putLong(number).array()),
                bytes -> {
                    if (bytes.size() != Long.BYTES) {
                        throw new IllegalArgumentException("a long has 8 bytes, not " + bytes.size());
                    }
                    return bytes.buffer().getLong();
                });
    }
}

package io.sinkron;

import io.sinkron.common.Bytes;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that refuses what it can't represent, where the JDK's short ways put a replacement character: two keys that differ must not become one. Text is tried the short
 * way, and only what may have been replaced takes the long one.
 */
final class StrictUtf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private StrictUtf8() {}

    static Bytes encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return encodeStrictly(text);
            }
        }
        return Bytes.utf8(text);
    }

    private static Bytes encodeStrictly(String text) {
        try {
            var encoded = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return Bytes.wrap(bytes);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the text has an unpaired surrogate", e);
        }
    }

    static String decode(Bytes bytes) {
        String text = bytes.asUtf8();
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeStrictly(bytes);
    }

    private static String decodeStrictly(Bytes bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(bytes.buffer())
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the bytes are no UTF-8", e);
        }
    }
}

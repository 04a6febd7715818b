package io.sinkron.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Ids and receipts as Redis has them. An id {@code <epoch>-<sequence>-<nonce>} becomes a key, the sequence as twelve hexadecimal digits, and a
 * tag, eight bytes of epoch and the nonce's bytes. A receipt {@code <id>.<nonce>} becomes the key and a claim: the tag's length, the tag, the
 * nonce's bytes. Only the one text that an id is written as is read as that id.
 */
final class MessageNames {
    /** How many digits a key has. */
    static final int KEY_DIGITS = 12;

    private static final HexFormat HEX = HexFormat.of();
    private static final int RADIX = 36;
    private static final long MAX_SEQUENCE = (1L << 48) - 1;
    private static final int MAX_TAG_BYTES = 16;

    private MessageNames() {}

    /** The tag of the messages that are enqueued with this nonce, of which the first eight bytes count. */
    static byte[] tag(long epoch, byte[] nonce) {
        int size = Math.min(8, nonce.length);
        return ByteBuffer.allocate(8 + size).putLong(epoch).put(nonce, 0, size).array();
    }

    /** The text of an id. */
    static String id(String key, byte[] tag) {
        return Long.toString(ByteBuffer.wrap(tag).getLong(), RADIX)
                + "-"
                + Long.toString(Long.parseLong(key, 16), RADIX)
                + "-"
                + HEX.formatHex(tag, 8, tag.length);
    }

    /** Key and tag of an id; null if it is none. */
    static byte[] parseId(String id) {
        String[] parts = id.split("-", -1);
        if (parts.length != 3) {
            return null;
        }
        long epoch = number(parts[0], Long.MAX_VALUE);
        long sequence = number(parts[1], MAX_SEQUENCE);
        byte[] nonce = hex(parts[2]);
        if (epoch < 0 || sequence < 0 || nonce == null || 8 + nonce.length > MAX_TAG_BYTES) {
            return null;
        }
        byte[] parsed = Arrays.copyOf(key(sequence), KEY_DIGITS + 8 + nonce.length);
        ByteBuffer.wrap(parsed, KEY_DIGITS, 8 + nonce.length).putLong(epoch).put(nonce);
        return parsed;
    }

    /** Key and claim of a receipt; null if it is none. */
    static byte[] parseReceipt(String receipt) {
        int dot = receipt.indexOf('.');
        byte[] id = dot < 0 ? null : parseId(receipt.substring(0, dot));
        byte[] nonce = id == null ? null : hex(receipt.substring(dot + 1));
        if (nonce == null || nonce.length == 0) {
            return null;
        }
        int tagBytes = id.length - KEY_DIGITS;
        return ByteBuffer.allocate(id.length + 1 + nonce.length)
                .put(id, 0, KEY_DIGITS)
                .put((byte) tagBytes)
                .put(id, KEY_DIGITS, tagBytes)
                .put(nonce)
                .array();
    }

    private static byte[] key(long sequence) {
        return HEX.toHexDigits(sequence, KEY_DIGITS).getBytes(StandardCharsets.US_ASCII);
    }

    private static long number(String text, long max) {
        try {
            long value = Long.parseLong(text, RADIX);
            return value >= 0 && value <= max && Long.toString(value, RADIX).equals(text) ? value : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static byte[] hex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return null;
            }
        }
        return text.length() % 2 == 0 ? HEX.parseHex(text) : null;
    }
}

package io.sinkron.redis;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script of this package and the SHA-1 by which Redis knows it once it has seen it. Immutable. */
final class Script {
    /** Operations on one queue. */
    static final Script QUEUE = of(
            "queue-1-state.lua",
            "queue-2-contents.lua",
            "queue-3-deliveries.lua",
            "queue-4-upkeep.lua",
            "queue-5-operations.lua");

    /** One operation on one key of the cache's memory. */
    static final Script MEMORY = of("memory.lua");

    /** One step through the keys of the cache's memory, to forget those of a range. */
    static final Script SWEEP = of("sweep.lua");

    /** Takes a dropped queue off the list, unless a newer owner has put it there. */
    static final Script UNLIST = of("unlist.lua");

    private final byte[] text;
    private final String sha;

    private Script(byte[] text) {
        this.text = text;
        try {
            this.sha =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static Script of(String... parts) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (String part : parts) {
            try (InputStream in = Script.class.getResourceAsStream(part)) {
                if (in == null) {
                    throw new IllegalStateException("the script " + part + " is missing from the module");
                }
                in.transferTo(text);
                text.write('\n');
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the script " + part, e);
            }
        }
        return new Script(text.toByteArray());
    }

    /** A copy of its bytes. */
    byte[] text() {
        return text.clone();
    }

    String sha() {
        return sha;
    }
}

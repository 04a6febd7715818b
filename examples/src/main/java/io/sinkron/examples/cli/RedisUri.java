package io.sinkron.examples.cli;

import java.net.URI;
import java.util.Set;

/**
 * Where a Redis is, as an option: {@code redis://user:password@host:6379/0}, {@code rediss://} for TLS, {@code redis-sentinel://}. Immutable.
 *
 * @param text as it was given; may have a password in it
 */
record RedisUri(String text) {
    private static final Set<String> SCHEMES = Set.of("redis", "rediss", "redis-sentinel", "rediss-sentinel");

    /** @throws IllegalArgumentException if the text is no such URI; the message doesn't repeat it, for it may have a password */
    static RedisUri parse(String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getScheme() != null && SCHEMES.contains(uri.getScheme()) && uri.getRawAuthority() != null) {
                return new RedisUri(text);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no redis://host:port", e);
        }
        throw new IllegalArgumentException("no redis://host:port");
    }

    @Override
    public String toString() {
        return "redis";
    }
}

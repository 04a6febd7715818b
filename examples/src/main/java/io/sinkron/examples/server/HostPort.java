package io.sinkron.examples.server;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * A host and a port, as {@code 127.0.0.1:7401} or {@code [::1]:7401}. Immutable.
 *
 * @param host a name or an address, without brackets
 * @param port 0 to 65 535; 0 for any free one
 */
public record HostPort(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /** Rejects an empty host and a port out of range. */
    public HostPort {
        Objects.requireNonNull(host, "host");
        if (host.isBlank() || port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("'" + host + ":" + port + "' is no HOST:PORT");
        }
    }

    /** @throws IllegalArgumentException if the text is no host and port */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        boolean hasStrayColon = !isBracketed && host.indexOf(':') >= 0;
        boolean isNumber = !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
        if (host.isEmpty() || hasStrayColon || !isNumber) {
            throw new IllegalArgumentException("'" + text + "' is no HOST:PORT");
        }
        return new HostPort(isBracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    /** The same host with another port. */
    public HostPort withPort(int newPort) {
        return new HostPort(host, newPort);
    }

    /** To listen on or to connect to; the host is looked up now. */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

package io.sinkron.examples.http;

import java.time.Duration;

/**
 * What one client may make the server keep, and for how long.
 *
 * @param requestLineBytes the longest request line; beyond it 414
 * @param headers the most header fields; beyond it 431
 * @param headerBytes the longest header field, name and value; beyond it 431
 * @param bodyBytes the longest body; beyond it 413
 * @param pipelined how many complete requests of one connection may wait for their turn; beyond it nothing more is read
 * @param connections the most connections; one more is closed at once
 * @param headTime how long a head may take from its first byte on; beyond it 408
 * @param bodyTime how long a body may take; beyond it 408
 * @param idleTime how long a connection may stay without a request
 * @param writeTime how long a client may take for an answer before it is cut off
 */
public record HttpLimits(
        int requestLineBytes,
        int headers,
        int headerBytes,
        int bodyBytes,
        int pipelined,
        int connections,
        Duration headTime,
        Duration bodyTime,
        Duration idleTime,
        Duration writeTime) {
    /** The limits of the contract. */
    public static final HttpLimits DEFAULT = new HttpLimits(
            8 * 1024,
            100,
            8 * 1024,
            1024 * 1024,
            64,
            20_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(75),
            Duration.ofSeconds(30));

    /** Rejects numbers that aren't positive. */
    public HttpLimits {
        if (requestLineBytes < 1
                || headers < 1
                || headerBytes < 1
                || bodyBytes < 1
                || pipelined < 1
                || connections < 1) {
            throw new IllegalArgumentException("a limit must be positive");
        }
        for (Duration time : new Duration[] {headTime, bodyTime, idleTime, writeTime}) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("a time limit must be positive, not " + time);
            }
        }
    }

    /** The same with other times. */
    public HttpLimits withTimes(Duration head, Duration body, Duration idle, Duration write) {
        return new HttpLimits(
                requestLineBytes, headers, headerBytes, bodyBytes, pipelined, connections, head, body, idle, write);
    }

    /** The same with another bound of connections. */
    public HttpLimits withConnections(int newConnections) {
        return new HttpLimits(
                requestLineBytes,
                headers,
                headerBytes,
                bodyBytes,
                pipelined,
                newConnections,
                headTime,
                bodyTime,
                idleTime,
                writeTime);
    }
}

package io.sinkron.transport.netty;

import io.netty.channel.Channel;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who may talk to this node: known nodes of its own cluster that mean it, each by one connection, and none by an earlier start than the
 * latest one seen. Also bounds how many connections may be in their handshake. Thread-safe.
 */
final class Admission {
    private final Transport.Context context;
    private final Predicate<NodeId> known;
    private final int maxHalfOpen;
    private final Map<NodeId, Guest> guests = new HashMap<>();
    private int halfOpen;

    Admission(Transport.Context context, Predicate<NodeId> known, int maxHalfOpen) {
        this.context = context;
        this.known = known;
        this.maxHalfOpen = maxHalfOpen;
    }

    /** A connection has come in; false if too many others haven't introduced themselves yet. */
    synchronized boolean enter() {
        if (halfOpen >= maxHalfOpen) {
            return false;
        }
        halfOpen++;
        return true;
    }

    /** A connection that entered has been admitted or is gone. */
    synchronized void leave() {
        halfOpen--;
    }

    /** Admits the connection, in place of an earlier one of the same node; or says why not. */
    synchronized Optional<String> admit(Hello hello, Channel channel) {
        if (!hello.cluster().equals(context.cluster())) {
            return Optional.of("this node belongs to another cluster than '" + hello.cluster() + "'");
        }
        if (!hello.to().equals(context.self())) {
            return Optional.of("this node is not " + hello.to());
        }
        if (hello.from().equals(context.self()) || !known.test(hello.from())) {
            return Optional.of("this node knows no other node " + hello.from());
        }
        Guest before = guests.get(hello.from());
        if (before != null && before.incarnation > hello.incarnation()) {
            return Optional.of("incarnation " + hello.incarnation() + " of " + hello.from()
                    + " is over, the latest one seen is " + before.incarnation);
        }
        guests.put(hello.from(), new Guest(hello.incarnation(), channel));
        if (before != null) {
            before.channel.close();
        }
        return Optional.empty();
    }

    private record Guest(long incarnation, Channel channel) {}
}

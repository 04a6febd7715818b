package io.sinkron.transport.netty;

import io.netty.channel.Channel;
import io.sinkron.common.Message.Lane;
import io.sinkron.common.NodeId;
import io.sinkron.spi.Transport;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who may talk to this node: known nodes of its own cluster that mean it, each by one connection a lane, and none by an earlier start than the
 * latest one seen, in whichever lane. Also bounds how many connections may be in their handshake. Thread-safe.
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

    /** Admits the connection, in place of an earlier one of the same node and lane; or says why not. */
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
        Guest guest = guests.get(hello.from());
        if (guest != null && guest.incarnation > hello.incarnation()) {
            return Optional.of("incarnation " + hello.incarnation() + " of " + hello.from()
                    + " is over, the latest one seen is " + guest.incarnation);
        }
        if (guest == null || guest.incarnation < hello.incarnation()) {
            dismiss(hello.from());
            guest = new Guest(hello.incarnation(), new EnumMap<>(Lane.class));
            guests.put(hello.from(), guest);
        }
        Channel before = guest.channels.put(hello.lane(), channel);
        if (before != null) {
            before.close();
        }
        return Optional.empty();
    }

    /** Closes all connections of a node. */
    synchronized void dismiss(NodeId node) {
        Guest guest = guests.remove(node);
        if (guest != null) {
            guest.channels.values().forEach(Channel::close);
        }
    }

    private record Guest(long incarnation, Map<Lane, Channel> channels) {}
}

package io.sinkron.queue;

import static io.sinkron.spi.QueueOp.MessageState.DELAYED;
import static io.sinkron.spi.QueueOp.MessageState.IN_FLIGHT;
import static io.sinkron.spi.QueueOp.MessageState.READY;

import io.sinkron.spi.QueueOp.MessageState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The messages of one queue, each in exactly one state, with an index for every question that is asked about them. A change of state costs
 * O(log n), a question about the first of an order as well.
 *
 * <p>A ready message is either <em>offered</em> (it may be delivered) or <em>held back</em> by its group: only the first of a group, by
 * place, delayed and in-flight ones counted, is offered, and only while none of the group is in flight.
 */
final class QueueContents {
    private static final class Group {
        final TreeSet<StoredMessage> members = new TreeSet<>(StoredMessage.BY_PLACE);
        int inFlight;
        StoredMessage offered;
    }

    /** In order of the enqueue, as sequences only grow. */
    private final LinkedHashMap<String, StoredMessage> byId = new LinkedHashMap<>();

    private final TreeSet<StoredMessage> offered = new TreeSet<>(StoredMessage.BY_PLACE);
    private final TreeSet<StoredMessage> heldBack = new TreeSet<>(StoredMessage.BY_PLACE);
    private final TreeSet<StoredMessage> delayed = new TreeSet<>(StoredMessage.BY_DUE);
    private final TreeSet<StoredMessage> inFlight = new TreeSet<>(StoredMessage.BY_DUE);

    /** Ready and delayed ones that expire: what is in flight isn't taken from its consumer. */
    private final TreeSet<StoredMessage> expiring = new TreeSet<>(StoredMessage.BY_EXPIRY);

    private final Map<String, Group> groups = new HashMap<>();
    private final Map<String, TreeSet<StoredMessage>> byConsumer = new HashMap<>();

    int size() {
        return byId.size();
    }

    int readyCount() {
        return offered.size() + heldBack.size();
    }

    int offeredCount() {
        return offered.size();
    }

    int delayedCount() {
        return delayed.size();
    }

    int inFlightCount() {
        return inFlight.size();
    }

    /** Null if there is none. */
    StoredMessage get(String id) {
        return byId.get(id);
    }

    /** All, in order of the enqueue. */
    Iterable<StoredMessage> all() {
        return byId.values();
    }

    /** Null for an empty queue. */
    StoredMessage oldest() {
        return byId.isEmpty() ? null : byId.values().iterator().next();
    }

    /** Null if nothing may be delivered. */
    StoredMessage firstOffered() {
        return first(offered);
    }

    /** Null if nothing is delayed. */
    StoredMessage firstDelayed() {
        return first(delayed);
    }

    /** Null if nothing is in flight. */
    StoredMessage firstInFlight() {
        return first(inFlight);
    }

    /** Null if neither a ready nor a delayed message expires. */
    StoredMessage firstExpiring() {
        return first(expiring);
    }

    /** The deliveries that end with this consumer, in order of the enqueue; a copy. */
    List<StoredMessage> ofConsumer(String consumer) {
        TreeSet<StoredMessage> messages = byConsumer.get(consumer);
        return messages == null ? List.of() : new ArrayList<>(messages);
    }

    /** The first messages of a state, in the order in which they would come; a copy. */
    List<StoredMessage> list(MessageState state, int limit) {
        return switch (state) {
            case READY -> merge(limit);
            case DELAYED -> delayed.stream().limit(Math.max(0, limit)).toList();
            case IN_FLIGHT -> inFlight.stream().limit(Math.max(0, limit)).toList();
        };
    }

    /** Takes a new message in, in the state that its fields say. */
    void add(StoredMessage message) {
        byId.put(message.id, message);
        Group group = null;
        if (message.group.isPresent()) {
            group = groups.computeIfAbsent(message.group.get(), name -> new Group());
            group.members.add(message);
        }
        enter(message, group);
        offerFirstOf(group);
    }

    void toReady(StoredMessage message, String keptReceipt) {
        change(message, READY, 0, keptReceipt, "");
    }

    void toDelayed(StoredMessage message, long dueMillis) {
        change(message, DELAYED, dueMillis, "", "");
    }

    void toInFlight(StoredMessage message, long untilMillis, String receipt, String consumer) {
        change(message, IN_FLIGHT, untilMillis, receipt, consumer);
    }

    void remove(StoredMessage message) {
        Group group = groupOf(message);
        leave(message, group);
        byId.remove(message.id);
        if (group != null) {
            group.members.remove(message);
            if (group.members.isEmpty()) {
                groups.remove(message.group.get());
            } else {
                offerFirstOf(group);
            }
        }
    }

    void clear() {
        byId.clear();
        offered.clear();
        heldBack.clear();
        delayed.clear();
        inFlight.clear();
        expiring.clear();
        groups.clear();
        byConsumer.clear();
    }

    private void change(StoredMessage message, MessageState state, long dueMillis, String receipt, String consumer) {
        Group group = groupOf(message);
        leave(message, group);
        message.state = state;
        message.dueMillis = dueMillis;
        message.receipt = receipt;
        message.consumer = consumer;
        enter(message, group);
        offerFirstOf(group);
    }

    private void enter(StoredMessage message, Group group) {
        switch (message.state) {
            case READY -> (group == null ? offered : heldBack).add(message);
            case DELAYED -> delayed.add(message);
            case IN_FLIGHT -> {
                inFlight.add(message);
                if (group != null) {
                    group.inFlight++;
                }
                if (!message.consumer.isEmpty()) {
                    byConsumer
                            .computeIfAbsent(message.consumer, name -> new TreeSet<>(StoredMessage.BY_SEQUENCE))
                            .add(message);
                }
            }
        }
        if (message.expiresMillis != StoredMessage.NEVER && message.state != IN_FLIGHT) {
            expiring.add(message);
        }
    }

    private void leave(StoredMessage message, Group group) {
        switch (message.state) {
            case READY -> {
                if (group == null) {
                    offered.remove(message);
                } else if (group.offered == message) {
                    offered.remove(message);
                    group.offered = null;
                } else {
                    heldBack.remove(message);
                }
            }
            case DELAYED -> delayed.remove(message);
            case IN_FLIGHT -> {
                inFlight.remove(message);
                if (group != null) {
                    group.inFlight--;
                }
                if (!message.consumer.isEmpty()) {
                    TreeSet<StoredMessage> deliveries = byConsumer.get(message.consumer);
                    deliveries.remove(message);
                    if (deliveries.isEmpty()) {
                        byConsumer.remove(message.consumer);
                    }
                }
            }
        }
        if (message.expiresMillis != StoredMessage.NEVER && message.state != IN_FLIGHT) {
            expiring.remove(message);
        }
    }

    private void offerFirstOf(Group group) {
        if (group == null) {
            return;
        }
        StoredMessage head = group.members.first();
        StoredMessage next = group.inFlight == 0 && head.state == READY ? head : null;
        if (next == group.offered) {
            return;
        }
        if (group.offered != null) {
            offered.remove(group.offered);
            heldBack.add(group.offered);
        }
        if (next != null) {
            heldBack.remove(next);
            offered.add(next);
        }
        group.offered = next;
    }

    private Group groupOf(StoredMessage message) {
        return message.group.isEmpty() ? null : groups.get(message.group.get());
    }

    private List<StoredMessage> merge(int limit) {
        List<StoredMessage> result = new ArrayList<>();
        Iterator<StoredMessage> some = offered.iterator();
        Iterator<StoredMessage> others = heldBack.iterator();
        StoredMessage a = some.hasNext() ? some.next() : null;
        StoredMessage b = others.hasNext() ? others.next() : null;
        while (result.size() < limit && (a != null || b != null)) {
            if (b == null || a != null && StoredMessage.BY_PLACE.compare(a, b) < 0) {
                result.add(a);
                a = some.hasNext() ? some.next() : null;
            } else {
                result.add(b);
                b = others.hasNext() ? others.next() : null;
            }
        }
        return result;
    }

    private static StoredMessage first(TreeSet<StoredMessage> set) {
        return set.isEmpty() ? null : set.first();
    }
}

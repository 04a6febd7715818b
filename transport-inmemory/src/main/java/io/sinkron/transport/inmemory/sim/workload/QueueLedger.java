package io.sinkron.transport.inmemory.sim.workload;

import io.sinkron.spi.NewMessage;
import io.sinkron.spi.QueueAnswer.Delivery;
import io.sinkron.transport.inmemory.sim.world.Violation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What all producers and consumers know about all messages; each body is sent once. Q1 an acknowledged message is not lost. Q2 it arrives as it
 * was sent. Q3 nothing arrives that was not sent. Q4 after a confirmed ack no delivery begins. Q5 two deliveries overlap only if the first
 * was given back or its time, on the store's clock, is over. Q7 deliveries are counted, each number once. Q9 a repeated request stores
 * once.
 */
final class QueueLedger {
    private enum Fate {
        PENDING,
        STORED,
        REFUSED,
        UNKNOWN
    }

    /** One delivery as a consumer got it, and until when it must keep others away. */
    static final class Lent {
        private final String queue;
        private final Delivery delivery;
        private final long beganMillis;
        private long untilMillis;
        private boolean endsAnyTime;

        Lent(String queue, Delivery delivery, long visibilityMillis) {
            this.queue = queue;
            this.delivery = delivery;
            this.untilMillis = delivery.visibleUntilMillis();
            this.beganMillis = untilMillis - visibilityMillis;
        }

        String queue() {
            return queue;
        }

        String receipt() {
            return delivery.receipt();
        }

        String body() {
            return delivery.body().asUtf8();
        }

        /** It is given back, or nobody knows until when it was extended: others may follow at once. */
        void mayEndAnyTime() {
            endsAnyTime = true;
        }

        @Override
        public String toString() {
            return delivery.id() + " delivery " + delivery.deliveries() + " [" + beganMillis + ", " + untilMillis
                    + "] ms";
        }
    }

    private static final class Message {
        private final NewMessage sent;
        private final Map<String, String> idByQueue = new LinkedHashMap<>();
        private final Map<String, Integer> ackedByQueue = new LinkedHashMap<>();
        private final List<Lent> lent = new ArrayList<>();
        private Fate fate = Fate.PENDING;
        private boolean mayBeGone;

        Message(NewMessage sent) {
            this.sent = sent;
        }
    }

    private final Environment environment;
    private final Map<String, Message> messages = new LinkedHashMap<>();

    QueueLedger(Environment environment) {
        this.environment = environment;
    }

    void sending(NewMessage message) {
        messages.put(message.body().asUtf8(), new Message(message));
    }

    void stored(NewMessage message) {
        messages.get(message.body().asUtf8()).fate = Fate.STORED;
        environment.mark("message enqueued");
    }

    /** Somebody is about to acknowledge a delivery. */
    void acking(Lent lent) {
        messages.get(lent.body()).mayBeGone = true;
    }

    /** The messages of these bodies that are stored, and that nobody has begun to acknowledge: they are there. */
    Set<String> surelyThere(Collection<String> bodies) {
        Set<String> there = new LinkedHashSet<>();
        for (String body : bodies) {
            Message message = messages.get(body);
            if (message.fate == Fate.STORED && !message.mayBeGone) {
                there.add(body);
            }
        }
        return there;
    }

    /** A queue was looked at: it has at least what was there when the look began and still is. */
    void counted(Set<String> whenBegun, long count) {
        Set<String> still = surelyThere(whenBegun);
        Violation.check(
                count >= still.size(),
                "R12 a look at a queue sees what was stored before",
                count + " messages were counted, but there are " + still);
        environment.mark(still.isEmpty() ? "queue looked at" : "queue with messages looked at");
    }

    void notStored(NewMessage message, boolean surely) {
        messages.get(message.body().asUtf8()).fate = surely ? Fate.REFUSED : Fate.UNKNOWN;
    }

    /** A consumer got a message. */
    Lent delivered(String queue, Delivery delivery, long visibilityMillis) {
        Lent lent = new Lent(queue, delivery, visibilityMillis);
        Message message = messages.get(lent.body());
        Violation.check(message != null, "Q3 nothing is delivered that was not sent", lent + " " + delivery.body());
        Violation.check(message.fate != Fate.REFUSED, "Q3 a refused message is never delivered", lent.toString());
        boolean whole = delivery.priority() == message.sent.priority()
                && delivery.headers()
                        .entrySet()
                        .containsAll(message.sent.headers().entrySet());
        Violation.check(whole, "Q2 a message arrives as it was sent", delivery + " was sent as " + message.sent);
        String id = message.idByQueue.putIfAbsent(queue, delivery.id());
        Violation.check(
                id == null || id.equals(delivery.id()),
                "Q9 a repeated request stores once",
                lent + " is stored as " + id + " too");
        Integer acked = message.ackedByQueue.get(queue);
        Violation.check(
                acked == null || delivery.deliveries() < acked,
                "Q4 after a confirmed ack no delivery begins",
                lent + " came after the ack of delivery " + acked);
        for (Lent other : message.lent) {
            if (other.queue.equals(queue)) {
                apart(other, lent);
            }
        }
        message.lent.add(lent);
        environment.mark(delivery.deliveries() > 1 ? "message redelivered" : "message delivered");
        return lent;
    }

    private static void apart(Lent a, Lent b) {
        int byNumber = Integer.compare(a.delivery.deliveries(), b.delivery.deliveries());
        Violation.check(byNumber != 0, "Q7 each delivery has a number of its own", a + " and " + b);
        Lent earlier = byNumber < 0 ? a : b;
        Lent later = byNumber < 0 ? b : a;
        boolean overlap = !earlier.endsAnyTime && later.beganMillis < earlier.untilMillis;
        Violation.check(!overlap, "Q5 two live deliveries of one message", earlier + " and " + later);
    }

    /** The ack of a delivery was confirmed. */
    void acked(Lent lent) {
        Message message = messages.get(lent.body());
        message.ackedByQueue.put(lent.queue, lent.delivery.deliveries());
        environment.mark("message acknowledged");
        for (Lent other : message.lent) {
            Violation.check(
                    !other.queue.equals(lent.queue) || other.delivery.deliveries() <= lent.delivery.deliveries(),
                    "Q6 a receipt acts on its own delivery only",
                    lent + " was acknowledged though " + other + " followed it");
        }
    }

    /** All queues are empty: whatever was acknowledged to its producer must have reached a consumer. */
    void nothingIsLost() {
        messages.forEach((body, message) -> Violation.check(
                message.fate != Fate.STORED || !message.lent.isEmpty(),
                "Q1 an acknowledged message is not lost",
                body + " was stored, never delivered, and no queue has it"));
    }
}

package io.sinkron.examples.api;

import io.sinkron.examples.json.JsonWriter;
import io.sinkron.lock.LockAnswer.CycleStep;
import io.sinkron.lock.LockAnswer.GraphEdge;
import io.sinkron.lock.LockAnswer.Holder;
import io.sinkron.lock.LockAnswer.LockView;
import io.sinkron.lock.LockAnswer.RefusedCycle;
import io.sinkron.lock.LockAnswer.SessionView;
import io.sinkron.lock.LockAnswer.Waiter;
import io.sinkron.lock.LockMode;
import io.sinkron.lock.LockOwner;
import java.util.Locale;

/** How locks and sessions look in answers. Stateless. */
final class LockJson {
    private LockJson() {}

    static String mode(LockMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    static void owner(JsonWriter out, LockOwner owner) {
        out.text("session", owner.session()).text("owner", owner.name());
    }

    static void holder(JsonWriter out, Holder holder) {
        owner(out, holder.owner());
        out.text("mode", mode(holder.mode())).integer("token", holder.token()).integer("holds", holder.holds());
    }

    static void waiter(JsonWriter out, Waiter waiter) {
        owner(out, waiter.owner());
        out.text("mode", mode(waiter.mode()))
                .integer("position", waiter.position())
                .integer("waited_ms", waiter.waitedMillis());
    }

    static void cycleStep(JsonWriter out, CycleStep step) {
        owner(out, step.owner());
        if (!step.label().isEmpty()) {
            out.text("label", step.label());
        }
        out.text("waits_for", step.waitsFor())
                .text("mode", mode(step.mode()))
                .object("held_by", w -> owner(w, step.heldBy()))
                .text("held_mode", mode(step.heldMode()));
    }

    static void lock(JsonWriter out, LockView view) {
        out.text("lock", view.lock())
                .objects("holders", view.holders(), LockJson::holder)
                .objects("waiters", view.waiters(), LockJson::waiter);
    }

    static void edge(JsonWriter out, GraphEdge edge) {
        out.object("from", w -> owner(w, edge.from()))
                .object("to", w -> owner(w, edge.to()))
                .text("lock", edge.lock());
    }

    static void refusedCycle(JsonWriter out, RefusedCycle refused) {
        out.integer("at_ms", refused.atMillis()).objects("cycle", refused.cycle(), LockJson::cycleStep);
    }

    static void session(JsonWriter out, SessionView view) {
        out.text("session", view.session())
                .text("label", view.label())
                .integer("ttl_ms", view.ttlMillis())
                .text("node", view.node().value())
                .objects(
                        "holds",
                        view.holds(),
                        (w, hold) -> w.text("lock", hold.lock())
                                .text("owner", hold.owner())
                                .text("mode", mode(hold.mode()))
                                .integer("token", hold.token()))
                .objects(
                        "waits",
                        view.waits(),
                        (w, wait) -> w.text("lock", wait.lock())
                                .text("owner", wait.owner())
                                .text("mode", mode(wait.mode()))
                                .integer("position", wait.position()));
    }
}

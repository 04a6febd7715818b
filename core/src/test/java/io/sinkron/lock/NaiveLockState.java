package io.sinkron.lock;

import io.sinkron.common.CommandId;
import io.sinkron.common.NodeId;
import io.sinkron.lock.LockCommand.Remember;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@link NaiveLockTable} consists of: plain lists, and everything looked up by walking over them. */
class NaiveLockState {
    static final class Session {
        long ttlMillis;
        String label;
        NodeId node;
        final List<Kept> kept = new ArrayList<>();
    }

    record Kept(boolean release, Remember name, LockAnswer answer) {}

    static final class Hold {
        LockOwner owner;
        String lock;
        LockMode mode;
        long token;
        int depth = 1;
        final List<Grant> grants = new ArrayList<>();
    }

    static final class Grant {
        String key;
        long tokenBefore;
        final List<CommandId> ids = new ArrayList<>();
    }

    static final class Request {
        LockCommand.Acquire acquire;
        final Map<CommandId, Long> since = new LinkedHashMap<>();
    }

    static final class Place {
        LockOwner owner;
        String lock;
        long order;
        boolean upgrade;
        final List<Request> requests = new ArrayList<>();

        LockMode mode() {
            return requests.get(0).acquire.mode();
        }
    }

    final LockLimits limits;
    final TreeMap<String, Session> sessions = new TreeMap<>();
    /** In order of their grants. */
    final List<Hold> holds = new ArrayList<>();
    /** Upgrades first. */
    final TreeMap<String, List<Place>> lines = new TreeMap<>();
    /** Those who hold or wait, in order of their coming. */
    final List<LockOwner> owners = new ArrayList<>();

    long stamp;

    NaiveLockState(LockLimits limits) {
        this.limits = limits;
    }

    /** Where an owner waits, in order of its coming there. */
    List<Place> places(LockOwner owner) {
        return lines.values().stream()
                .flatMap(List::stream)
                .filter(place -> place.owner.equals(owner))
                .sorted(Comparator.comparingLong(place -> place.order))
                .toList();
    }

    /** Keeps the list of those who hold or wait; who comes anew comes last. */
    void listOwners(LockOwner acting) {
        owners.removeIf(owner -> !isBusy(owner));
        if (!owners.contains(acting) && isBusy(acting)) {
            owners.add(acting);
        }
    }

    boolean isBusy(LockOwner owner) {
        return !places(owner).isEmpty() || holds.stream().anyMatch(hold -> hold.owner.equals(owner));
    }

    LockAnswer.LockView view(String lock) {
        List<LockAnswer.Waiter> waiters = new ArrayList<>();
        for (Place place : lines.getOrDefault(lock, List.of())) {
            long since = place.requests.get(0).since.values().iterator().next();
            waiters.add(new LockAnswer.Waiter(place.owner, place.mode(), waiters.size() + 1, stamp - since));
        }
        return new LockAnswer.LockView(lock, named(holders(lock), Integer.MAX_VALUE), waiters);
    }

    NaiveGraph graph() {
        NaiveGraph graph = new NaiveGraph();
        lines.forEach((lock, line) -> graph.add(
                lock,
                holders(lock).stream()
                        .map(hold -> new NaiveGraph.H(hold.owner, hold.mode))
                        .toList(),
                line.stream()
                        .map(place -> new NaiveGraph.W(place.owner, place.mode(), place.upgrade))
                        .toList()));
        return graph;
    }

    List<String> lockNames() {
        TreeMap<String, Boolean> names = new TreeMap<>();
        lines.keySet().forEach(name -> names.put(name, true));
        holds.forEach(hold -> names.put(hold.lock, true));
        return new ArrayList<>(names.keySet());
    }

    Hold hold(LockOwner owner, String lock) {
        return holders(lock).stream()
                .filter(hold -> hold.owner.equals(owner))
                .findFirst()
                .orElse(null);
    }

    List<CommandId> waitingIds() {
        List<CommandId> ids = new ArrayList<>();
        everyRequest().forEach(request -> ids.addAll(request.since.keySet()));
        return ids;
    }

    int waitingCommands() {
        return waitingIds().size();
    }

    LockAnswer.LockTimeout timeout(String lock, long waitedMillis) {
        return new LockAnswer.LockTimeout(lock, named(holders(lock), limits.holdersNamed()), waitedMillis);
    }

    static List<LockAnswer.Holder> named(List<Hold> holders, int most) {
        return holders.stream()
                .limit(most)
                .map(hold -> new LockAnswer.Holder(hold.owner, hold.mode, hold.token, hold.depth))
                .toList();
    }

    List<Hold> holders(String lock) {
        return holds.stream().filter(hold -> hold.lock.equals(lock)).toList();
    }

    Place place(LockOwner owner, String lock) {
        return lines.getOrDefault(lock, List.of()).stream()
                .filter(place -> place.owner.equals(owner))
                .findFirst()
                .orElse(null);
    }

    List<Request> everyRequest() {
        List<Request> all = new ArrayList<>();
        lines.values().forEach(line -> line.forEach(place -> all.addAll(place.requests)));
        return all;
    }

    int requestsFor(String lock) {
        return lines.getOrDefault(lock, List.of()).stream()
                .mapToInt(place -> place.requests.size())
                .sum();
    }

    Request waiting(CommandId id) {
        return everyRequest().stream()
                .filter(request -> request.since.containsKey(id))
                .findFirst()
                .orElse(null);
    }

    static Kept kept(Session session, boolean release, String key) {
        return session.kept.stream()
                .filter(kept -> kept.release() == release && kept.name().key().equals(key))
                .findFirst()
                .orElse(null);
    }

    void oneLevelLess(Hold hold) {
        hold.depth--;
        if (hold.depth == 0) {
            endHold(hold);
        } else {
            while (hold.grants.size() > hold.depth + 8) {
                hold.grants.remove(0);
            }
        }
    }

    void endHold(Hold hold) {
        holds.remove(hold);
        Place place = place(hold.owner, hold.lock);
        if (place != null && place.upgrade) {
            List<Place> line = lines.get(hold.lock);
            line.remove(place);
            place.upgrade = false;
            line.add((int) line.stream().filter(each -> each.upgrade).count(), place);
        }
    }
}

package io.sinkron.transport.inmemory.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether a history of one object is linearizable: whether each call can be thought to happen at one instant between its invocation
 * and its answer, such that the object answers as its {@link Model} says.
 *
 * <p>The search is that of J. M. Wing and C. Gong, "Testing and Verifying Concurrent Objects" (1993), depth first over the calls that may
 * come next, with the memory of G. Lowe, "Testing for Linearizability" (2017): a pair (set of calls done, state) that has failed once is never
 * entered again, nor is one that has only used up more of the unknown calls to get to the same state. A call with an unknown outcome has no
 * answer to respect, so it may be placed anywhere behind its invocation, or nowhere: the search has succeeded when all known calls are
 * placed.
 *
 * <p>Worst case exponential in the number of calls that overlap; in practice linear for histories of a few hundred calls a key. Not
 * thread-safe; deterministic.
 *
 * @param <S> a state of the model
 * @param <I> what is asked
 * @param <O> what is answered
 */
public final class Linearizability<S, I, O> {
    /** Steps of the model that are enough for hundreds of calls with dozens of unknown outcomes. */
    public static final long DEFAULT_BUDGET = 5_000_000;

    private final Model<S, I, O> model;
    private final long budget;

    /** A checker with the default budget. */
    public Linearizability(Model<S, I, O> model) {
        this(model, DEFAULT_BUDGET);
    }

    /** @param budget the most steps of the model to take before giving up with {@link Verdict.Unknown} */
    public Linearizability(Model<S, I, O> model, long budget) {
        this.model = model;
        this.budget = budget;
    }

    /** Checks the calls of one object, in any order. */
    public Verdict<S, I, O> check(List<Operation<I, O>> operations) {
        return new Search(operations).run();
    }

    /** An invocation or an answer in the list of what is still to be placed; lifted out and put back like the links of Knuth's dancing. */
    private static final class Event<I, O> {
        private final Operation<I, O> operation;
        private final int number;
        private final boolean invocation;
        private final long order;
        private Event<I, O> answer;
        private Event<I, O> previous;
        private Event<I, O> next;

        Event(Operation<I, O> operation, int number, boolean invocation, long order) {
            this.operation = operation;
            this.number = number;
            this.invocation = invocation;
            this.order = order;
        }

        boolean isKnown() {
            return operation.isKnown();
        }

        void lift() {
            unlink();
            if (answer != null) {
                answer.unlink();
            }
        }

        void putBack() {
            if (answer != null) {
                answer.relink();
            }
            relink();
        }

        private void unlink() {
            previous.next = next;
            if (next != null) {
                next.previous = previous;
            }
        }

        private void relink() {
            previous.next = this;
            if (next != null) {
                next.previous = this;
            }
        }
    }

    private record Place<S>(BitSet knownDone, S state) {}

    private record Placed<S, I, O>(Event<I, O> event, S before) {}

    private final class Search {
        private final Event<I, O> head = new Event<>(null, -1, false, -1);
        private final Map<Place<S>, List<BitSet>> seen = new HashMap<>();
        private final Deque<Placed<S, I, O>> placed = new ArrayDeque<>();
        private final BitSet knownDone = new BitSet();
        private final BitSet unknownDone = new BitSet();
        private S state = model.initial();
        private int knownLeft;
        private long steps;
        private List<Operation<I, O>> longest = List.of();
        private S longestState = state;
        private List<Operation<I, O>> longestStuck = List.of();

        Search(List<Operation<I, O>> operations) {
            List<Event<I, O>> events = new ArrayList<>();
            int number = 0;
            for (Operation<I, O> operation : operations) {
                Event<I, O> invocation = new Event<>(operation, number, true, operation.invokedOrder());
                events.add(invocation);
                if (operation.isKnown()) {
                    invocation.answer = new Event<>(operation, number, false, operation.returnedOrder());
                    events.add(invocation.answer);
                    knownLeft++;
                }
                number++;
            }
            events.sort(Comparator.comparingLong((Event<I, O> event) -> event.order));
            Event<I, O> last = head;
            for (Event<I, O> event : events) {
                event.previous = last;
                last.next = event;
                last = event;
            }
        }

        Verdict<S, I, O> run() {
            Event<I, O> at = firstCandidate();
            while (knownLeft > 0) {
                if (steps > budget) {
                    return new Verdict.Unknown<>(steps);
                }
                if (at == null) {
                    rememberLongest();
                    if (placed.isEmpty()) {
                        return new Verdict.Violation<>(longest, longestState, longestStuck);
                    }
                    at = candidateAfter(takeBack());
                } else {
                    at = place(at) ? firstCandidate() : candidateAfter(at);
                }
            }
            return new Verdict.Linearizable<>(order());
        }

        /**
         * Candidates are the calls invoked before the first answer that is still to be placed. Those with a known answer come first: most
         * unknown calls never had an effect, and placing them early would double the search for each.
         */
        private Event<I, O> firstCandidate() {
            Event<I, O> known = candidateFrom(head.next, true);
            return known != null ? known : candidateFrom(head.next, false);
        }

        private Event<I, O> candidateAfter(Event<I, O> event) {
            Event<I, O> next = candidateFrom(event.next, event.isKnown());
            return next == null && event.isKnown() ? candidateFrom(head.next, false) : next;
        }

        private Event<I, O> candidateFrom(Event<I, O> start, boolean known) {
            for (Event<I, O> event = start; event != null && event.invocation; event = event.next) {
                if (event.isKnown() == known) {
                    return event;
                }
            }
            return null;
        }

        private boolean place(Event<I, O> event) {
            steps++;
            Optional<S> next = step(state, event);
            if (next.isEmpty() || isPointless(event, next.get())) {
                return false;
            }
            doneOf(event).set(event.number);
            if (isDominated(next.get())) {
                doneOf(event).clear(event.number);
                return false;
            }
            placed.push(new Placed<>(event, state));
            state = next.get();
            event.lift();
            knownLeft -= event.isKnown() ? 1 : 0;
            return true;
        }

        private Optional<S> step(S from, Event<I, O> event) {
            Operation<I, O> operation = event.operation;
            return operation.isKnown()
                    ? model.step(from, operation.input(), operation.output().get())
                    : model.stepUnknown(from, operation.input());
        }

        /**
         * Whether an unknown call is used for nothing: this one, if it leaves the state as it is, or the one placed last, if this call would
         * lead to the same state without it. The order without it is tried as well.
         */
        private boolean isPointless(Event<I, O> event, S next) {
            if (!event.isKnown() && next.equals(state)) {
                return true;
            }
            Placed<S, I, O> last = placed.peek();
            return last != null
                    && !last.event.isKnown()
                    && step(last.before, event).filter(next::equals).isPresent();
        }

        private BitSet doneOf(Event<I, O> event) {
            return event.isKnown() ? knownDone : unknownDone;
        }

        /**
         * Whether this state was entered before with the same known calls done and with no unknown call used that isn't used now: then it
         * had every choice that there is now. Remembers the entry if not.
         */
        private boolean isDominated(S next) {
            List<BitSet> entries =
                    seen.computeIfAbsent(new Place<>((BitSet) knownDone.clone(), next), p -> new ArrayList<>(1));
            for (BitSet entry : entries) {
                BitSet beyond = (BitSet) entry.clone();
                beyond.andNot(unknownDone);
                if (beyond.isEmpty()) {
                    return true;
                }
            }
            entries.add((BitSet) unknownDone.clone());
            return false;
        }

        private Event<I, O> takeBack() {
            Placed<S, I, O> last = placed.pop();
            state = last.before;
            doneOf(last.event).clear(last.event.number);
            last.event.putBack();
            knownLeft += last.event.isKnown() ? 1 : 0;
            return last.event;
        }

        private void rememberLongest() {
            if (longestStuck.isEmpty() || placed.size() > longest.size()) {
                longest = order();
                longestState = state;
                longestStuck = new ArrayList<>();
                for (Event<I, O> event = head.next; event != null && event.invocation; event = event.next) {
                    longestStuck.add(event.operation);
                }
            }
        }

        private List<Operation<I, O>> order() {
            List<Operation<I, O>> order = new ArrayList<>(placed.size());
            placed.descendingIterator().forEachRemaining(p -> order.add(p.event.operation));
            return order;
        }
    }
}

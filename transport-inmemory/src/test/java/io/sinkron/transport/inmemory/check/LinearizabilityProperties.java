package io.sinkron.transport.inmemory.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;

/** The search against one that tries every subset of the unknown calls in every order. */
class LinearizabilityProperties {
    /** A plain register: positive inputs write, 0 reads; a read answers what it saw. */
    private static final class Register implements Model<Integer, Integer, Integer> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public Optional<Integer> step(Integer state, Integer input, Integer output) {
            if (input > 0) {
                return Optional.of(input);
            }
            return state.equals(output) ? Optional.of(state) : Optional.empty();
        }

        @Override
        public Optional<Integer> stepUnknown(Integer state, Integer input) {
            return input > 0 ? Optional.of(input) : Optional.empty();
        }
    }

    @Property(tries = 4000)
    void theSearchAgreesWithTryingEveryOrder(@ForAll long seed) {
        List<Operation<Integer, Integer>> operations = randomHistory(new Random(seed));
        boolean expected = anyOrderFits(new ArrayList<>(operations), new Register().initial());
        var verdict = new Linearizability<>(new Register()).check(operations);
        assertEquals(expected, verdict.isLinearizable(), () -> operations + "\n" + verdict);
        Statistics.label("linearizable").collect(expected);
    }

    @Property(tries = 2000)
    void theOrderFoundIsOne(@ForAll long seed) {
        Register model = new Register();
        if (new Linearizability<>(model).check(randomHistory(new Random(seed)))
                instanceof Verdict.Linearizable<Integer, Integer, Integer> found) {
            Integer state = model.initial();
            long latestInvocation = -1;
            for (Operation<Integer, Integer> operation : found.order()) {
                assertEquals(true, operation.returnedOrder() > latestInvocation, "real-time order of " + operation);
                latestInvocation = Math.max(latestInvocation, operation.invokedOrder());
                state = (operation.isKnown()
                                ? model.step(
                                        state,
                                        operation.input(),
                                        operation.output().get())
                                : model.stepUnknown(state, operation.input()))
                        .orElseThrow();
            }
        }
    }

    private static List<Operation<Integer, Integer>> randomHistory(Random random) {
        History<Integer, Integer> history = new History<>();
        List<int[]> open = new ArrayList<>();
        int calls = 1 + random.nextInt(6);
        int begun = 0;
        while (begun < calls || !open.isEmpty()) {
            if (begun < calls && (open.isEmpty() || random.nextInt(5) < 3)) {
                int input = random.nextBoolean() ? 0 : 1 + random.nextInt(2);
                open.add(new int[] {history.invoke(input, begun), input});
                begun++;
            } else {
                int[] call = open.remove(random.nextInt(open.size()));
                switch (random.nextInt(5)) {
                    case 0 -> history.info(call[0]);
                    case 1 -> history.fail(call[0]);
                    default -> history.ok(call[0], call[1] > 0 ? call[1] : random.nextInt(3), begun);
                }
            }
        }
        return history.operations();
    }

    private static boolean anyOrderFits(List<Operation<Integer, Integer>> left, Integer state) {
        if (left.stream().noneMatch(Operation::isKnown)) {
            return true;
        }
        long firstAnswer =
                left.stream().mapToLong(Operation::returnedOrder).min().orElseThrow();
        for (Operation<Integer, Integer> next : left) {
            if (next.invokedOrder() < firstAnswer) {
                Optional<Integer> after = next.isKnown()
                        ? new Register().step(state, next.input(), next.output().get())
                        : new Register().stepUnknown(state, next.input());
                List<Operation<Integer, Integer>> rest = new ArrayList<>(left);
                rest.remove(next);
                if (after.isPresent() && anyOrderFits(rest, after.get())) {
                    return true;
                }
            }
        }
        return false;
    }
}

package io.sinkron.transport.inmemory.check;

import io.sinkron.common.Bytes;
import java.util.Objects;
import java.util.Optional;

/**
 * A register whose value carries a version that grows with each write, with compare-and-set by version: one key of the coherent cache. The
 * version that a write gets is the register's choice, so the model accepts any greater one; a write whose answer is unknown leaves the
 * version open until somebody sees it. Stateless.
 */
public final class VersionedRegister
        implements Model<VersionedRegister.State, VersionedRegister.Input, VersionedRegister.Output> {
    /** Writes in any case. */
    public static final long ANY_VERSION = -1;

    /**
     * @param value empty while there is none
     * @param version of the value, or of its absence
     * @param exact whether that is the version; else it is one that the version is greater than
     */
    public record State(Optional<Bytes> value, long version, boolean exact) {
        private boolean mayHave(long seen) {
            return exact ? version == seen : seen > version;
        }

        private State having(long seen) {
            return exact ? this : new State(value, seen, true);
        }
    }

    /** What is asked of a key. */
    public sealed interface Input {
        /** The key. */
        Bytes key();
    }

    /** Reads. */
    public record Get(Bytes key) implements Input {
        @Override
        public String toString() {
            return "get " + key.asUtf8();
        }
    }

    /** Writes, if the version is as given, 0 for absent; {@link #ANY_VERSION}: in any case. */
    public record Put(Bytes key, Bytes value, long ifVersion) implements Input {
        @Override
        public String toString() {
            return "put " + key.asUtf8() + " = " + value.asUtf8() + condition(ifVersion);
        }
    }

    /** Deletes, with the condition of {@link Put}. */
    public record Delete(Bytes key, long ifVersion) implements Input {
        @Override
        public String toString() {
            return "delete " + key.asUtf8() + condition(ifVersion);
        }
    }

    /** What is answered. */
    public sealed interface Output {}

    /** There is this value. */
    public record Found(Bytes value, long version) implements Output {
        @Override
        public String toString() {
            return value.asUtf8() + " version " + version;
        }
    }

    /** There is none; the version is that of the last delete, 0 for a key that was never written. */
    public record Missing(long version) implements Output {}

    /** The write is done and made this version. */
    public record Written(long version) implements Output {}

    /** The delete is done; {@code existed}: whether there was a value. */
    public record Deleted(boolean existed) implements Output {}

    /** The version is another one, 0 for an absent value: nothing was written. */
    public record Mismatch(long version) implements Output {}

    /** The model. */
    public VersionedRegister() {}

    @Override
    public State initial() {
        return new State(Optional.empty(), 0, true);
    }

    @Override
    public Optional<State> step(State state, Input input, Output output) {
        Objects.requireNonNull(output, "output");
        if (output instanceof Mismatch mismatch) {
            return mismatch(state, condition(input), mismatch.version());
        }
        if (input instanceof Get) {
            return get(state, output);
        }
        if (input instanceof Put put && output instanceof Written written) {
            boolean newer =
                    state.exact() ? written.version() > state.version() : written.version() > state.version() + 1;
            return newer && mayMatch(state, put.ifVersion())
                    ? Optional.of(new State(Optional.of(put.value()), written.version(), true))
                    : Optional.empty();
        }
        if (input instanceof Delete delete && output instanceof Deleted deleted) {
            return deleted.existed() == state.value().isPresent() && mayMatch(state, delete.ifVersion())
                    ? Optional.of(afterDelete(state))
                    : Optional.empty();
        }
        return Optional.empty();
    }

    @Override
    public Optional<State> stepUnknown(State state, Input input) {
        if (input instanceof Get || !mayMatch(state, condition(input))) {
            return Optional.empty();
        }
        return Optional.of(
                input instanceof Put put
                        ? new State(Optional.of(put.value()), state.version(), false)
                        : afterDelete(state));
    }

    private static String condition(long ifVersion) {
        return ifVersion == ANY_VERSION ? "" : " if version " + ifVersion;
    }

    private static long condition(Input input) {
        if (input instanceof Put put) {
            return put.ifVersion();
        }
        return input instanceof Delete delete ? delete.ifVersion() : ANY_VERSION;
    }

    private static Optional<State> get(State state, Output output) {
        if (output instanceof Found found) {
            return state.value().filter(found.value()::equals).isPresent() && state.mayHave(found.version())
                    ? Optional.of(state.having(found.version()))
                    : Optional.empty();
        }
        return output instanceof Missing missing && state.value().isEmpty() && state.mayHave(missing.version())
                ? Optional.of(state.having(missing.version()))
                : Optional.empty();
    }

    private static boolean mayMatch(State state, long ifVersion) {
        if (ifVersion == ANY_VERSION) {
            return true;
        }
        return ifVersion == 0 ? state.value().isEmpty() : state.value().isPresent() && state.mayHave(ifVersion);
    }

    private static Optional<State> mismatch(State state, long ifVersion, long seen) {
        if (ifVersion == ANY_VERSION || seen == ifVersion) {
            return Optional.empty();
        }
        if (seen == 0) {
            return state.value().isEmpty() ? Optional.of(state) : Optional.empty();
        }
        return state.value().isPresent() && state.mayHave(seen) ? Optional.of(state.having(seen)) : Optional.empty();
    }

    /** A delete's answer doesn't name the tombstone's version; that of an absent key may stay or grow. */
    private static State afterDelete(State state) {
        if (state.value().isPresent()) {
            return new State(Optional.empty(), state.version(), false);
        }
        return new State(Optional.empty(), state.version() - (state.exact() ? 1 : 0), false);
    }
}

package io.sinkron.lock;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collections of distinct elements that have one element as a rule, in order of their coming: the rule costs one small object, the exception
 * is a hash set, so that nobody who repeats a request ever so often makes a step linear. The caller keeps what a call returns in place of
 * what it passed.
 */
final class Few {
    private Few() {}

    /** With one element more. */
    static <T> Collection<T> with(Collection<T> some, T more) {
        if (some.isEmpty()) {
            return List.of(more);
        }
        Collection<T> many = some instanceof Set ? some : new LinkedHashSet<>(some);
        many.add(more);
        return many;
    }

    /** Without this element. */
    static <T> Collection<T> without(Collection<T> some, T gone) {
        if (some instanceof Set) {
            some.remove(gone);
            return some;
        }
        return some.contains(gone) ? List.of() : some;
    }
}

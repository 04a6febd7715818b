package io.sinkron;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which source file uses which; finds the groups that use each other in a circle (Tarjan 1972). */
final class FileGraph {
    private final Map<String, Set<String>> uses = new TreeMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, Integer> lows = new HashMap<>();
    private final Deque<String> stack = new ArrayDeque<>();
    private final Set<String> onStack = new HashSet<>();
    private final List<List<String>> circles = new ArrayList<>();

    void add(String from, String to) {
        if (from.startsWith("io.sinkron.") && to.startsWith("io.sinkron.") && !from.equals(to)) {
            uses.computeIfAbsent(from, key -> new TreeSet<>()).add(to);
        }
    }

    /** Every group of files that form a circle, each sorted. */
    List<List<String>> circles() {
        for (String file : uses.keySet()) {
            if (!numbers.containsKey(file)) {
                visit(file);
            }
        }
        return circles;
    }

    private void visit(String file) {
        numbers.put(file, numbers.size());
        lows.put(file, numbers.get(file));
        stack.push(file);
        onStack.add(file);
        for (String used : uses.getOrDefault(file, Set.of())) {
            if (!numbers.containsKey(used)) {
                visit(used);
                lows.merge(file, lows.get(used), Math::min);
            } else if (onStack.contains(used)) {
                lows.merge(file, numbers.get(used), Math::min);
            }
        }
        if (lows.get(file).equals(numbers.get(file))) {
            List<String> group = new ArrayList<>();
            String member;
            do {
                member = stack.pop();
                onStack.remove(member);
                group.add(member);
            } while (!member.equals(file));
            if (group.size() > 1) {
                Collections.sort(group);
                circles.add(group);
            }
        }
    }
}

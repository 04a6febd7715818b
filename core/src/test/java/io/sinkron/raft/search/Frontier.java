package io.sinkron.raft.search;

import java.util.ArrayDeque;
import java.util.Arrays;

/** The states that were reached and not looked at yet, first in first out, without an object each. */
final class Frontier {
    private static final int PAGE = 1 << 18;

    private final ArrayDeque<int[]> pages = new ArrayDeque<>();
    private int readAt;
    private int writeAt = PAGE;
    private long waiting;

    boolean isEmpty() {
        return waiting == 0;
    }

    void add(int[] state) {
        if (writeAt + state.length + 1 > PAGE) {
            if (!pages.isEmpty() && writeAt < PAGE) {
                pages.getLast()[writeAt] = -1;
            }
            pages.add(new int[PAGE]);
            writeAt = 0;
        }
        int[] page = pages.getLast();
        page[writeAt++] = state.length;
        System.arraycopy(state, 0, page, writeAt, state.length);
        writeAt += state.length;
        waiting++;
    }

    int[] poll() {
        if (readAt == PAGE || pages.getFirst()[readAt] == -1) {
            pages.poll();
            readAt = 0;
        }
        int[] page = pages.getFirst();
        int length = page[readAt];
        int[] state = Arrays.copyOfRange(page, readAt + 1, readAt + 1 + length);
        readAt += 1 + length;
        waiting--;
        return state;
    }
}

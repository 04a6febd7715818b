package io.sinkron.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WindowTest {
    @Test
    void theLowEndMovesOverWhatIsRemoved() {
        Window<String> window = new Window<>(1);
        window.put(1, "a");
        window.put(2, "b");
        window.put(3, "c");
        assertEquals("b", window.remove(2));
        assertEquals(1, window.low());
        assertEquals("a", window.remove(1));
        assertEquals(3, window.low());
        assertNull(window.get(2));
        assertEquals(1, window.span());
    }

    @Test
    void droppingBelowAHigherNumberThanAnyMakesItTheLowEnd() {
        Window<String> window = new Window<>(1);
        window.put(5, "x");
        window.dropBelow(1_000_000);
        assertEquals(1_000_000, window.low());
        window.put(1_000_000, "y");
        assertEquals("y", window.get(1_000_000));
        assertThrows(IllegalArgumentException.class, () -> window.put(999_999, "z"));
    }

    @Property(tries = 300)
    void itBehavesAsASortedMap(@ForAll @Size(max = 300) List<@IntRange(min = 0, max = 2_000) Integer> steps) {
        Window<Integer> window = new Window<>(0);
        TreeMap<Long, Integer> model = new TreeMap<>();
        long floor = 0;
        for (int step : steps) {
            long number = step / 3;
            switch (step % 3) {
                case 0 -> {
                    if (number >= window.low()) {
                        window.put(number, step);
                        model.put(number, step);
                    }
                }
                case 1 -> {
                    assertEquals(model.remove(number), window.remove(number));
                    if (window.low() > floor) {
                        floor = window.low();
                    }
                }
                default -> {
                    window.dropBelow(number);
                    model.headMap(number).clear();
                }
            }
            List<Integer> items = new ArrayList<>();
            window.forEach(items::add);
            assertEquals(new ArrayList<>(model.values()), items);
            model.forEach((key, value) -> assertEquals(value, window.get(key)));
        }
    }
}

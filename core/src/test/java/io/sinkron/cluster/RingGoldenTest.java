package io.sinkron.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.common.XxHash64;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Compares hash and ring with vectors that another implementation made, and the hash with a naive one. */
class RingGoldenTest {
    @Test
    void hashesAreThoseOfTheGoldenFile() throws IOException {
        int checked = 0;
        for (String line : golden("hash ")) {
            String[] part = line.split(" ");
            long seed = Long.parseUnsignedLong(part[1], 16);
            long expected = Long.parseUnsignedLong(part[3], 16);
            assertEquals(expected, XxHash64.hash(bytes(part[2]), seed), line);
            assertEquals(expected, NaiveXxHash64.hash(bytes(part[2]), seed), line);
            checked++;
        }
        assertEquals(36, checked);
    }

    @Test
    void hashesAreThePublishedOnes() {
        assertEquals(0xEF46DB3751D8E999L, XxHash64.hash("", 0));
        assertEquals(0xD24EC4F1A98C6E5BL, XxHash64.hash("a", 0));
        assertEquals(0x44BC2CF5AD770999L, XxHash64.hash("abc", 0));
    }

    @Test
    void ownersAndPreferencesAreThoseOfTheGoldenFile() throws IOException {
        Ring ring = null;
        int checked = 0;
        for (String line : golden("view ", "key ")) {
            String[] part = line.split(" ");
            if (part[0].equals("view")) {
                ring = ring(part);
                continue;
            }
            String key = new String(bytes(part[1]), StandardCharsets.UTF_8);
            List<NodeId> expected = Arrays.stream(part).skip(2).map(NodeId::of).toList();
            assertEquals(expected.get(0), Objects.requireNonNull(ring).owner(key), line);
            assertEquals(expected, ring.preference(key, 3), line);
            checked++;
        }
        assertEquals(84, checked);
    }

    @Property(tries = 500)
    void hashIsTheNaiveOne(@ForAll @Size(max = 200) byte[] data, @ForAll long seed) {
        assertEquals(NaiveXxHash64.hash(data, seed), XxHash64.hash(data, seed));
    }

    private static Ring ring(String[] part) {
        List<Member> members = new ArrayList<>();
        for (int i = 2; i < part.length; i++) {
            String[] member = part[i].split(":");
            members.add(Views.weighted(member[0], Integer.parseInt(member[1])));
        }
        return Ring.of(new View(1, members), Long.parseUnsignedLong(part[1], 16));
    }

    private static byte[] bytes(String hex) {
        return hex.equals("-") ? new byte[0] : HexFormat.of().parseHex(hex);
    }

    private static List<String> golden(String... prefixes) throws IOException {
        List<String> lines = new ArrayList<>();
        try (InputStream in = RingGoldenTest.class.getResourceAsStream("ring-golden.txt")) {
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (Arrays.stream(prefixes).anyMatch(line::startsWith)) {
                    lines.add(line);
                }
            }
        }
        assertTrue(lines.size() > 1);
        return lines;
    }
}

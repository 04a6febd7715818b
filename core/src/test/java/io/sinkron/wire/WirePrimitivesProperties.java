package io.sinkron.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import io.sinkron.spi.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The primitives of the binary format: what is written is read, and nothing but the one form of a value is. */
class WirePrimitivesProperties {
    @Property(tries = 500)
    void numbersComeBack(@ForAll("numbers") long value, @ForAll boolean flag) throws MalformedMessageException {
        WireWriter out = new WireWriter(1);
        out.varint(value)
                .signed(value)
                .fixed64(value)
                .u8((int) value)
                .bool(flag)
                .count((int) (value & 0xFFFFFF));
        WireReader in = new WireReader(out.toBytes());
        assertEquals(value, in.varint());
        assertEquals(value, in.signed());
        assertEquals(value, in.fixed64());
        assertEquals((int) value & 0xFF, in.u8());
        assertEquals(flag, in.bool());
        assertEquals(value & 0xFFFFFF, in.varint32("count"));
        in.end();
    }

    @Property(tries = 500)
    void textsAndBytesComeBack(
            @ForAll("texts") String text, @ForAll @Size(max = 600) byte[] bytes, @ForAll boolean direct)
            throws MalformedMessageException {
        WireWriter out = new WireWriter();
        out.text(text).bytes(Bytes.wrap(bytes)).optionalText(Optional.of(text)).optionalText(Optional.empty());
        WireReader in = new WireReader(direct ? offHeap(out.toByteArray()) : shifted(out.toByteArray()));
        assertEquals(text, in.text());
        assertArrayEquals(bytes, in.bytes().array());
        assertEquals(Optional.of(text), in.optionalText());
        assertEquals(Optional.empty(), in.optionalText());
        in.end();
    }

    @Property(tries = 2000)
    void arbitraryBytesAreAVarintInItsShortestFormOrMalformed(@ForAll @Size(min = 1, max = 12) byte[] bytes) {
        WireReader in = new WireReader(Bytes.wrap(bytes));
        long value;
        try {
            value = in.varint();
        } catch (MalformedMessageException e) {
            return;
        }
        byte[] again = new WireWriter().varint(value).toByteArray();
        assertEquals(again.length, bytes.length - in.remaining());
        assertArrayEquals(again, java.util.Arrays.copyOf(bytes, again.length));
    }

    @Property(tries = 2000)
    void arbitraryBytesAreATextOrMalformed(@ForAll @Size(max = 40) byte[] bytes, @ForAll boolean direct) {
        byte[] framed = new WireWriter().bytes(Bytes.wrap(bytes)).toByteArray();
        WireReader in = new WireReader(direct ? offHeap(framed) : ByteBuffer.wrap(framed));
        String text;
        try {
            text = in.text();
        } catch (MalformedMessageException e) {
            String replaced = new String(bytes, StandardCharsets.UTF_8);
            assertTrue(replaced.indexOf('\uFFFD') >= 0, "refused though it is UTF-8");
            return;
        }
        assertArrayEquals(bytes, text.getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 300)
    void aLengthThatIsNotThereIsMalformed(@ForAll("numbers") long length, @ForAll @IntRange(max = 20) int there) {
        WireWriter out = new WireWriter();
        out.varint(length);
        for (int i = 0; i < there; i++) {
            out.u8('x');
        }
        boolean fits = length >= 0 && length <= there;
        assertEquals(fits, succeeds(() -> new WireReader(out.toBytes()).bytes()));
        assertEquals(fits, succeeds(() -> new WireReader(out.toBytes()).text()));
        assertEquals(length >= 0 && length <= there / 3, succeeds(() -> new WireReader(out.toBytes()).count(3)));
    }

    @Example
    void varintsThatAreTooLongOrNotShortestAreMalformed() {
        for (String hex : List.of(
                "ffffffffffffffffff02", // 65 bits
                "ffffffffffffffffffff", // no end in ten bytes
                "8080808080808080808001", // eleven bytes
                "8000", // zero in two bytes
                "ff00",
                "80")) {
            assertThrows(MalformedMessageException.class, () -> reader(hex).varint(), hex);
        }
        assertEquals(-1L, assertReads(() -> reader("ffffffffffffffffff01").varint()));
    }

    @Example
    void textsThatAreNotStrictUtf8AreMalformed() {
        for (String hex : List.of(
                "02c080", // overlong NUL
                "02c1bf", // overlong
                "03e08080", // overlong
                "03eda080", // a lone surrogate
                "04f4908080", // beyond the last code point
                "0180",
                "02c3",
                "02c328")) {
            assertThrows(MalformedMessageException.class, () -> reader(hex).text(), hex);
            byte[] bytes = HexFormat.of().parseHex(hex);
            assertThrows(MalformedMessageException.class, () -> new WireReader(offHeap(bytes)).text(), hex);
        }
        assertEquals("\0", assertReads(() -> reader("0100").text()));
    }

    @Example
    void rangesAreChecked() {
        assertEquals(5L, assertReads(() -> reader("05").varint("x", 5, 5)));
        assertThrows(MalformedMessageException.class, () -> reader("04").varint("x", 5, 6));
        assertThrows(MalformedMessageException.class, () -> reader("07").varint("x", 5, 6));
        assertThrows(
                MalformedMessageException.class,
                () -> reader("ffffffffffffffffff01").varint("x", 0, 6));
        assertThrows(MalformedMessageException.class, () -> reader("8080808008").varint32("x"));
        assertThrows(MalformedMessageException.class, () -> reader("02").bool());
        assertThrows(MalformedMessageException.class, () -> reader("00").end());
        assertThrows(MalformedMessageException.class, () -> reader("").u8());
        assertThrows(
                MalformedMessageException.class, () -> reader("00000000000000").fixed64());
    }

    @Example
    void nodeIdsAreCheckedAndEqualOnesAreOneObject() throws MalformedMessageException {
        WireWriter out = new WireWriter();
        out.node(NodeId.of("n1")).node(NodeId.of("n2")).node(NodeId.of("n1"));
        WireReader in = new WireReader(out.toBytes());
        NodeId first = in.node();
        assertEquals(NodeId.of("n2"), in.node());
        assertSame(first, in.node());
        assertThrows(MalformedMessageException.class, () -> reader("00").node());
        assertThrows(MalformedMessageException.class, () -> reader("0120").node());
        byte[] tooLong =
                new WireWriter().text("x".repeat(NodeId.MAX_LENGTH + 1)).toByteArray();
        assertThrows(MalformedMessageException.class, () -> new WireReader(Bytes.wrap(tooLong)).node());
    }

    @Example
    void aWriterGrowsAndCanBeUsedAgain() {
        WireWriter out = new WireWriter(1);
        for (int i = 0; i < 10_000; i++) {
            out.u8(i);
        }
        assertEquals(10_000, out.size());
        byte[] first = out.toByteArray();
        assertEquals((byte) 9_999, first[9_999]);
        out.reset();
        out.u8(7);
        assertArrayEquals(new byte[] {7}, out.toByteArray());
    }

    @Provide
    Arbitrary<Long> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.longs(),
                Arbitraries.integers().between(0, 63).map(bit -> 1L << bit),
                Arbitraries.integers().between(0, 63).map(bit -> (1L << bit) - 1),
                Arbitraries.longs().between(-70, 70));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ascii().ofMaxLength(300),
                Arbitraries.strings().withChars("aäж鍵\0\u07FF\u0800").ofMaxLength(100),
                Arbitraries.of("🔑", "x".repeat(127), "x".repeat(128), "ж".repeat(64)));
    }

    private static WireReader reader(String hex) {
        return new WireReader(Bytes.wrap(HexFormat.of().parseHex(hex)));
    }

    private static ByteBuffer offHeap(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** A slice in the middle of a larger array. */
    private static ByteBuffer shifted(byte[] bytes) {
        return ByteBuffer.allocate(bytes.length + 7)
                .position(3)
                .put(bytes)
                .position(3)
                .slice(3, bytes.length);
    }

    private static boolean succeeds(Reading reading) {
        try {
            reading.read();
            return true;
        } catch (MalformedMessageException e) {
            return false;
        }
    }

    private static Object assertReads(Reading reading) {
        try {
            return reading.read();
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    private interface Reading {
        Object read() throws MalformedMessageException;
    }
}

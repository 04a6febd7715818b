package io.sinkron.examples.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static JsonObject read(String text) {
        return JsonReader.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static String field(Runnable action) {
        return assertThrows(JsonException.class, action::run).field();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{'a'}",
                "{'a':}",
                "{'a':1,}",
                "{a:1}",
                "{'a':01}",
                "{'a':+1}",
                "{'a':NaN}",
                "{'a':Infinity}",
                "{'a':'\n'}",
                "{'a':'\\x'}",
                "[]",
                "1",
                "null",
                "{}{}",
                "{} x",
                "//x\n{}",
                "{'a':tru}",
                "\uFEFF{}"
            })
    void whatIsNoJsonObjectIsMalformed(String text) {
        assertEquals("", field(() -> read(text)));
    }

    @Test
    void twoHundredLevelsAreReadAndOneMoreIsMalformed() {
        String inside = "[".repeat(199) + "]".repeat(199);
        assertEquals("a", field(() -> read("{'a':" + inside + "}").end()));
        String tooDeep = "[".repeat(200) + "]".repeat(200);
        assertEquals("", field(() -> read("{'a':" + tooDeep + "}")));
    }

    @Test
    void aMegabyteOfBracketsIsMalformed() {
        assertEquals("", field(() -> JsonReader.read("[".repeat(1 << 20).getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aDuplicateMemberIsRefusedByItsPath() {
        assertEquals("a", field(() -> read("{'a':1,'a':1}")));
        assertEquals("m[1].b", field(() -> read("{'m':[{'b':1},{'b':1,'b':2}]}")));
    }

    @Test
    void bytesThatAreNoUtf8AreMalformed() {
        byte[] overlong = {'{', '"', 'a', '"', ':', '"', (byte) 0xC0, (byte) 0x80, '"', '}'};
        assertEquals("", field(() -> JsonReader.read(overlong)));
        byte[] surrogate = {'{', '"', 'a', '"', ':', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'};
        assertEquals("", field(() -> JsonReader.read(surrogate)));
    }

    @Test
    void halfASurrogatePairIsRefusedByItsPath() {
        assertEquals("m[0].a", field(() -> read("{'m':[{'a':'\\ud800'}]}")));
        assertEquals("a", field(() -> read("{'a':'\\udc00\\ud800'}")));
        assertEquals("\uD83D\uDE00", read("{'a':'\\ud83d\\ude00'}").text("a", 0, 9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.0", "1e3", "1e999", "-1", "11", "'1'", "true", "null", "[]", "{}", "99999999999999999999"})
    void aNumberThatIsNoIntegerInRangeIsRefused(String value) {
        assertEquals("a", field(() -> read("{'a':" + value + "}").integer("a", 0, 10)));
    }

    @Test
    void aNumberOfFourHundredDigitsIsOutOfRangeAndOneOfTenThousandMalformed() {
        assertEquals("a", field(() -> read("{'a':1" + "0".repeat(400) + "}").integer("a", 0, 10)));
        assertEquals("", field(() -> read("{'a':1" + "0".repeat(10_000) + "}")));
    }

    @Test
    void fieldsAreGivenByTypeAndRange() {
        JsonObject object =
                read("{'t':'ä','i':-5,'f':true,'c':'x','l':['a','b'],'o':[{'n':1}],'m':{'k':'v'},'z':null}");
        assertEquals("ä", object.text("t", 2, 2));
        assertEquals(-5, object.integer("i", -5, 5));
        assertTrue(object.flag("f", false));
        assertEquals(1, object.choice("c", Map.of("x", 1)));
        assertEquals(List.of("a", "b"), object.texts("l", 1, 2, 1));
        assertEquals(1, object.objects("o", 1, 1).get(0).integer("n", 0, 9));
        assertEquals(Map.of("k", "v"), object.textMap("m", 1, 1, 1));
        assertTrue(object.nullableText("z", 1, 1).isEmpty());
        object.end();
        assertEquals(7, JsonObject.empty().integer("i", 0, 9, 7));
    }

    @Test
    void aTextIsMeasuredInBytes() {
        assertEquals("a", field(() -> read("{'a':'" + "ä".repeat(65) + "'}").text("a", 1, 128)));
        assertEquals(
                128, read("{'a':'" + "ä".repeat(64) + "'}").text("a", 1, 128).getBytes(StandardCharsets.UTF_8).length);
        assertEquals("a", field(() -> read("{'a':''}").text("a", 1, 128)));
    }

    @Test
    void pathsNameWhatIsInside() {
        JsonObject object = read("{'m':[{'p':1},{'p':'x'}],'h':{'a':1},'l':['a',2]}");
        assertEquals("m[1].p", field(() -> object.objects("m", 1, 9).get(1).integer("p", 0, 9)));
        assertEquals("h.a", field(() -> object.textMap("h", 9, 9, 9)));
        assertEquals("l[1]", field(() -> object.texts("l", 1, 9, 9)));
        assertEquals("m", field(() -> object.objects("m", 3, 9)));
        assertEquals("m[0].q", field(() -> object.objects("m", 1, 9).get(0).text("q", 1, 9)));
    }

    @Test
    void anUnknownFieldIsRefused() {
        JsonObject object = read("{'a':1,'b':2}");
        object.integer("a", 0, 9);
        assertEquals("b", field(object::end));
    }

    @Test
    void bytesComeAsTextOrBase64ButNotAsBoth() {
        assertEquals(2, read("{'v_base64':'/wA='}").bytes("v").length);
        assertEquals("v_base64", field(() -> read("{'v':'a','v_base64':'/wA='}").bytes("v")));
        assertEquals("v_base64", field(() -> read("{'v_base64':'?'}").bytes("v")));
        assertEquals("v", field(() -> read("{}").bytes("v")));
    }

    @Test
    void aLongNameIsNotRepeatedInFull() {
        JsonException refused = assertThrows(
                JsonException.class,
                () -> read("{'" + "x".repeat(100_000) + "':1}").end());
        assertTrue(refused.field().length() < 400 && refused.getMessage().length() < 400);
    }

    @Property(tries = 2_000)
    void arbitraryBytesAreReadOrRefused(@ForAll @Size(max = 60) byte[] bytes) {
        try {
            JsonReader.read(bytes).end();
        } catch (JsonException refused) {
            assertTrue(refused.getMessage().length() < 400);
        }
    }

    @Property(tries = 500)
    void whatTheWriterWritesTheReaderReads(@ForAll String text, @ForAll long number, @ForAll byte[] bytes) {
        String wellFormed = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        byte[] written = JsonWriter.object(
                w -> w.text("t", wellFormed).integer("n", number).bytes("b", bytes));
        JsonObject read = JsonReader.read(written);
        assertEquals(wellFormed, read.text("t", 0, Integer.MAX_VALUE));
        assertEquals(number, read.integer("n", Long.MIN_VALUE, Long.MAX_VALUE));
        assertArrayEquals(bytes, read.bytes("b"));
        read.end();
    }
}

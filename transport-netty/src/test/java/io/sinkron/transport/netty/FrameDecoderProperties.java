package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.sinkron.common.Message.Lane;
import io.sinkron.spi.contract.Note;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Frames through the real packer and decoder, cut in every way; and bytes that are no frames. */
class FrameDecoderProperties {
    private static final int LIMIT = 1 << 20;

    @Property(tries = 100)
    void framesComeOutAsTheyWentInHoweverTheyAreCut(
            @ForAll @Size(max = 30) List<@IntRange(max = 70_000) Integer> sizes, @ForAll Random random) {
        List<byte[]> messages = new ArrayList<>();
        for (int size : sizes) {
            byte[] message = new byte[random.nextInt(4) == 0 ? size : size % 200];
            random.nextBytes(message);
            messages.add(message);
        }
        EmbeddedChannel decoder = decoder();
        byte[] wire = pack(messages);
        int at = 0;
        while (at < wire.length) {
            int length = Math.min(wire.length - at, 1 + random.nextInt(random.nextBoolean() ? 5 : 50_000));
            decoder.writeInbound(Unpooled.copiedBuffer(wire, at, length));
            at += length;
        }
        for (byte[] message : messages) {
            Frame frame = decoder.readInbound();
            assertEquals(Frame.MESSAGE, frame.kind());
            byte[] body = new byte[message.length];
            ByteBuffer rest = frame.body();
            assertEquals(Frame.GROUP, rest.get());
            assertEquals(message.length, rest.remaining());
            rest.get(body);
            assertArrayEquals(message, body);
        }
        assertNull(decoder.readInbound());
        decoder.finishAndReleaseAll();
    }

    @Example
    void framesMayBeCutAtEveryByte() {
        byte[] wire = pack(List.of(new byte[] {1, 2, 3}, new byte[0], new byte[300]));
        for (int cut = 0; cut <= wire.length; cut++) {
            EmbeddedChannel decoder = decoder();
            decoder.writeInbound(Unpooled.copiedBuffer(wire, 0, cut));
            decoder.writeInbound(Unpooled.copiedBuffer(wire, cut, wire.length - cut));
            assertEquals(3, decoder.inboundMessages().size(), "cut at " + cut);
            decoder.finishAndReleaseAll();
        }
    }

    @Property(tries = 500)
    void aFlippedBitIsNoticedOrChangesTheLength(
            @ForAll @Size(min = 1, max = 100) byte[] message, @ForAll @IntRange(max = 1_000_000) int bit) {
        byte[] wire = pack(List.of(message));
        int flipped = bit % (wire.length * 8);
        wire[flipped / 8] ^= (byte) (1 << flipped % 8);
        EmbeddedChannel decoder = decoder();
        try {
            decoder.writeInbound(Unpooled.copiedBuffer(wire));
            assertTrue(flipped / 8 < Frame.LENGTH_BYTES, "only a longer length lets the decoder wait");
        } catch (DecoderException e) {
            assertInstanceOf(BadFrameException.class, e.getCause());
        }
        assertNull(decoder.readInbound());
    }

    @Property(tries = 1000)
    void arbitraryBytesGiveNoFrameAndNoOtherException(@ForAll @Size(max = 64) byte[] bytes) {
        EmbeddedChannel decoder = decoder();
        try {
            decoder.writeInbound(Unpooled.copiedBuffer(bytes));
        } catch (DecoderException e) {
            assertInstanceOf(BadFrameException.class, e.getCause());
        }
        assertNull(decoder.readInbound());
    }

    @Example
    void beforeTheHandshakeIsOverFramesAreSmall() {
        byte[] wire = pack(List.of(new byte[Frame.MAX_HANDSHAKE_LENGTH]));
        EmbeddedChannel decoder = new EmbeddedChannel(new FrameDecoder(LIMIT));
        assertThrows(DecoderException.class, () -> decoder.writeInbound(Unpooled.copiedBuffer(wire)));
    }

    @Property(tries = 300)
    void arbitraryHandshakesAreRefusedAsBadFrames(@ForAll @Size(max = 80) byte[] bytes, @ForAll boolean magic) {
        byte[] hello = RawPeer.hello("cluster", "n1", 7, "n2");
        byte[] body = bytes.clone();
        if (magic) {
            System.arraycopy(hello, 0, body, 0, Math.min(body.length, 10));
        }
        byte[] content = new byte[body.length + 1];
        System.arraycopy(body, 0, content, 1, body.length);
        assertThrows(BadFrameException.class, () -> Hello.decode(new Frame(content), 1));
    }

    @Example
    void aHandshakeIsWhatItsDescriptionSays() throws BadFrameException {
        byte[] hello = RawPeer.hello(2, 300, "cluster", "n1", 7, "n2", RawPeer.BULK);
        Hello decoded = Hello.decode(new Frame(prefixed(hello)), 300);
        assertEquals("cluster", decoded.cluster());
        assertEquals("n1", decoded.from().value());
        assertEquals(7, decoded.incarnation());
        assertEquals("n2", decoded.to().value());
        assertEquals(Lane.BULK, decoded.lane());
        assertArrayEquals(hello, decoded.encode(300));
    }

    @Example
    void whatThePackerWritesIsWhatTheDescriptionSays() {
        Note note = Note.of(5, 100);
        assertArrayEquals(RawPeer.message(note), pack(List.of(new Note.Codec(1).encode(note))));
        ByteBuf ping = Frame.control(Unpooled.buffer().alloc(), Frame.PING, new byte[0]);
        byte[] bytes = new byte[ping.readableBytes()];
        ping.readBytes(bytes).release();
        assertArrayEquals(RawPeer.frame(5, new byte[0]), bytes);
    }

    private static EmbeddedChannel decoder() {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        decoder.admitted();
        return new EmbeddedChannel(decoder);
    }

    private static byte[] pack(List<byte[]> messages) {
        EmbeddedChannel channel = new EmbeddedChannel();
        long[] written = new long[1];
        long waiting = messages.stream().mapToLong(message -> message.length).sum();
        Packer packer = new Packer(channel, bytes -> written[0] += bytes, () -> {});
        messages.forEach(message -> packer.add(message, waiting));
        packer.flush();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes).release();
            wire.writeBytes(bytes);
        }
        assertEquals(wire.size(), written[0], "all bytes are accounted for");
        return wire.toByteArray();
    }

    private static byte[] prefixed(byte[] body) {
        byte[] content = new byte[body.length + 1];
        System.arraycopy(body, 0, content, 1, body.length);
        return content;
    }
}

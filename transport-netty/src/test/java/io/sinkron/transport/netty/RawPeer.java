package io.sinkron.transport.netty;

import io.sinkron.spi.contract.Note;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A plain socket that speaks the frames of the transport, or whatever a test wants it to; written from the description, not with the code. */
final class RawPeer implements AutoCloseable {
    static final int CONTROL = 1;
    static final int DATA = 2;
    static final int BULK = 3;

    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final DataInputStream in;

    RawPeer(InetSocketAddress address) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(address, PATIENCE_MILLIS);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    /** A connection that has been admitted as this node. */
    static RawPeer admitted(InetSocketAddress address, String from, long incarnation, String to) throws IOException {
        return admitted(address, from, incarnation, to, DATA);
    }

    /** A connection that has been admitted as this node, for this lane. */
    static RawPeer admitted(InetSocketAddress address, String from, long incarnation, String to, int lane)
            throws IOException {
        RawPeer peer = new RawPeer(address);
        peer.send(frame(1, hello(2, 1, "cluster", from, incarnation, to, lane)));
        int kind = peer.receive()[0];
        if (kind != 2) {
            throw new AssertionError("the answer to the handshake is of kind " + kind);
        }
        return peer;
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void sendByteByByte(byte[] bytes) throws IOException {
        for (byte b : bytes) {
            out.write(b);
            out.flush();
        }
    }

    /** Kind and body of the next frame, its checksum verified. */
    byte[] receive() throws IOException {
        int length = in.readInt();
        int checksum = in.readInt();
        byte[] content = in.readNBytes(length - 4);
        CRC32C crc = new CRC32C();
        crc.update(content);
        if ((int) crc.getValue() != checksum) {
            throw new AssertionError("the checksum of a received frame is wrong");
        }
        return content;
    }

    /** The reason of a refusal, which must be the next frame and the last. */
    String refusal() throws IOException {
        byte[] content = receive();
        if (content[0] != 3) {
            throw new AssertionError("a frame of kind " + content[0] + " where a refusal was expected");
        }
        if (!isClosed()) {
            throw new AssertionError("the connection is open after the refusal");
        }
        return new String(content, 1, content.length - 1, StandardCharsets.UTF_8);
    }

    /** Waits until the other end closes, throwing away what it sends before; false if it doesn't. */
    boolean isClosed() throws IOException {
        try {
            while (in.read() >= 0) {
                // What was sent before is of no interest.
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException | EOFException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static byte[] frame(int kind, byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(kind);
        crc.update(body);
        return ByteBuffer.allocate(9 + body.length)
                .putInt(5 + body.length)
                .putInt((int) crc.getValue())
                .put((byte) kind)
                .put(body)
                .array();
    }

    static byte[] length(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    static byte[] message(Note note) {
        byte[] encoded = new Note.Codec(1).encode(note);
        return frame(
                4,
                ByteBuffer.allocate(1 + encoded.length)
                        .put((byte) 0)
                        .put(encoded)
                        .array());
    }

    static byte[] hello(String cluster, String from, long incarnation, String to) {
        return hello(2, 1, cluster, from, incarnation, to);
    }

    static byte[] hello(int framing, int codec, String cluster, String from, long incarnation, String to) {
        return hello(framing, codec, cluster, from, incarnation, to, DATA);
    }

    static byte[] hello(int framing, int codec, String cluster, String from, long incarnation, String to, int lane) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("SINKRON\0".getBytes(StandardCharsets.US_ASCII));
        varint(out, framing);
        varint(out, codec);
        text(out, cluster);
        text(out, from);
        varint(out, incarnation);
        text(out, to);
        varint(out, lane);
        return out.toByteArray();
    }

    /** The handshake as it was before there were lanes. */
    static byte[] helloOfVersion1(String cluster, String from, long incarnation, String to) {
        byte[] now = hello(1, 1, cluster, from, incarnation, to, DATA);
        return Arrays.copyOf(now, now.length - 1);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        varint(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >= 128) {
            out.write((int) (rest & 127 | 128));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}

package io.sinkron.transport.netty;

import io.sinkron.spi.MalformedMessageException;
import io.sinkron.spi.contract.Note;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A plain listening socket that takes a transport's connections and reads of them as little as a test wants it to. */
final class RawServer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final ServerSocket server;
    private final List<Incoming> unclaimed = new ArrayList<>();
    private final List<Incoming> all = new ArrayList<>();

    RawServer() throws IOException {
        server = new ServerSocket();
        server.setReceiveBufferSize(4096);
        server.setSoTimeout(PATIENCE_MILLIS);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** The next connection whose handshake names this lane, as {@link RawPeer} numbers them; others are kept for later. */
    Incoming accept(int lane) throws IOException {
        while (true) {
            for (Iterator<Incoming> each = unclaimed.iterator(); each.hasNext(); ) {
                Incoming incoming = each.next();
                if (incoming.lane == lane) {
                    each.remove();
                    return incoming;
                }
            }
            Incoming incoming = new Incoming(server.accept());
            all.add(incoming);
            unclaimed.add(incoming);
        }
    }

    /** How many connections have come in. */
    int accepted() {
        return all.size();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Incoming incoming : all) {
            incoming.socket.close();
        }
    }

    /** A connection whose handshake has been read, and not answered yet. */
    static final class Incoming {
        final Socket socket;
        final byte[] hello;
        final int lane;
        private final DataInputStream in;

        private Incoming(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new DataInputStream(socket.getInputStream());
            hello = frame();
            lane = hello[hello.length - 1];
        }

        /** Answers the handshake, or whatever else. */
        void answer(byte[] frame) throws IOException {
            socket.getOutputStream().write(frame);
            socket.getOutputStream().flush();
        }

        /** Answers the handshake as this node of the tests' cluster. */
        void welcome(String self, String peer) throws IOException {
            answer(RawPeer.frame(2, RawPeer.hello(2, 1, "cluster", self, 1, peer, lane)));
        }

        /** The next message; answers the questions for signs of life before it. */
        Note note() throws IOException {
            while (true) {
                byte[] content = frame();
                if (content[0] == 5) {
                    answer(RawPeer.frame(6, new byte[0]));
                } else {
                    ByteBuffer body = ByteBuffer.wrap(content, 2, content.length - 2);
                    try {
                        return (Note) new Note.Codec(1).decode(body);
                    } catch (MalformedMessageException e) {
                        throw new IOException("not a note", e);
                    }
                }
            }
        }

        /** Waits until the other end hangs up, whatever it says before; false if it doesn't. */
        boolean isClosed() throws IOException {
            try {
                while (in.read() >= 0) {
                    // What was said before is of no interest.
                }
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            } catch (SocketException e) {
                return true;
            }
        }

        private byte[] frame() throws IOException {
            byte[] rest = new byte[in.readInt()];
            in.readFully(rest);
            byte[] content = new byte[rest.length - 4];
            System.arraycopy(rest, 4, content, 0, content.length);
            return content;
        }
    }
}

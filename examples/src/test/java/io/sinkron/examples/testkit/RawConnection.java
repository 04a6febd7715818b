package io.sinkron.examples.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A socket that says exactly what it is told and reads HTTP answers. Not thread-safe. */
public final class RawConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    /** Connects to a port of this machine. */
    public RawConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    /** Sends a text as UTF-8. */
    public RawConnection send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Sends a request with a body. */
    public RawConnection send(String method, String target, String body) throws IOException {
        return send(method + " " + target + " HTTP/1.1\r\nHost: test\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    /** Says that nothing more will be sent. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with a reset instead of an end. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads an answer; interim ones are passed over. */
    public Answer read() throws IOException {
        Answer answer = readOne(true);
        while (answer.status() < 200) {
            answer = readOne(true);
        }
        return answer;
    }

    /** Reads an answer, which may be an interim one. */
    public Answer readOne(boolean hasBody) throws IOException {
        String first = line();
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        int status = Integer.parseInt(first.substring(9, 12));
        int size = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        byte[] body = hasBody ? in.readNBytes(size) : new byte[0];
        return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    /** Whether the server has closed the connection, waiting for it. */
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** An answer. */
    public record Answer(int status, Map<String, String> headers, String body) {}
}

package io.sinkron.transport.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.common.NodeId;
import io.sinkron.spi.contract.Note;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in with which certificate. */
class TlsTest {
    @TempDir
    static Path directory;

    private static Certificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(directory);
        certificates.authority("ours");
        certificates.authority("theirs");
        certificates.node("n1", "CN=n1,O=Test", "ours");
        certificates.node("n2", "CN=server 17,O=CN\\=n1", "ours", "-ext", "san=dns:n2,dns:n2.example");
        certificates.node("n3", "CN=n3", "ours");
        certificates.node("n2-of-theirs", "CN=n2", "theirs");
    }

    @Test
    void nodesNamedByTheirCertificatesTalk() throws Exception {
        try (Node one = start("n1", "n1");
                Node two = start("n2", "n2")) {
            Node.join(one, two);
            for (int size : new int[] {0, 1000, 1_000_000}) {
                one.send(two, Note.of(size, size));
                assertEquals(Note.of(size, size), two.next());
                two.send(one, Note.of(size, size));
                assertEquals(Note.of(size, size), one.next());
            }
        }
    }

    @Test
    void aNodeWithAnotherNodesCertificateIsNotAdmittedAndNotSpokenTo() throws Exception {
        try (Node one = start("n1", "n1");
                Node liar = start("n2", "n3")) {
            one.transport.connect(liar.id, liar.transport.localAddress());
            liar.transport.connect(one.id, one.transport.localAddress());
            Node.await("its connection is refused", () -> one.transport.stats().refused() >= 2);
            sendBothWays(one, liar);
            assertEquals(0, one.transport.stats().connectedOut());
        }
    }

    @Test
    void aNodeOfAnotherAuthorityIsNotAdmittedAndNotSpokenTo() throws Exception {
        NettyTransportOptions options = Node.options().withTls(certificates.options("n2-of-theirs", "theirs"));
        try (Node one = start("n1", "n1");
                Node stranger = Node.start("n2", options)) {
            one.transport.connect(stranger.id, stranger.transport.localAddress());
            stranger.transport.connect(one.id, one.transport.localAddress());
            Node.await(
                    "the handshake has failed at both",
                    () -> one.transport.stats().badInput() >= 2
                            && stranger.transport.stats().badInput() >= 2);
            sendBothWays(one, stranger);
        }
    }

    @Test
    void aNodeWithoutTlsIsCutOff() throws Exception {
        try (Node one = start("n1", "n1");
                Node plain = Node.start("n2")) {
            one.transport.connect(plain.id, plain.transport.localAddress());
            plain.transport.connect(one.id, one.transport.localAddress());
            Node.await("it was cut off", () -> one.transport.stats().badInput() >= 2);
            Node.await("what it got was no frame", () -> plain.transport.stats().badInput() >= 1);
            sendBothWays(one, plain);
        }
    }

    @Test
    void aClientWithoutACertificateIsCutOff() throws Exception {
        try (Node one = start("n1", "n1")) {
            one.transport.connect(NodeId.of("n3"), new InetSocketAddress("127.0.0.1", 1));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustsAll()}, null);
            InetSocketAddress address = one.transport.localAddress();
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
                socket.setSoTimeout(10_000);
                assertThrows(IOException.class, () -> {
                    socket.startHandshake();
                    socket.getOutputStream().write(RawPeer.frame(1, RawPeer.hello("cluster", "n3", 1, "n1")));
                    if (socket.getInputStream().read() < 0) {
                        throw new IOException("closed");
                    }
                });
            }
            assertEquals(0, one.transport.stats().connectedIn());
        }
    }

    @Test
    void filesThatAreMissingOrWrongAreNamed() throws Exception {
        TlsOptions good = certificates.options("n1", "ours");
        Path missing = directory.resolve("missing.pem");
        Path wrong = Files.writeString(directory.resolve("wrong.pem"), "not a key");
        for (TlsOptions bad : new TlsOptions[] {
            new TlsOptions(missing, good.key(), good.authority()),
            new TlsOptions(good.certificate(), wrong, good.authority()),
            new TlsOptions(good.certificate(), good.key(), wrong)
        }) {
            IOException e = assertThrows(
                    IOException.class, () -> Node.start("n1", Node.options().withTls(bad)));
            assertTrue(e.getMessage().contains(bad.toString()), e.getMessage());
        }
    }

    private static Node start(String id, String certificate) throws Exception {
        return Node.start(id, Node.options().withTls(certificates.options(certificate, "ours")));
    }

    private static void sendBothWays(Node one, Node other) {
        for (int i = 0; i < 10; i++) {
            one.send(other, Note.of(i, 10));
            other.send(one, Note.of(i, 10));
        }
        assertEquals(
                0, one.transport.stats().connectedIn() + other.transport.stats().connectedIn());
        assertTrue(one.arrivals.isEmpty() && other.arrivals.isEmpty());
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

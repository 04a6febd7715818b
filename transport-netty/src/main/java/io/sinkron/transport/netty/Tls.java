package io.sinkron.transport.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.sinkron.common.NodeId;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Mutual TLS 1.2 and 1.3: who a connection's other end has proved to be. Thread-safe. */
final class Tls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final int DNS_NAME = 2;

    private final SslContext server;
    private final SslContext client;

    private Tls(SslContext server, SslContext client) {
        this.server = server;
        this.client = client;
    }

    /** @throws IOException if a file can't be read or doesn't hold what it should; the message names all three, never their content */
    static Tls load(TlsOptions options) throws IOException {
        try {
            SslContext server = SslContextBuilder.forServer(
                            options.certificate().toFile(), options.key().toFile())
                    .trustManager(options.authority().toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols(PROTOCOLS)
                    .build();
            // Nodes are named by their ids, not by their hosts: the name in the certificate is compared with the id
            // instead.
            SslContext client = SslContextBuilder.forClient()
                    .keyManager(options.certificate().toFile(), options.key().toFile())
                    .trustManager(options.authority().toFile())
                    .endpointIdentificationAlgorithm(null)
                    .protocols(PROTOCOLS)
                    .build();
            return new Tls(server, client);
        } catch (IllegalArgumentException | IOException e) {
            throw new IOException("TLS cannot be set up from " + options, e);
        }
    }

    SslHandler server(ByteBufAllocator allocator) {
        return server.newHandler(allocator);
    }

    SslHandler client(ByteBufAllocator allocator) {
        return client.newHandler(allocator);
    }

    /** Whether the other end's certificate, verified by the handshake, names this node. */
    static boolean names(SslHandler handler, NodeId node) {
        try {
            Certificate[] chain = handler.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate && names(certificate, node);
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    private static boolean names(X509Certificate certificate, NodeId node) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> name : alternatives) {
                    if (Integer.valueOf(DNS_NAME).equals(name.get(0))
                            && node.value().equals(name.get(1))) {
                        return true;
                    }
                }
            }
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN") && node.value().equals(part.getValue())) {
                    return true;
                }
            }
            return false;
        } catch (CertificateParsingException | InvalidNameException e) {
            return false;
        }
    }
}

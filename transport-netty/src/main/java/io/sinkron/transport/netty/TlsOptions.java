package io.sinkron.transport.netty;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The files of mutual TLS, all in PEM. A peer is admitted only with a certificate that the authority has signed and that names the node that
 * it claims to be, as a DNS subject alternative name or as the subject's common name. Immutable.
 *
 * @param certificate this node's certificate, with the intermediate ones behind it
 * @param key its private key, PKCS#8 and not encrypted; only the node should be able to read the file
 * @param authority the certificates of the authorities whose signatures count
 */
public record TlsOptions(Path certificate, Path key, Path authority) {
    /** Rejects missing parts. */
    public TlsOptions {
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(authority, "authority");
    }
}

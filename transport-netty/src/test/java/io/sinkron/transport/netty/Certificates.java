package io.sinkron.transport.netty;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes authorities and certificates with the JDK's own keytool, and PEM files of them. */
final class Certificates {
    private static final String PASSWORD = "not-a-secret";

    private final Path directory;
    private final Path store;

    Certificates(Path directory) {
        this.directory = directory;
        store = directory.resolve("all.p12");
    }

    void authority(String name) throws IOException, InterruptedException {
        generate(name, "CN=" + name, "-ext", "bc:c");
    }

    void node(String alias, String subject, String authority, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("-signer", authority));
        arguments.addAll(Arrays.asList(more));
        generate(alias, subject, arguments.toArray(new String[0]));
    }

    /** PEM files with this certificate, its key, and the authority to be trusted. */
    TlsOptions options(String alias, String authority) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        byte[] key = keys.getKey(alias, PASSWORD.toCharArray()).getEncoded();
        return new TlsOptions(
                pem(alias + ".crt", "CERTIFICATE", keys.getCertificate(alias)),
                pem(alias + ".key", "PRIVATE KEY", key),
                pem(authority + ".crt", "CERTIFICATE", keys.getCertificate(authority)));
    }

    private Path pem(String file, String type, Certificate certificate) throws IOException, GeneralSecurityException {
        return pem(file, type, certificate.getEncoded());
    }

    private Path pem(String file, String type, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                directory.resolve(file), "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }

    private void generate(String alias, String subject, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-alias",
                alias,
                "-dname",
                subject));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool failed: " + Files.readString(directory.resolve("keytool.log")));
        }
    }
}

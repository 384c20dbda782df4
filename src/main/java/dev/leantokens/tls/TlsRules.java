package dev.leantokens.tls;

import static dev.leantokens.settings.SettingRule.require;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.leantokens.file.FileWatch;
import dev.leantokens.settings.IntactText;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PfxOptions;

/** What must hold for the settings of one side: which go together, and that the files are what they are said to be. */
final class TlsRules {

    private static final Pattern PEM_CERTIFICATE = Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----",
            Pattern.DOTALL);

    private final TlsSettings settings;
    private final String certificate;
    private final String key;
    private final String keyStore;
    private final String keyStorePassword;
    private final String ca;

    private TlsRules(TlsSettings settings) {
        this.settings = settings;
        TlsBucket side = settings.side();
        this.certificate = TlsBucket.variable(side.property("certificate"));
        this.key = TlsBucket.variable(side.property("key"));
        this.keyStore = TlsBucket.variable(side.property("key-store"));
        this.keyStorePassword = TlsBucket.variable(side.property("key-store-password"));
        this.ca = TlsBucket.variable(side.ca());
    }

    /** @throws ConfigurationException if they do not; the message is for an operator, names the variable and has no secret */
    static void check(TlsSettings settings) {
        TlsRules rules = new TlsRules(settings);
        rules.checkCombination();
        rules.checkFiles();
    }

    private void checkCombination() {
        boolean pem = settings.certificate().isPresent() || settings.key().isPresent();
        boolean store = settings.keyStore().isPresent();
        require(!(pem && store), keyStore + " is set as well as " + certificate + " or " + key + ", set one or the other");
        require(settings.certificate().isPresent() == settings.key().isPresent(), settings.key().isPresent()
                ? key + " is set without " + certificate
                : certificate + " is set without " + key);
        require(store == settings.keyStorePassword().isPresent(), store ? keyStore + " is set without " + keyStorePassword
                : keyStorePassword + " is set without " + keyStore);
        require(settings.side() != TlsBucket.CALLERS || settings.ca().isEmpty() || pem || store,
                ca + " is set without " + certificate + " or " + keyStore
                        + ", but callers are asked for a certificate by TLS only");
    }

    private void checkFiles() {
        settings.certificate().ifPresent(file -> checkPem(file, settings.key().orElseThrow()));
        settings.keyStore().ifPresent(this::checkKeyStore);
        settings.ca().ifPresent(file -> {
            Buffer pem = read(ca, file);
            checkCertificates(ca, file, pem);
        });
    }

    private void checkPem(String certificateFile, String keyFile) {
        Buffer certificates = read(certificate, certificateFile);
        Buffer secret = read(key, keyFile);
        checkCertificates(certificate, certificateFile, certificates);
        KeyCertOptions pair = new PemKeyCertOptions().addCertValue(certificates).addKeyValue(secret);
        attempt(() -> pair.getKeyManagerFactory(null),
                key + ": " + keyFile + " has no private key in PEM (PKCS#8 or PKCS#1, not encrypted) of the kind that the "
                        + "certificate is for");
        attempt(() -> KeyPairs.of(pair),
                key + ": the key in " + keyFile + " does not belong to the certificate in " + certificateFile);
    }

    private void checkKeyStore(String file) {
        Buffer content = read(keyStore, file);
        KeyCertOptions store = new PfxOptions().setValue(content).setPassword(settings.keyStorePassword().orElseThrow());
        attempt(() -> store.getKeyManagerFactory(null),
                keyStore + ": " + file + " is no PKCS#12 key store, or " + keyStorePassword + " is wrong");
        String otherwise = keyStore + ": " + file + " has no key with a certificate that it belongs to";
        require(!attempt(() -> KeyPairs.of(store), otherwise).isEmpty(), otherwise);
    }

    /**
     * A PEM file may contain other blocks beside certificates, such as their key: Java's own reader fails there.
     */
    private static void checkCertificates(String variable, String file, Buffer pem) {
        String otherwise = variable + ": " + file + " has no certificates in PEM";
        List<String> certificates = PEM_CERTIFICATE.matcher(pem.toString()).results().map(MatchResult::group).toList();
        require(!certificates.isEmpty(), otherwise);
        certificates.forEach(text -> attempt(() -> CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))), otherwise));
    }

    private static Buffer read(String variable, String file) {
        try {
            byte[] content = FileWatch.readBytes(Path.of(file));
            // Quarkus reads the file by itself, so the mark cannot be dropped here.
            require(!IntactText.startsWithByteOrderMark(content),
                    variable + ": " + file + " starts with a byte order mark: save it without");
            return Buffer.buffer(content);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationException(variable + ": " + file + " cannot be read: " + e);
        }
    }

    /** By what Quarkus' registry will read by; Vert.x has no part in it where the content is given. */
    private static <T> T attempt(Callable<T> reading, String otherwise) {
        try {
            return reading.call();
        } catch (Exception e) {
            // Without the exception: it may quote what it cannot read.
            throw new ConfigurationException(otherwise);
        }
    }
}

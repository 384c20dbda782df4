package dev.leantokens.tls;

import static dev.leantokens.settings.SettingRule.require;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
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

/** Checks the short settings of a bucket: their combination, and the content of their files. */
final class TlsRules {

    private static final String PEM_BEGIN = "-----BEGIN ";
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
        TlsBucket bucket = settings.bucket();
        this.certificate = TlsBucket.variable(bucket.property("certificate"));
        this.key = TlsBucket.variable(bucket.property("key"));
        this.keyStore = TlsBucket.variable(bucket.property("key-store"));
        this.keyStorePassword = TlsBucket.variable(bucket.property("key-store-password"));
        this.ca = TlsBucket.variable(bucket.caProperty());
    }

    /**
     * @throws ConfigurationException if they are invalid; the message is for an operator, names the variable and has no secret
     */
    static void check(TlsSettings settings) {
        TlsRules rules = new TlsRules(settings);
        rules.checkCombination();
        rules.checkFiles();
    }

    private void checkCombination() {
        boolean pem = settings.certificate().isPresent() || settings.key().isPresent();
        boolean store = settings.keyStore().isPresent();
        require(!(pem && store), keyStore + " is set as well as " + certificate + " or " + key + "; set one or the other");
        require(settings.certificate().isPresent() == settings.key().isPresent(), settings.key().isPresent()
                ? key + " is set without " + certificate
                : certificate + " is set without " + key);
        require(store == settings.keyStorePassword().isPresent(), store ? keyStore + " is set without " + keyStorePassword
                : keyStorePassword + " is set without " + keyStore);
        require(settings.bucket() != TlsBucket.CALLERS || settings.ca().isEmpty() || pem || store,
                ca + " is set without " + certificate + " or " + keyStore
                        + ", but callers can present certificates over TLS only");
    }

    private void checkFiles() {
        settings.certificate().ifPresent(file -> checkPem(file, settings.key().orElseThrow()));
        settings.keyStore().ifPresent(this::checkKeyStore);
        settings.ca().ifPresent(file -> checkCertificates(ca, file, read(ca, file)));
    }

    private void checkPem(String certificateFile, String keyFile) {
        Buffer certificates = read(certificate, certificateFile);
        Buffer privateKey = read(key, keyFile);
        checkCertificates(certificate, certificateFile, certificates);
        KeyCertOptions pair = new PemKeyCertOptions().addCertValue(certificates).addKeyValue(privateKey);
        attempt(() -> pair.getKeyManagerFactory(null),
                key + ": " + keyFile + " has no private key in PEM (PKCS#8 or PKCS#1, not encrypted) of the "
                        + "certificate's algorithm");
        attempt(() -> KeyPairs.verify(pair),
                key + ": the key in " + keyFile + " does not belong to the certificate in " + certificateFile);
    }

    private void checkKeyStore(String file) {
        Buffer content = read(keyStore, file);
        KeyCertOptions store = new PfxOptions().setValue(content).setPassword(settings.keyStorePassword().orElseThrow());
        attempt(() -> store.getKeyManagerFactory(null),
                keyStore + ": " + file + " is not a PKCS#12 key store, or " + keyStorePassword + " is wrong");
        String message = keyStore + ": " + file + " has no key with a certificate that it belongs to";
        require(!attempt(() -> KeyPairs.verify(store), message).isEmpty(), message);
    }

    /** A PEM file may have other blocks beside certificates, such as their key. Java's own reader rejects those. */
    private static void checkCertificates(String variable, String file, Buffer pem) {
        String message = variable + ": " + file + " has no certificates in PEM";
        List<String> certificates = PEM_CERTIFICATE.matcher(pem.toString()).results().map(MatchResult::group).toList();
        require(!certificates.isEmpty(), message);
        certificates.forEach(text -> attempt(() -> CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))), message));
    }

    private static Buffer read(String variable, String file) {
        // The other messages quote the path, which must not be a key.
        require(!file.contains(PEM_BEGIN), variable + " must be the path of a file, not its content");
        try {
            Buffer content = Buffer.buffer(FileWatch.readBytes(Path.of(file)));
            // Quarkus reads the file itself, so the mark cannot be removed here.
            require(!IntactText.startsWithByteOrderMark(content.toString()),
                    variable + ": " + file + " starts with a byte order mark: save it without one");
            return content;
        } catch (IOException e) {
            throw new ConfigurationException(FileWatch.describe(variable, Path.of(file), e));
        } catch (InvalidPathException e) {
            throw new ConfigurationException(variable + " must be the path of a file");
        }
    }

    /** @param message replaces the reader's own, which may quote the content */
    private static <T> T attempt(Callable<T> read, String message) {
        try {
            return read.call();
        } catch (Exception e) {
            throw new ConfigurationException(message);
        }
    }
}

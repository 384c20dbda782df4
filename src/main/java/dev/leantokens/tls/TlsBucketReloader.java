package dev.leantokens.tls;

import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.net.KeyCertOptions;

/**
 * Reloads a bucket of Quarkus' TLS registry when its files change: certificates, keys and authorities, all or none. Not
 * thread-safe, except {@link #validity()}.
 */
final class TlsBucketReloader {

    /** The files as they are now, independent of what the bucket has loaded. */
    interface Files {

        /** @return a text that changes with the content of any file */
        String fingerprint();

        /**
         * @return the keys with their certificates; empty if the bucket has none
         * @throws Exception if a file cannot be loaded; the message is for an operator
         */
        Optional<KeyCertOptions> load() throws Exception;
    }

    private static final Logger LOG = Logger.getLogger(TlsBucketReloader.class);

    /** How long before its expiry a certificate should have been replaced. */
    private static final Duration EXPIRY_NOTICE = Duration.ofDays(7);
    private static final Duration REMINDER_INTERVAL = Duration.ofDays(1);

    private final String name;
    private final TlsConfiguration bucket;
    private final Files files;
    private final Clock clock;
    private final Runnable onReload;

    private String fingerprint;
    /** What is wrong with the current files, to be logged if they do not change soon: an update may be under way. */
    private Optional<String> problem = Optional.empty();
    private volatile List<X509Certificate> certificates = List.of();
    private Instant lastReminder = Instant.MIN;

    /** @param onReload applies the reloaded bucket to all its users */
    TlsBucketReloader(String name, TlsConfiguration bucket, Files files, Clock clock, Runnable onReload) {
        this.name = name;
        this.bucket = bucket;
        this.files = files;
        this.clock = clock;
        this.onReload = onReload;
    }

    /**
     * Logs how long the current certificates are valid.
     *
     * @throws ConfigurationException if a key does not belong to its certificate
     */
    void start() {
        fingerprint = files.fingerprint();
        try {
            certificates = loadedCertificates();
        } catch (Exception e) {
            throw new ConfigurationException("a key of the TLS configuration " + name + " does not belong to its certificate",
                    e);
        }
        logCertificates("presents");
        remindOfExpiry();
    }

    /** Reloads the bucket if its files have changed. */
    void poll() {
        String current = files.fingerprint();
        if (!current.equals(fingerprint)) {
            fingerprint = current;
            problem = reload();
        } else if (problem.isPresent()) {
            LOG.error("Failed to reload the TLS configuration " + name + ", keeping the current one: " + problem.get());
            problem = Optional.empty();
        }
        remindOfExpiry();
    }

    /** @return how long the current certificates are valid, negative after the first expiry; empty without certificates */
    Optional<Duration> validity() {
        return certificates.stream().map(certificate -> certificate.getNotAfter().toInstant()).min(Comparator.naturalOrder())
                .map(end -> Duration.between(clock.instant(), end));
    }

    /** @return what is wrong with the files; empty if they have been loaded, or have changed again meanwhile */
    private Optional<String> reload() {
        try {
            // Before the bucket loads them: a connection to Lean that is opened meanwhile uses what the bucket has.
            verifyFiles();
            if (!bucket.reload()) {
                throw new IllegalStateException("they can no longer be loaded");
            }
            if (!files.fingerprint().equals(fingerprint)) {
                // The bucket may have loaded a mixture of old and new files: the next poll loads all again.
                fingerprint = null;
                return Optional.empty();
            }
            certificates = loadedCertificates();
            onReload.run();
        } catch (Exception e) {
            // Quarkus' message has the name of the file, and its cause what is wrong with it.
            return Optional.of(e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
        }
        lastReminder = Instant.MIN;
        logCertificates("now presents");
        if (certificates.isEmpty()) {
            LOG.info("The TLS configuration " + name + " has new authorities");
        }
        return Optional.empty();
    }

    private void verifyFiles() throws Exception {
        Optional<KeyCertOptions> keys = files.load();
        if (keys.isPresent()) {
            for (X509Certificate certificate : KeyPairs.verify(keys.get())) {
                if (certificate.getNotAfter().toInstant().isBefore(clock.instant())) {
                    throw new CertificateExpiredException("a certificate has expired already");
                }
            }
        }
    }

    private List<X509Certificate> loadedCertificates() throws Exception {
        KeyCertOptions keys = bucket.getKeyStoreOptions();
        return keys == null ? List.of() : KeyPairs.verify(keys);
    }

    private void logCertificates(String verb) {
        certificates.forEach(certificate -> LOG.info("The TLS configuration " + name + " " + verb + " the certificate of "
                + certificate.getSubjectX500Principal() + ", valid until " + certificate.getNotAfter().toInstant()));
    }

    private void remindOfExpiry() {
        Instant now = clock.instant();
        if (!now.isBefore(lastReminder.plus(REMINDER_INTERVAL))) {
            for (X509Certificate certificate : certificates) {
                Instant end = certificate.getNotAfter().toInstant();
                if (end.isBefore(now.plus(EXPIRY_NOTICE))) {
                    lastReminder = now;
                    boolean expired = end.isBefore(now);
                    LOG.log(expired ? Level.ERROR : Level.WARN, "The certificate of " + certificate.getSubjectX500Principal()
                            + " in the TLS configuration " + name + (expired ? " has expired at " : " expires at ") + end);
                }
            }
        }
    }
}

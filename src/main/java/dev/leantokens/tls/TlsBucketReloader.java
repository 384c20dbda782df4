package dev.leantokens.tls;

import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.net.KeyCertOptions;

/**
 * Takes over the certificates, keys and authorities of one bucket of Quarkus' TLS registry when their files change, all of them
 * or none. To be called by one thread at a time.
 */
final class TlsBucketReloader {

    /** From the files as they are now; what is in force knows nothing of it. */
    interface Files {

        String fingerprint();

        /**
         * @return certificates and keys, if the bucket has any
         * @throws Exception if anything in the files is wrong; the message is for an operator
         */
        Optional<KeyCertOptions> load() throws Exception;
    }

    private static final Logger LOG = Logger.getLogger(TlsBucketReloader.class);

    /** How long before its end a certificate should have been replaced. */
    private static final Duration NOTICE = Duration.ofDays(7);
    private static final Duration REMINDER = Duration.ofDays(1);

    private final String name;
    private final TlsConfiguration bucket;
    private final Files files;
    private final Clock clock;
    private final Runnable takeOver;

    private String seen;
    /** What is wrong with the files that were seen last, and has not been said yet: they may be in the middle of a change. */
    private Optional<String> wrong = Optional.empty();
    private volatile List<X509Certificate> certificates = List.of();
    private Instant reminded = Instant.MIN;

    /** @param takeOver has everyone who uses the bucket take over what is in it */
    TlsBucketReloader(String name, TlsConfiguration bucket, Files files, Clock clock, Runnable takeOver) {
        this.name = name;
        this.bucket = bucket;
        this.files = files;
        this.clock = clock;
        this.takeOver = takeOver;
    }

    /**
     * Says until when the certificates are valid that are in force.
     *
     * @throws ConfigurationException if a key does not belong to its certificate
     */
    void begin() {
        seen = files.fingerprint();
        try {
            certificates = certificatesInForce();
        } catch (Exception e) {
            throw new ConfigurationException("a key of the TLS configuration " + name + " does not belong to its certificate",
                    e);
        }
        say("is shown");
        remind();
    }

    /** Looks whether the files have changed, and if so takes them over. */
    void look() {
        String now = files.fingerprint();
        if (!now.equals(seen)) {
            seen = now;
            wrong = change(now);
        } else if (wrong.isPresent()) {
            LOG.error("The TLS configuration " + name + " cannot be taken over from its files, what was in force stays so: "
                    + wrong.get());
            wrong = Optional.empty();
        }
        remind();
    }

    /** @return for how long the certificates in force are valid, negative if one has expired; empty if there are none */
    Optional<Duration> validity() {
        return certificates.stream().map(certificate -> certificate.getNotAfter().toInstant()).min(Comparator.naturalOrder())
                .map(end -> Duration.between(clock.instant(), end));
    }

    /** @return what is wrong */
    private Optional<String> change(String fingerprint) {
        // Before the bucket knows of them: whoever opens a connection to Lean in this moment takes what is in it.
        Optional<String> unreadable = attempt(() -> {
            Optional<KeyCertOptions> keys = files.load();
            for (X509Certificate certificate : keys.isEmpty() ? List.<X509Certificate> of() : KeyPairs.of(keys.get())) {
                if (certificate.getNotAfter().toInstant().isBefore(clock.instant())) {
                    throw new CertificateExpiredException("a certificate has expired already");
                }
            }
            return null;
        });
        if (unreadable.isPresent()) {
            return unreadable;
        }
        return attempt(() -> {
            if (!bucket.reload()) {
                throw new IllegalStateException("they can no longer be loaded");
            }
            if (!files.fingerprint().equals(fingerprint)) {
                // They have changed meanwhile, and what has been loaded may be a part of each; the next look is for all.
                seen = null;
                return null;
            }
            certificates = certificatesInForce();
            takeOver.run();
            reminded = Instant.MIN;
            say("is shown from now on");
            if (certificates.isEmpty()) {
                LOG.info("The TLS configuration " + name + " has new authorities");
            }
            return null;
        });
    }

    private List<X509Certificate> certificatesInForce() throws Exception {
        KeyCertOptions keys = bucket.getKeyStoreOptions();
        return keys == null ? List.of() : KeyPairs.of(keys);
    }

    private static Optional<String> attempt(Callable<?> step) {
        try {
            step.call();
            return Optional.empty();
        } catch (Exception e) {
            // Quarkus names what it cannot read, and has what is wrong with it as the cause.
            return Optional.of(e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
        }
    }

    private void say(String what) {
        certificates.forEach(certificate -> LOG.info("The certificate of " + certificate.getSubjectX500Principal() + " " + what
                + ", by the TLS configuration " + name + "; it is valid until " + certificate.getNotAfter().toInstant()));
    }

    private void remind() {
        Instant now = clock.instant();
        if (!now.isBefore(reminded.plus(REMINDER))) {
            for (X509Certificate certificate : certificates) {
                Instant end = certificate.getNotAfter().toInstant();
                if (end.isBefore(now.plus(NOTICE))) {
                    reminded = now;
                    boolean expired = end.isBefore(now);
                    LOG.log(expired ? Level.ERROR : Level.WARN, "The certificate of " + certificate.getSubjectX500Principal()
                            + " in the TLS configuration " + name + (expired ? " has expired at " : " expires at ") + end);
                }
            }
        }
    }
}

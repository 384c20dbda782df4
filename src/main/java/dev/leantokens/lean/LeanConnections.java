package dev.leantokens.lean;

import static dev.leantokens.settings.SettingRule.require;

import java.io.IOException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeSet;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;

/**
 * The connections to Lean. When a certificate or an authority is exchanged, there is a new REST client, so that each connection
 * has shown the certificate that it is known by; what is under way with the one before is brought to an end there. Thread-safe.
 */
@ApplicationScoped
public class LeanConnections {

    /** The name that Quarkus' TLS registry knows the certificates by that are for Lean: {@code quarkus.tls.lean.*}. */
    static final String TLS_CONFIGURATION = "lean";

    private static final Logger LOG = Logger.getLogger(LeanConnections.class);

    private final LeanApiFactory factory;
    private final LeanConfig config;
    private final Vertx vertx;
    private volatile LeanConnection current;

    LeanConnections(LeanApiFactory factory, LeanConfig config, TlsConfigurationRegistry registry, Vertx vertx) {
        this.factory = factory;
        this.config = config;
        this.vertx = vertx;
        this.current = connection(registry.get(TLS_CONFIGURATION));
    }

    /** @throws ConfigurationException if the settings for TLS contradict others; the message is for an operator */
    void start(@Observes StartupEvent event, LeanAccount account, TlsConfigurationRegistry registry) {
        check(account, registry.get(TLS_CONFIGURATION));
    }

    LeanConnection current() {
        return current;
    }

    private void check(LeanAccount account, Optional<TlsConfiguration> tls) {
        require(tls.isEmpty() || account.isEncrypted(), "there are settings of TLS for Lean, but LEAN_URL is plain http");
        require(config.clientAuthentication() != ClientAuthenticationMethod.TLS_CLIENT_AUTH || !current.certificate().isEmpty(),
                "LEAN_CLIENT_AUTHENTICATION=tls-client-auth needs LEAN_TLS_CERTIFICATE and LEAN_TLS_KEY, or LEAN_TLS_KEY_STORE");
        require(tls.filter(TlsConfiguration::isTrustAll).isEmpty(),
                "quarkus.tls.lean.trust-all is set: secrets would be sent to whoever answers");
        require(tls.flatMap(TlsConfiguration::getHostnameVerificationAlgorithm).filter("NONE"::equalsIgnoreCase).isEmpty(),
                "quarkus.tls.lean.hostname-verification-algorithm is NONE: secrets would be sent to whoever answers");
    }

    /** Called by a worker thread. */
    void renew(@Observes CertificateUpdatedEvent event) {
        if (!event.name().equals(TLS_CONFIGURATION)) {
            return;
        }
        LeanConnection before = current;
        current = connection(Optional.of(event.tlsConfiguration()));
        // By then no call is under way that began before.
        vertx.setTimer(config.deadline().toMillis(), passed -> close(before));
    }

    private LeanConnection connection(Optional<TlsConfiguration> tls) {
        return new LeanConnection(factory.build(tls, true), factory.build(tls, false),
                tls.map(LeanConnections::certificateOf).orElse(""));
    }

    private static void close(LeanConnection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.warn("The connections of a certificate that is no longer used could not be closed: " + e);
        }
    }

    /** @return SHA-256 in hex, of the certificates for which there is a key; empty if there are none */
    private static String certificateOf(TlsConfiguration tls) {
        KeyStore store = tls.getKeyStore();
        if (store == null) {
            return "";
        }
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String alias : new TreeSet<>(Collections.list(store.aliases()))) {
                if (store.isKeyEntry(alias)) {
                    sha256.update(store.getCertificate(alias).getEncoded());
                }
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (KeyStoreException | CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a certificate that has been loaded can be read", e);
        }
    }
}

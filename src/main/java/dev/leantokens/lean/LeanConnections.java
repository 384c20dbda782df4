package dev.leantokens.lean;

import static dev.leantokens.settings.SettingRule.require;

import java.io.Closeable;
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

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;

/**
 * The current connections to Lean. A renewed certificate or CA is used by a new REST client, so that the certificate of each
 * connection is known; calls in progress finish on the previous client. Thread-safe.
 */
@ApplicationScoped
class LeanConnections {

    /** The name of the TLS configuration for Lean in Quarkus' registry: {@code quarkus.tls.lean.*}. */
    static final String TLS_CONFIGURATION = "lean";

    private static final Logger LOG = Logger.getLogger(LeanConnections.class);

    private final LeanApiFactory factory;
    private final LeanConfig config;
    private final Vertx vertx;
    private volatile RestClients current;

    /**
     * The REST clients for one TLS configuration.
     *
     * @param pooled the client for requests with the service's credentials
     * @param unpooled the same client, with a new connection for each request
     * @param certificate the fingerprint of the client certificate; empty without one
     */
    record RestClients(LeanApi pooled, LeanApi unpooled, String certificate) {

        /** Closes the connections. Their requests fail. */
        private void close() {
            try {
                ((Closeable) pooled).close();
                ((Closeable) unpooled).close();
            } catch (IOException e) {
                LOG.warn("Failed to close the connections to Lean that use the previous certificate: " + e);
            }
        }
    }

    LeanConnections(LeanApiFactory factory, LeanConfig config, TlsConfigurationRegistry registry, Vertx vertx) {
        this.factory = factory;
        this.config = config;
        this.vertx = vertx;
        this.current = connect(registry.get(TLS_CONFIGURATION));
    }

    /** @throws ConfigurationException if the TLS settings for Lean contradict others; the message is for an operator */
    void start(@Observes @Priority(StartOrder.AFTER_SETTINGS) StartupEvent event, LeanAccount account,
            TlsConfigurationRegistry registry) {
        Optional<TlsConfiguration> tls = registry.get(TLS_CONFIGURATION);
        require(tls.isEmpty() || account.isEncrypted(), "TLS settings for Lean are set, but LEAN_URL is plain http");
        require(config.clientAuthentication() != LeanConfig.ClientAuthentication.TLS_CLIENT_AUTH
                || !current.certificate().isEmpty(),
                "LEAN_CLIENT_AUTHENTICATION=tls-client-auth needs LEAN_TLS_CERTIFICATE and LEAN_TLS_KEY, or LEAN_TLS_KEY_STORE");
        require(tls.filter(TlsConfiguration::isTrustAll).isEmpty(),
                "quarkus.tls.lean.trust-all is set: secrets would be sent to any server that answers");
        require(tls.flatMap(TlsConfiguration::getHostnameVerificationAlgorithm).filter("NONE"::equalsIgnoreCase).isEmpty(),
                "quarkus.tls.lean.hostname-verification-algorithm is NONE: secrets would be sent to any server that answers");
    }

    RestClients current() {
        return current;
    }

    /** Called by a worker thread. */
    void renew(@Observes CertificateUpdatedEvent event) {
        if (event.name().equals(TLS_CONFIGURATION)) {
            RestClients previous = current;
            current = connect(Optional.of(event.tlsConfiguration()));
            // All calls that started on the previous client have ended by then.
            vertx.setTimer(config.deadline().toMillis(), passed -> previous.close());
        }
    }

    private RestClients connect(Optional<TlsConfiguration> tls) {
        return new RestClients(factory.build(tls, true), factory.build(tls, false),
                tls.map(LeanConnections::fingerprint).orElse(""));
    }

    /** @return the SHA-256 of the certificates that have a key, in hex; empty if there is no such certificate */
    private static String fingerprint(TlsConfiguration tls) {
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
            throw new IllegalStateException("a loaded certificate can be read", e);
        }
    }
}

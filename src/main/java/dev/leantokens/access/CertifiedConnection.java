package dev.leantokens.access;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jboss.logging.Logger;

import dev.leantokens.access.CertificatePattern.Names;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.ConnectionValue;
import dev.leantokens.http.PeerCertificate;
import io.vertx.core.http.HttpConnection;

/**
 * The local clients that the certificate of a connection authenticates. Found once for each connection and set of clients, and
 * kept with the connection, as all its requests are one caller's. A connection outlives its certificate, but not the client.
 */
final class CertifiedConnection {

    private static final Logger LOG = Logger.getLogger(CertifiedConnection.class);

    private static final ConnectionValue<CertifiedConnection> KEPT = new ConnectionValue<>(CertifiedConnection.class);

    private static final int CERTIFICATE_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private final LocalClients configured;
    /** None if the certificate belongs to no client; several if the patterns of clients overlap. */
    private final List<LocalClient> owners;

    private CertifiedConnection(LocalClients configured, List<LocalClient> owners) {
        this.configured = configured;
        this.owners = owners;
    }

    /**
     * @param connection of a request; this is called on its event loop
     * @param configured the current clients
     * @return the client; empty without a certificate, or if it belongs to no client
     * @throws TokenException {@code invalid_client} if it belongs to several
     */
    static Optional<LocalClient> client(HttpConnection connection, LocalClients configured) {
        if (!configured.haveCertificates()) {
            return Optional.empty();
        }
        CertifiedConnection kept = KEPT.get(connection);
        if (kept == null || kept.configured != configured) {
            kept = new CertifiedConnection(configured, PeerCertificate.of(connection)
                    .map(certificate -> ownersOf(certificate, configured)).orElse(List.of()));
            KEPT.keep(connection, kept);
        }
        return kept.owner();
    }

    /** @return the clients of a certificate; none if it may not identify a caller */
    static List<LocalClient> ownersOf(X509Certificate certificate, LocalClients configured) {
        if (!isOfCaller(certificate)) {
            return List.of();
        }
        List<LocalClient> owners = configured.find(names(certificate));
        if (owners.size() > 1 && configured.isNewOverlap(owners)) {
            LOG.error("A caller's certificate belongs to several local clients ("
                    + owners.stream().map(LocalClient::id).collect(Collectors.joining(", "))
                    + ") and is refused: correct their ACCESS_CLIENTS_<ID>_CERTIFICATE, which must not overlap");
        }
        return owners;
    }

    private Optional<LocalClient> owner() {
        if (owners.size() > 1) {
            throw TokenError.CALLER_REFUSED.because("the certificate of this connection belongs to several clients; "
                    + "the operator of this service must correct their settings");
        }
        return owners.stream().findFirst();
    }

    /** Authorities cannot be callers (X.509-SVID, §5.2), and a resumed session can outlive its certificate. */
    private static boolean isOfCaller(X509Certificate certificate) {
        boolean[] usage = certificate.getKeyUsage();
        boolean signs = usage != null && (usage[CERTIFICATE_SIGN] || usage[CRL_SIGN]);
        try {
            certificate.checkValidity();
            return certificate.getBasicConstraints() < 0 && !signs;
        } catch (CertificateException e) {
            return false;
        }
    }

    private static Names names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return Names.of(names == null ? List.of() : names);
        } catch (CertificateParsingException e) {
            return Names.of(List.of());
        }
    }
}

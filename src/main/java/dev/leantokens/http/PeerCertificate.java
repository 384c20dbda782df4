package dev.leantokens.http;

import java.security.cert.X509Certificate;
import java.util.Optional;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import io.vertx.core.http.HttpConnection;

/** The certificate that the other end of a connection has authenticated with. */
public final class PeerCertificate {

    private PeerCertificate() {
    }

    /**
     * @param connection of a request
     * @return the certificate, which TLS has verified; empty without TLS, or if callers need none. Headers are not read
     */
    public static Optional<X509Certificate> of(HttpConnection connection) {
        SSLSession session = connection.sslSession();
        if (session == null) {
            return Optional.empty();
        }
        try {
            return Optional.of((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }
}

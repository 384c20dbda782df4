package dev.leantokens.access;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;

import dev.leantokens.http.PeerCertificate;
import io.vertx.core.http.HttpConnection;

/**
 * What the token of a caller must fulfil at the place where it is sent.
 *
 * @param audience the only accepted audience (RFC 8707); empty for those in the settings of its issuer
 * @param certificate finds the certificate of the caller's connection, for a token that is bound to one
 */
record TokenDemands(Optional<String> audience, OfConnection certificate) {

    /** Finds the certificate of a connection, only when it is needed. */
    @FunctionalInterface
    interface OfConnection {

        Optional<X509Certificate> find();
    }

    /** @param connection of the request that the token came with */
    static TokenDemands of(Optional<String> audience, HttpConnection connection) {
        return new TokenDemands(audience, () -> PeerCertificate.of(connection));
    }

    /**
     * @param thumbprint the member {@code x5t#S256} of a token (RFC 8705 §3.1)
     * @return whether the caller has this certificate
     */
    boolean haveCertificate(String thumbprint) {
        return certificate.find().map(TokenDemands::thumbprintOf).filter(thumbprint::equals).isPresent();
    }

    private static String thumbprintOf(X509Certificate certificate) {
        try {
            return Base64.getUrlEncoder().withoutPadding()
                    .encodeToString(SecretDigest.sha256().digest(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that TLS has verified has no encoding", e);
        }
    }
}

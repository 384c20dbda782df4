package dev.leantokens.tls;

import java.nio.file.Path;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;

/** What both ports show to callers, and demand of them. Without a certificate nothing is encrypted. */
@ConfigMapping(prefix = "tls")
public interface CallersTlsConfig {

    /** A PEM file with the certificate that callers are shown, and those between it and its authority. */
    Optional<Path> certificate();

    /** A PEM file with the key that belongs to the certificate. */
    Optional<Path> key();

    /** A PKCS#12 key store with both, instead. */
    Optional<Path> keyStore();

    /** The password of the key store. */
    Optional<String> keyStorePassword();

    /** A PEM file with authorities: a caller must show a certificate of theirs to connect. */
    Optional<Path> clientCa();
}

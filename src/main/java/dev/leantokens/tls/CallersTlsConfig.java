package dev.leantokens.tls;

import java.nio.file.Path;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;

/** TLS of both ports. Without a certificate they serve plain HTTP. */
@ConfigMapping(prefix = "tls")
public interface CallersTlsConfig {

    /** A PEM file with the certificate that is presented to callers, followed by its intermediate certificates. */
    Optional<Path> certificate();

    /** A PEM file with the private key of the certificate. */
    Optional<Path> key();

    /** A PKCS#12 key store with both, instead. */
    Optional<Path> keyStore();

    /** The password of the key store. */
    Optional<String> keyStorePassword();

    /** A PEM file with certificate authorities: callers must present a certificate that one of them has issued. */
    Optional<Path> clientCa();
}

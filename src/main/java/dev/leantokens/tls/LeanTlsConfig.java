package dev.leantokens.tls;

import java.nio.file.Path;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;

/** What Lean is shown, and whom the service takes for Lean. */
@ConfigMapping(prefix = "lean.tls")
public interface LeanTlsConfig {

    /** A PEM file with the certificate that Lean is shown, and those between it and its authority. */
    Optional<Path> certificate();

    /** A PEM file with the key that belongs to the certificate. */
    Optional<Path> key();

    /** A PKCS#12 key store with both, instead. */
    Optional<Path> keyStore();

    /** The password of the key store. */
    Optional<String> keyStorePassword();

    /** A PEM file with the authorities that Lean's certificate must be of, instead of those that the JVM trusts. */
    Optional<Path> ca();
}

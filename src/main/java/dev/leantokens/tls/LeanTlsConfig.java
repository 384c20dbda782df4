package dev.leantokens.tls;

import java.nio.file.Path;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;

/** TLS of connections to Lean: the service's client certificate, and the authorities that Lean's certificate is verified by. */
@ConfigMapping(prefix = "lean.tls")
public interface LeanTlsConfig {

    /** A PEM file with the client certificate that is presented to Lean, followed by its intermediate certificates. */
    Optional<Path> certificate();

    /** A PEM file with the private key of the certificate. */
    Optional<Path> key();

    /** A PKCS#12 key store with both, instead. */
    Optional<Path> keyStore();

    /** The password of the key store. */
    Optional<String> keyStorePassword();

    /** A PEM file with the authorities that Lean's certificate is verified by, in place of the JVM's trust store. */
    Optional<Path> ca();
}

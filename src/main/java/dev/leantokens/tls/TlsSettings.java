package dev.leantokens.tls;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

import io.smallrye.config.SecretKeys;

/**
 * The short settings of a bucket. An empty value counts as not set.
 *
 * @param certificate a PEM file
 * @param key a PEM file
 * @param keyStore a PKCS#12 file
 * @param ca a PEM file with the authorities that the peer's certificate is verified by
 */
record TlsSettings(TlsBucket bucket, Optional<String> certificate, Optional<String> key, Optional<String> keyStore,
        Optional<String> keyStorePassword, Optional<String> ca) {

    /** @param values the value of a property, or null */
    static TlsSettings of(TlsBucket bucket, Function<String, String> values) {
        // The password is a secret, which is locked for all but mappings.
        Function<String, Optional<String>> present = property -> Optional
                .ofNullable(SecretKeys.doUnlocked(() -> values.apply(property))).filter(value -> !value.isEmpty());
        Function<String, Optional<String>> path = present
                .andThen(value -> value.map(String::strip).filter(text -> !text.isEmpty()));
        return new TlsSettings(bucket, path.apply(bucket.property("certificate")), path.apply(bucket.property("key")),
                path.apply(bucket.property("key-store")), present.apply(bucket.property("key-store-password")),
                path.apply(bucket.caProperty()));
    }

    /** @return the properties of Quarkus for these settings; empty if none is set */
    Map<String, String> forQuarkus() {
        Map<String, String> properties = new TreeMap<>();
        String prefix = "quarkus.tls." + bucket.registryName();
        certificate
                .ifPresent(set -> properties.put(prefix + ".key-store.pem.0.cert", reference(bucket.property("certificate"))));
        key.ifPresent(set -> properties.put(prefix + ".key-store.pem.0.key", reference(bucket.property("key"))));
        keyStore.ifPresent(set -> properties.put(prefix + ".key-store.p12.path", reference(bucket.property("key-store"))));
        // Literal: Quarkus' property is marked as a secret as well, so expressions in it are not expanded.
        keyStorePassword.ifPresent(password -> properties.put(prefix + ".key-store.p12.password", password));
        ca.ifPresent(set -> properties.put(prefix + ".trust-store.pem.certs", reference(bucket.caProperty())));
        if (bucket == TlsBucket.CALLERS && !properties.isEmpty()) {
            properties.put("quarkus.http.tls-configuration-name", bucket.registryName());
            properties.put("quarkus.http.insecure-requests", "disabled");
            properties.put("quarkus.http.ssl-port", reference("quarkus.http.port"));
        } else if (!properties.isEmpty()) {
            // Lean, or a gateway in front of it, may not support TLS 1.3.
            properties.put(prefix + ".protocols", "TLSv1.3,TLSv1.2");
        }
        return properties;
    }

    /** A reference instead of the value, in which expressions would be expanded a second time. */
    private static String reference(String property) {
        return "${" + property + "}";
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "TlsSettings[" + bucket + "]";
    }
}

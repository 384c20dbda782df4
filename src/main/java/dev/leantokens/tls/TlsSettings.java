package dev.leantokens.tls;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

import io.smallrye.config.SecretKeys;

/**
 * What an operator has set for one side by its short names. Empty settings count as none.
 *
 * @param certificate a PEM file
 * @param key a PEM file
 * @param keyStore a PKCS#12 file, with its password
 * @param ca a PEM file with the authorities of the other side
 */
record TlsSettings(TlsBucket side, Optional<String> certificate, Optional<String> key, Optional<String> keyStore,
        Optional<String> keyStorePassword, Optional<String> ca) {

    /** @param values the value of a property, or null */
    static TlsSettings of(TlsBucket side, Function<String, String> values) {
        // One of them is a secret, which else is given to mappings only.
        Function<String, Optional<String>> present = property -> Optional
                .ofNullable(SecretKeys.doUnlocked(() -> values.apply(property))).filter(value -> !value.isEmpty());
        return new TlsSettings(side, present.apply(side.property("certificate")), present.apply(side.property("key")),
                present.apply(side.property("key-store")), present.apply(side.property("key-store-password")),
                present.apply(side.ca()));
    }

    /** @return the same in the words of Quarkus; empty if nothing is set */
    Map<String, String> forQuarkus() {
        Map<String, String> properties = new TreeMap<>();
        String bucket = "quarkus.tls." + side.bucket();
        certificate.ifPresent(set -> properties.put(bucket + ".key-store.pem.0.cert", valueOf(side.property("certificate"))));
        key.ifPresent(set -> properties.put(bucket + ".key-store.pem.0.key", valueOf(side.property("key"))));
        keyStore.ifPresent(set -> properties.put(bucket + ".key-store.p12.path", valueOf(side.property("key-store"))));
        // Literally: that of Quarkus is a secret as well, in which there are no expressions.
        keyStorePassword.ifPresent(password -> properties.put(bucket + ".key-store.p12.password", password));
        ca.ifPresent(set -> properties.put(bucket + ".trust-store.pem.certs", valueOf(side.ca())));
        if (side == TlsBucket.CALLERS && !properties.isEmpty()) {
            properties.put("quarkus.http.tls-configuration-name", side.bucket());
            properties.put("quarkus.http.insecure-requests", "disabled");
            properties.put("quarkus.http.ssl-port", valueOf("quarkus.http.port"));
        } else if (!properties.isEmpty()) {
            // Whether Lean and what is before it speak the newer one is not ours to say.
            properties.put(bucket + ".protocols", "TLSv1.3,TLSv1.2");
        }
        return properties;
    }

    /** By reference: a value is searched for expressions, and one that has been already would be twice. */
    private static String valueOf(String property) {
        return "${" + property + "}";
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "TlsSettings[" + side + "]";
    }
}

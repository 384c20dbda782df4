package dev.leantokens.tls;

import java.util.Locale;

/** The buckets of Quarkus' TLS registry that have short settings: one for each side of the service. */
enum TlsBucket {

    LEAN("lean", "lean.tls.", "ca"),
    CALLERS("callers", "tls.", "client-ca");

    private final String registryName;
    private final String prefix;
    private final String ca;

    TlsBucket(String registryName, String prefix, String ca) {
        this.registryName = registryName;
        this.prefix = prefix;
        this.ca = ca;
    }

    /** @return the name of the bucket in the registry */
    String registryName() {
        return registryName;
    }

    /** @return the property of a short setting */
    String property(String setting) {
        return prefix + setting;
    }

    /** @return the property for the authorities that the peer's certificate is verified by */
    String caProperty() {
        return property(ca);
    }

    /** @return the environment variable of a property */
    static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}

package dev.leantokens.tls;

import java.util.Locale;

/** The two sides that there is TLS towards. Each has a bucket of Quarkus' TLS registry, and settings with short names. */
enum TlsBucket {

    LEAN("lean", "lean.tls.", "ca"),
    CALLERS("callers", "tls.", "client-ca");

    private final String bucket;
    private final String prefix;
    private final String ca;

    TlsBucket(String bucket, String prefix, String ca) {
        this.bucket = bucket;
        this.prefix = prefix;
        this.ca = ca;
    }

    /** @return the name in the registry */
    String bucket() {
        return bucket;
    }

    String property(String name) {
        return prefix + name;
    }

    /** @return the property that names the other side's authorities */
    String ca() {
        return property(ca);
    }

    /** @return how operators know the property */
    static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}

package dev.leantokens.tls;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /**
     * @param registryName a bucket of the registry, with short settings or without
     * @param isSet whether a property is set
     * @return the name for an operator, with the variables that set the bucket's files
     */
    static String describe(String registryName, Predicate<String> isSet) {
        String variables = Arrays.stream(values()).filter(bucket -> bucket.registryName.equals(registryName))
                .flatMap(bucket -> Stream.of(bucket.property("certificate"), bucket.property("key"),
                        bucket.property("key-store"), bucket.caProperty()))
                .filter(isSet).map(TlsBucket::variable).collect(Collectors.joining(", "));
        return variables.isEmpty() ? registryName : registryName + " (" + variables + ")";
    }

    /** @return the environment variable of a property */
    static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}

package dev.leantokens.tls;

import java.util.List;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks key store passwords as secrets: the short settings, their environment variables, which are properties too, and the
 * properties of Quarkus. Lists of the configuration hide the values of secrets, and {@link
 * dev.leantokens.settings.LiteralSecrets} reads them literally.
 */
public class TlsSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    /** The default bucket of Quarkus' TLS registry, and all named ones. */
    private static final List<String> REGISTRY_PREFIXES = List.of("quarkus.tls.", "quarkus.tls.*.");

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        for (TlsBucket bucket : TlsBucket.values()) {
            String property = bucket.property("key-store-password");
            builder.withSecretKeys(property, TlsBucket.variable(property));
        }
        for (String prefix : REGISTRY_PREFIXES) {
            builder.withSecretKeys(prefix + "key-store.*.password", prefix + "key-store.*.alias-password",
                    prefix + "trust-store.*.password");
        }
    }
}

package dev.leantokens.tls;

import java.util.List;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the passwords of key stores as secrets, by the variables' names too, since a variable is a property of its own name as
 * well, and by those that they are translated to. Whoever lists the configuration is not told their values; mappings are. Their
 * values are taken literally: see {@link dev.leantokens.settings.LiteralSecrets}.
 */
public class TlsSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    /** Those of Quarkus' TLS registry, of the default bucket and of all others. */
    private static final List<String> OF_QUARKUS = List.of("quarkus.tls.", "quarkus.tls.*.");

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        for (TlsBucket side : TlsBucket.values()) {
            String property = side.property("key-store-password");
            builder.withSecretKeys(property, TlsBucket.variable(property));
        }
        for (String bucket : OF_QUARKUS) {
            builder.withSecretKeys(bucket + "key-store.*.password", bucket + "key-store.*.alias-password",
                    bucket + "trust-store.*.password");
        }
    }
}

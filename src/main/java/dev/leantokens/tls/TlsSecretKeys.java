package dev.leantokens.tls;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the passwords of key stores as secrets, by the variables' names too, since a variable is a property of its own name as
 * well, and by those that they are translated to. Whoever lists the configuration is not told their values; mappings are.
 */
public class TlsSecretKeys implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        for (TlsSide side : TlsSide.values()) {
            String property = side.property("key-store-password");
            builder.withSecretKeys(property, TlsSide.variable(property),
                    "quarkus.tls." + side.bucket() + ".key-store.p12.password");
        }
    }
}

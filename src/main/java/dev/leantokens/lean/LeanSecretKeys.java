package dev.leantokens.lean;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the properties of this package that are secrets, by the variables' names too, since a variable is a property of its own
 * name as well. Whoever lists the configuration, as Quarkus' development pages do, is not told their values; mappings are.
 */
public class LeanSecretKeys implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        builder.withSecretKeys("lean.client-secret", "LEAN_CLIENT_SECRET", "lean.proxy-password", "LEAN_PROXY_PASSWORD");
    }
}

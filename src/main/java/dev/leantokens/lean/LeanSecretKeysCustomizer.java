package dev.leantokens.lean;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the properties of this package that are secrets, by the variables' names too, since a variable is a property of its own
 * name as well. Whoever lists the configuration, as Quarkus' development pages do, is not told their values; mappings are.
 * Their
 * values are taken literally: see {@link dev.leantokens.settings.LiteralSecrets}.
 */
public class LeanSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        builder.withSecretKeys("lean.client-secret", "LEAN_CLIENT_SECRET", "lean.proxy-password", "LEAN_PROXY_PASSWORD",
                // Not secret, but taken literally as well, like everything that is sent to authenticate.
                "lean.client-id", "LEAN_CLIENT_ID", "lean.proxy-username", "LEAN_PROXY_USERNAME", "lean.private-key-id",
                "LEAN_PRIVATE_KEY_ID");
    }
}

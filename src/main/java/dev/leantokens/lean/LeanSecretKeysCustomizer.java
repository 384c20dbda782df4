package dev.leantokens.lean;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the secret properties of this package, by the names of their environment variables too, since SmallRye Config lists a
 * variable as a property. Quarkus' development pages then hide their values; mappings can still read them. The values are
 * also taken literally, see {@link dev.leantokens.settings.LiteralSecrets}.
 */
public class LeanSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        builder.withSecretKeys("lean.client-secret", "LEAN_CLIENT_SECRET", "lean.proxy-password", "LEAN_PROXY_PASSWORD",
                // Not secret, but taken literally too, as is every value that is sent to authenticate.
                "lean.client-id", "LEAN_CLIENT_ID", "lean.proxy-username", "LEAN_PROXY_USERNAME", "lean.private-key-id",
                "LEAN_PRIVATE_KEY_ID");
    }
}

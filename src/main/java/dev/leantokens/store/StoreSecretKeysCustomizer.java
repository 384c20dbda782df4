package dev.leantokens.store;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the secret properties of this package, also by the names of their variables. Quarkus' development pages then hide their
 * values, which are also taken literally, see {@link dev.leantokens.settings.LiteralSecrets}.
 */
public class StoreSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        // The URL can have a password.
        builder.withSecretKeys("store.url", "STORE_URL", "store.key", "STORE_KEY");
    }
}

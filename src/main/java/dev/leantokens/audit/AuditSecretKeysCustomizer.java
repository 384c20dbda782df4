package dev.leantokens.audit;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the key of the pseudonyms as a secret, also by the name of its variable. Quarkus' development pages then hide it, and
 * it is taken literally, see {@link dev.leantokens.settings.LiteralSecrets}.
 */
public class AuditSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        builder.withSecretKeys("audit.key", "AUDIT_KEY");
    }
}

package dev.leantokens.trace;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the headers for the collector, which can have its credentials, as a secret. Quarkus' development pages then hide them,
 * and they are taken literally, see {@link dev.leantokens.settings.LiteralSecrets}.
 */
public class TraceSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        builder.withSecretKeys("otel.exporter.otlp.headers", "OTEL_EXPORTER_OTLP_HEADERS");
    }
}

package dev.leantokens.audit;

import dev.leantokens.settings.SettingConverters;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/** Converts the enum of {@link AuditConfig}. */
public class AuditConverters implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        SettingConverters.register(builder, AuditConfig.Customers.class);
    }
}

package dev.leantokens.access;

import dev.leantokens.settings.SettingConverters;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/** Converts the enums of {@link AccessConfig}. */
public class AccessConverters implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        SettingConverters.register(builder, AccessConfig.Anonymous.class);
        SettingConverters.register(builder, AccessConfig.CallerCredentials.class);
    }
}

package dev.leantokens.lean;

import dev.leantokens.settings.SettingConverters;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/** Converts the enums of {@link LeanConfig}. */
public class LeanConverters implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        SettingConverters.register(builder, LeanConfig.Environment.class);
        SettingConverters.register(builder, LeanConfig.ClientAuthentication.class);
    }
}

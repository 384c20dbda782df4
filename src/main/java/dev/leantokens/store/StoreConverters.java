package dev.leantokens.store;

import dev.leantokens.settings.SettingConverters;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/** Converts the enum of {@link StoreConfig}. */
public class StoreConverters implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        SettingConverters.register(builder, StoreConfig.Type.class);
    }
}

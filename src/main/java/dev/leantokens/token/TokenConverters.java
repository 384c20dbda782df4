package dev.leantokens.token;

import dev.leantokens.settings.SettingConverters;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/** Converts the scopes of {@link TokenConfig}. */
public class TokenConverters implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        SettingConverters.register(builder, ScopePattern.class, ScopePattern::of,
                "has an entry that is not a scope, such as api or customer.*");
    }
}

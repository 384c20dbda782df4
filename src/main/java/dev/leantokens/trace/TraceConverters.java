package dev.leantokens.trace;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import dev.leantokens.settings.SettingConverters;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/** Converts the types of {@link TraceConfig}. OpenTelemetry writes its words with other characters than this service does. */
public class TraceConverters implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        SettingConverters.register(builder, TraceConfig.Exporter.class);
        SettingConverters.register(builder, TraceConfig.Compression.class);
        register(builder, TraceConfig.Protocol.class, '/');
        register(builder, TraceConfig.TracesSampler.class, '_');
        SettingConverters.register(builder, CollectorUrl.class, CollectorUrl::of, CollectorUrl.RULE);
    }

    private static <E extends Enum<E>> void register(SmallRyeConfigBuilder builder, Class<E> type, char separator) {
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', separator)).toList();
        SettingConverters.register(builder, type,
                text -> type.getEnumConstants()[words.indexOf(text.toLowerCase(Locale.ROOT))],
                "must be one of " + String.join(", ", words));
    }
}

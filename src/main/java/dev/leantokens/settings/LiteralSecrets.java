package dev.leantokens.settings;

import java.io.Serial;
import java.util.OptionalInt;
import java.util.Set;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigSourceInterceptorFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Expressions;
import io.smallrye.config.Priorities;
import io.smallrye.config.PropertyName;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Reads the values of properties that are marked as secrets ({@link SmallRyeConfigBuilder#withSecretKeys}) literally, from any
 * source: {@code $$}, <code>${…}</code> and {@code \$} are part of the secret. Rejects a secret with damaged characters.
 */
public class LiteralSecrets implements SmallRyeConfigBuilderCustomizer {

    /** Runs before the interceptor that expands expressions. */
    private static final int BEFORE_EXPANSION = Priorities.LIBRARY + 400;

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        // The builder's set itself, not a copy: customizers that run later can add to it.
        Interceptor interceptor = new Interceptor(builder.getSecretKeys());
        // A factory instead of @Priority, which a native executable may not be able to read from a class.
        builder.withInterceptorFactories(new ConfigSourceInterceptorFactory() {

            @Override
            public ConfigSourceInterceptor getInterceptor(ConfigSourceInterceptorContext context) {
                return interceptor;
            }

            @Override
            public OptionalInt getPriority() {
                return OptionalInt.of(BEFORE_EXPANSION);
            }
        });
    }

    private static final class Interceptor implements ConfigSourceInterceptor {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient Set<PropertyName> secrets;

        private Interceptor(Set<PropertyName> secrets) {
            this.secrets = secrets;
        }

        @Override
        public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
            if (!secrets.contains(PropertyName.unprofiled(name))) {
                return context.proceed(name);
            }
            ConfigValue secret = Expressions.withoutExpansion(() -> context.proceed(name));
            if (secret == null || secret.getValue() == null) {
                return secret;
            }
            String text = IntactText.withoutByteOrderMark(secret.getValue());
            // An exception instead of a problem of the value, with which an optional setting would count as not set.
            IntactText.flaw(text).ifPresent(flaw -> {
                throw new InvalidSetting(SettingConverters.nameOf(secret) + " " + flaw);
            });
            return secret.withValue(text);
        }
    }
}

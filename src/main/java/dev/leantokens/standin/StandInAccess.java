package dev.leantokens.standin;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

import org.eclipse.microprofile.config.spi.ConfigSource;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;

/**
 * Serves every caller where {@code LEAN_ENVIRONMENT=stand-in}, unless the operator has set {@code ACCESS_ANONYMOUS}: callers of
 * a container's published port are not on the loopback interface, and there is nothing to protect.
 */
public class StandInAccess implements ConfigSourceFactory {

    /** Below the application's own properties, and so below whatever an operator sets. */
    private static final int ORDINAL = 200;

    /** What Quarkus adds to the configuration while the application is built. */
    private static final String BUILD = "PropertiesConfigSource[source=Build system]";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        // The variables of the build must not become part of the application.
        boolean build = context.getConfigSources().stream().anyMatch(source -> source.getName().equals(BUILD));
        return !build && isStandIn(context.getValue("lean.environment"))
                ? List.of(new PropertiesConfigSource(Map.of("access.anonymous", "always"), "Access to the stand-in", ORDINAL))
                : List.of();
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }

    /** In every spelling that the enum's converter takes. */
    private static boolean isStandIn(ConfigValue environment) {
        return environment != null && environment.getValue() != null
                && environment.getValue().strip().toLowerCase(Locale.ROOT).replace('_', '-').equals("stand-in");
    }
}

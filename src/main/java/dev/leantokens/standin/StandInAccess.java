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
 * Defaults {@code ACCESS_ANONYMOUS} to {@code always} with {@code LEAN_ENVIRONMENT=stand-in}: callers of a container's
 * published port are not on the loopback interface, and the tokens grant no access.
 */
public class StandInAccess implements ConfigSourceFactory {

    /** Below {@code application.properties}, and so below every source that an operator uses. */
    private static final int ORDINAL = 200;

    /** The name of a source that Quarkus adds during the build. */
    private static final String BUILD = "PropertiesConfigSource[source=Build system]";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        // The environment variables of the build must not become part of the application.
        boolean build = context.getConfigSources().stream().anyMatch(source -> source.getName().equals(BUILD));
        return !build && isStandIn(context.getValue("lean.environment"))
                ? List.of(new PropertiesConfigSource(Map.of("access.anonymous", "always"), "Access to the stand-in", ORDINAL))
                : List.of();
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }

    /** Accepts each spelling that the enum's converter accepts. */
    private static boolean isStandIn(ConfigValue environment) {
        return environment != null && environment.getValue() != null
                && environment.getValue().strip().toLowerCase(Locale.ROOT).replace('_', '-').equals("stand-in");
    }
}

package dev.leantokens.access;

import java.util.Set;
import java.util.regex.Pattern;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the local clients' secrets as secrets, by the variables' names too, since a variable is a property of its own name as
 * well. Whoever lists the configuration, as Quarkus' development pages do, is not told their values; mappings are. Their
 * values are taken literally: see {@link dev.leantokens.settings.LiteralSecrets}.
 */
public class ClientSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    private static final Pattern VARIABLE = Pattern.compile("(?i)(_.+_)?ACCESS_CLIENTS_.+_SECRET.*");

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        mark(builder, System.getenv().keySet());
    }

    static void mark(SmallRyeConfigBuilder builder, Set<String> variables) {
        builder.withSecretKeys("access.clients.*.secret", "access.clients.*.secret[*]",
                // What a variable for an id with a hyphen is taken for, as long as the id is not known.
                "access.clients.*.*.secret", "access.clients.*.*.*.secret");
        variables.stream().filter(name -> VARIABLE.matcher(name).matches()).forEach(builder::withSecretKeys);
    }
}

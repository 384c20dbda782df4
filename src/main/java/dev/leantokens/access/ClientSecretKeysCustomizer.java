package dev.leantokens.access;

import java.util.Set;
import java.util.regex.Pattern;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Marks the secrets of local clients as secrets, also by the names of their environment variables, which are properties too.
 * Lists of the configuration, such as the Dev UI's, hide the values of secrets, and
 * {@link dev.leantokens.settings.LiteralSecrets} reads them literally.
 */
public class ClientSecretKeysCustomizer implements SmallRyeConfigBuilderCustomizer {

    private static final Pattern VARIABLE = Pattern.compile("(?i)(_.+_)?ACCESS_CLIENTS_.+_SECRET.*");

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        mark(builder, System.getenv().keySet());
    }

    static void mark(SmallRyeConfigBuilder builder, Set<String> variables) {
        builder.withSecretKeys("access.clients.*.secret", "access.clients.*.secret[*]",
                // SmallRye Config reads a variable for an unknown id with hyphens as one of these.
                "access.clients.*.*.secret", "access.clients.*.*.*.secret");
        variables.stream().filter(name -> VARIABLE.matcher(name).matches()).forEach(builder::withSecretKeys);
    }
}

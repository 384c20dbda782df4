package dev.leantokens.access;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.leantokens.token.ScopePattern;

/**
 * A local client with a newly generated secret of 256 random bits.
 *
 * @param id the client identifier
 * @param secret the secret, which is stored nowhere
 * @param scopes patterns of the scopes that it may have, separated by commas
 * @param defaultScope the scope of a request without one
 */
public record NewClient(String id, String secret, String scopes, Optional<String> defaultScope) {

    private static final int SECRET_BYTES = 32;

    /** Ids that an environment variable's name can express, which has neither lower case nor hyphens. */
    private static final Pattern FITS_VARIABLE = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    /**
     * @param issued the scopes that the service issues tokens for
     * @throws IllegalArgumentException if the id or a scope is invalid
     */
    public static NewClient generate(String id, String scopes, Optional<String> defaultScope, List<ScopePattern> issued) {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        LocalClient.of(id, List.of(secret), Optional.empty(), List.of(scopes.split(",", -1)), defaultScope)
                .requireIssued(issued);
        return new NewClient(id, secret, scopes, defaultScope);
    }

    /** @return instructions for the operator, with the secret */
    public String explanation() {
        String digest = SecretDigest.of(secret).text();
        String variable = id.toUpperCase(Locale.ROOT).replace('-', '_');
        String file = String.format(Locale.ROOT, """

                For the service, in the file that ACCESS_CLIENTS_FILE names:

                  %1$s.secret=%2$s
                  %1$s.scopes=%3$s
                """, id, digest, scopes) + defaultScope.map(scope -> "  " + id + ".default-scope=" + scope + "\n").orElse("");
        String variables = String.format(Locale.ROOT, """

                or as environment variables:

                  ACCESS_CLIENTS_%1$s_SECRET=%2$s
                  ACCESS_CLIENTS_%1$s_SCOPES=%3$s
                """, variable, digest, scopes)
                + defaultScope.map(scope -> "  ACCESS_CLIENTS_" + variable + "_DEFAULT_SCOPE=" + scope + "\n").orElse("");
        String client = String.format(Locale.ROOT, """
                For the client only:

                  client_id:     %s
                  client_secret: %s
                """, id, secret);
        return client + file + (FITS_VARIABLE.matcher(id).matches() ? variables : "");
    }

    @Override
    public String toString() {
        return "NewClient[masked]";
    }
}

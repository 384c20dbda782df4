package dev.leantokens.access;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jboss.logging.Logger;

import dev.leantokens.error.TokenException;
import dev.leantokens.settings.IntactText;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

/** What must hold for a local client, wherever it is configured. */
final class LocalClientRules {

    private static final Logger LOG = Logger.getLogger(LocalClientRules.class);

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern OTHER_DIGEST = Pattern.compile("(?i)(sha-?\\d+|md5)[:=]");
    private static final int MOST_SECRETS = 2;
    /** Shorter than what anyone would generate. */
    private static final int SHORT_SECRET = 16;

    private LocalClientRules() {
    }

    /**
     * @param secrets plain or as digests
     * @param scopes patterns
     * @param defaultScope the scope of a request that names none
     * @throws IllegalArgumentException if they do not make a client; the message is for an operator and has no secret
     */
    static LocalClient client(String id, List<String> secrets, List<String> scopes, Optional<String> defaultScope) {
        require(ID.matcher(id).matches(), "the id of a local client consists of up to 64 letters, digits, - and _, and is not "
                + id);
        require(!LeanIssuedClient.isId(id),
                "local client " + id + " has an id of Lean's shape, so it would be taken for Lean's");
        require(!secrets.isEmpty(), "local client " + id + " has no secret");
        require(secrets.size() <= MOST_SECRETS, "local client " + id + " has more than " + MOST_SECRETS
                + " secrets (they are separated by commas, so that one of your own must not have one)");
        require(!scopes.isEmpty(), "local client " + id + " has no scopes: set those that it may have, for example api");
        List<ScopePattern> patterns = scopes.stream().map(scope -> pattern(id, scope)).toList();
        return new LocalClient(id, secrets.stream().map(secret -> digest(id, secret)).toList(), patterns,
                defaultScope.map(scope -> defaultScope(id, scope, patterns)));
    }

    /**
     * @param issued the scopes that are issued at all
     * @throws IllegalArgumentException if the client is configured for one that never is; the message is for an operator
     */
    static void requireIssued(LocalClient client, List<ScopePattern> issued) {
        client.scopes().forEach(pattern -> require(pattern.overlapsAny(issued), "local client " + client.id() + " may have "
                + pattern + ", and TOKEN_SCOPES (" + listed(issued) + ") allows no such scope"));
        client.defaultScope().ifPresent(scope -> require(ScopePattern.anyAllows(issued, scope), "local client " + client.id()
                + " has a default scope that TOKEN_SCOPES (" + listed(issued) + ") does not allow"));
    }

    private static String listed(List<ScopePattern> patterns) {
        return patterns.stream().map(ScopePattern::toString).collect(Collectors.joining(","));
    }

    private static SecretDigest digest(String id, String configured) {
        String secret = configured.strip();
        require(!secret.isEmpty(), "local client " + id + " has an empty secret");
        IntactText.flaw(secret).ifPresent(flaw -> {
            throw new IllegalArgumentException("the secret of local client " + id + " " + flaw);
        });
        boolean plain = !secret.startsWith(SecretDigest.PREFIX);
        require(!(plain && OTHER_DIGEST.matcher(secret).lookingAt()),
                "local client " + id + " has a digest that is no SHA-256; "
                        + "it must be written " + SecretDigest.PREFIX + " and 64 hexadecimal digits");
        if (plain && secret.length() < SHORT_SECRET) {
            LOG.warn("The secret of local client " + id + " has less than " + SHORT_SECRET
                    + " characters and can be guessed: generate one");
        }
        try {
            return SecretDigest.configured(secret);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("local client " + id + ": " + e.getMessage());
        }
    }

    private static ScopePattern pattern(String id, String scope) {
        try {
            return new ScopePattern(scope.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("local client " + id + ": " + e.getMessage());
        }
    }

    private static Scope defaultScope(String id, String configured, List<ScopePattern> scopes) {
        Scope scope;
        try {
            scope = Scope.parse(configured.strip());
        } catch (TokenException e) {
            throw new IllegalArgumentException("local client " + id + " has a default scope that is not one scope");
        }
        require(ScopePattern.anyAllows(scopes, scope), "local client " + id
                + " has a default scope that it may not have: its scopes are " + listed(scopes));
        return scope;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}

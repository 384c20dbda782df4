package dev.leantokens.access;

import java.util.List;
import java.util.regex.Pattern;

import org.jboss.logging.Logger;

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
     * @throws IllegalArgumentException if they do not make a client; the message is for an operator and has no secret
     */
    static LocalClient client(String id, List<String> secrets, List<String> scopes) {
        require(ID.matcher(id).matches(), "the id of a local client consists of up to 64 letters, digits, - and _, and is not "
                + id);
        require(!ClientOfLean.isId(id), "local client " + id + " has an id of Lean's shape, so it would be taken for Lean's");
        require(!secrets.isEmpty(), "local client " + id + " has no secret");
        require(secrets.size() <= MOST_SECRETS, "local client " + id + " has more than " + MOST_SECRETS
                + " secrets (they are separated by commas, so that one of your own must not have one)");
        require(!scopes.isEmpty(), "local client " + id + " has no scopes: set those that it may have, for example api");
        return new LocalClient(id, secrets.stream().map(secret -> digest(id, secret)).toList(),
                scopes.stream().map(scope -> pattern(id, scope)).toList());
    }

    private static SecretDigest digest(String id, String configured) {
        String secret = configured.strip();
        require(!secret.isEmpty(), "local client " + id + " has an empty secret");
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

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}

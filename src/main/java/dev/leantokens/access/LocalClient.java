package dev.leantokens.access;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jboss.logging.Logger;

import dev.leantokens.audit.AuditedClient;
import dev.leantokens.error.TokenException;
import dev.leantokens.issuer.JwtShape;
import dev.leantokens.settings.IntactText;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

/**
 * A client that is configured here and uses the service's Lean credentials. Its id never has the form of Lean's client ids.
 *
 * @param id the client identifier
 * @param secrets digests of its secrets: one, or two while the secret is rotated; none if it authenticates by certificate only
 * @param certificate the certificates that it authenticates with
 * @param scopes the scopes that it may request
 * @param defaultScope the scope of a request without one, which is among {@code scopes}
 */
record LocalClient(String id, List<SecretDigest> secrets, Optional<CertificatePattern> certificate, List<ScopePattern> scopes,
        Optional<Scope> defaultScope)
        implements
            VerifiedClient {

    private static final Logger LOG = Logger.getLogger(LocalClient.class);

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern DIGEST = Pattern.compile(SecretDigest.PREFIX + "([0-9a-fA-F]{64})");
    private static final Pattern OTHER_DIGEST = Pattern.compile("(?i)(sha-?\\d+|md5)[:=]");
    private static final int MAX_SECRETS = 2;
    /** Generated secrets are longer. */
    private static final int GUESSABLE_LENGTH = 16;

    LocalClient {
        secrets = List.copyOf(secrets);
        scopes = List.copyOf(scopes);
    }

    /**
     * Creates a client from its settings, wherever they are configured.
     *
     * @param secrets plain secrets or digests
     * @param certificate a {@link CertificatePattern}
     * @param scopes patterns
     * @throws IllegalArgumentException if the settings are invalid; the message is for an operator and has no secret
     */
    static LocalClient of(String id, List<String> secrets, Optional<String> certificate, List<String> scopes,
            Optional<String> defaultScope) {
        require(ID.matcher(id).matches(), "the id of a local client must be 1 to 64 letters, digits, - or _, and is not " + id);
        require(!LeanIssuedClient.isId(id),
                "local client " + id + " has an id of Lean's shape (a UUID) and would be mistaken for a Lean client");
        require(!secrets.isEmpty() || certificate.isPresent(),
                "local client " + id + " has neither a secret nor a certificate");
        require(secrets.size() <= MAX_SECRETS, "local client " + id + " has more than " + MAX_SECRETS
                + " secrets (commas separate secrets, so a secret must not contain one)");
        require(!scopes.isEmpty(), "local client " + id + " has no scopes: set those that it may have, for example api");
        List<ScopePattern> patterns = scopes.stream().map(scope -> pattern(id, scope)).toList();
        return new LocalClient(id, secrets.stream().map(secret -> digest(id, secret)).toList(),
                certificate.map(pattern -> certificate(id, pattern)), patterns,
                defaultScope.map(scope -> defaultScope(id, scope, patterns)));
    }

    /**
     * @param issued the scopes that the service issues tokens for
     * @throws IllegalArgumentException if no token is issued for one of its scopes; the message is for an operator
     */
    void requireIssued(List<ScopePattern> issued) {
        scopes.forEach(pattern -> require(pattern.overlapsAny(issued), "local client " + id + " may have " + pattern
                + ", and TOKEN_SCOPES (" + list(issued) + ") allows no such scope"));
        defaultScope.ifPresent(scope -> require(ScopePattern.anyAllows(issued, scope), "local client " + id
                + " has a default scope that TOKEN_SCOPES (" + list(issued) + ") does not allow"));
    }

    @Override
    public String identity() {
        return id;
    }

    @Override
    public AuditedClient audited() {
        return AuditedClient.local(id);
    }

    @Override
    public String account() {
        return "local client " + id;
    }

    private static SecretDigest digest(String id, String configured) {
        String secret = configured.strip();
        require(!secret.isEmpty(), "local client " + id + " has an empty secret");
        IntactText.flaw(secret).ifPresent(flaw -> {
            throw new IllegalArgumentException("the secret of local client " + id + " " + flaw);
        });
        if (secret.startsWith(SecretDigest.PREFIX)) {
            Matcher digest = DIGEST.matcher(secret);
            require(digest.matches(), "local client " + id + " has a secret that starts with " + SecretDigest.PREFIX
                    + " and does not continue with 64 hexadecimal digits");
            return SecretDigest.ofHex(digest.group(1));
        }
        require(!OTHER_DIGEST.matcher(secret).lookingAt(), "local client " + id
                + " has a digest other than SHA-256: write " + SecretDigest.PREFIX + " and 64 hexadecimal digits");
        require(!JwtShape.matches(secret), "local client " + id + " has a secret with the shape of a signed token (JWT), which "
                + "is never compared with secrets: generate one");
        if (secret.length() < GUESSABLE_LENGTH) {
            LOG.warn("The secret of local client " + id + " has fewer than " + GUESSABLE_LENGTH
                    + " characters and can be guessed: generate one");
        }
        return SecretDigest.of(secret);
    }

    private static CertificatePattern certificate(String id, String pattern) {
        try {
            return CertificatePattern.parse(pattern.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the certificate of local client " + id + " " + e.getMessage());
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
        require(ScopePattern.anyAllows(scopes, scope),
                "local client " + id + " has a default scope that it may not have: its scopes are " + list(scopes));
        return scope;
    }

    private static String list(List<ScopePattern> patterns) {
        return patterns.stream().map(ScopePattern::toString).collect(Collectors.joining(","));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}

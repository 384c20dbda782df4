package dev.leantokens.issuer;

import static dev.leantokens.issuer.RefusedTokenException.require;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the claims of a token that this service knows: those of RFC 7519 §4.1, RFC 7800, RFC 8693 §4.2. */
final class TokenClaims {

    /** How far the clocks of the issuer and of this machine may differ. */
    static final Duration SKEW = Duration.ofSeconds(30);

    /** The last second of the year 9999: later ones are no dates. */
    private static final double LAST_SECOND = 253_402_300_799d;
    private static final int MILLIS = 1_000;

    private static final int MAX_NAME_LENGTH = 256;
    /** A SHA-256 in base64url. */
    private static final Pattern THUMBPRINT = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final Map<String, Object> claims;

    TokenClaims(Map<String, Object> claims) {
        this.claims = claims;
    }

    Optional<String> issuer() {
        return claims.get("iss") instanceof String issuer ? Optional.of(issuer) : Optional.empty();
    }

    /**
     * @return when the token expires
     * @throws RefusedTokenException unless the token is valid now
     */
    Instant checkTimes(Instant now) throws RefusedTokenException {
        Instant expiresAt = time("exp").orElseThrow(() -> new RefusedTokenException("the token does not expire (exp)"));
        require(isBefore(now, expiresAt), "the token has expired (exp)");
        Instant latestStart = now.plus(SKEW);
        require(time("nbf").filter(latestStart::isBefore).isEmpty(), "the token is not yet valid (nbf)");
        require(time("iat").filter(latestStart::isBefore).isEmpty(), "the token was issued in the future (iat)");
        return expiresAt;
    }

    /** @return whether a token that expires then is still valid */
    static boolean isBefore(Instant now, Instant expiresAt) {
        return now.minus(SKEW).isBefore(expiresAt);
    }

    private Optional<Instant> time(String claim) throws RefusedTokenException {
        Object value = claims.get(claim);
        if (value == null && !claims.containsKey(claim)) {
            return Optional.empty();
        }
        require(value instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() <= LAST_SECOND,
                "a time in the token is not a number of seconds since 1970 (" + claim + ")");
        return Optional.of(value instanceof Long seconds ? Instant.ofEpochSecond(seconds)
                : Instant.ofEpochMilli((long) (((Number) value).doubleValue() * MILLIS)));
    }

    /**
     * @return the audiences: at least one
     * @throws RefusedTokenException if the claim is missing or malformed (RFC 7519 §4.1.3)
     */
    Set<String> audiences() throws RefusedTokenException {
        Object value = claims.get("aud");
        List<?> values = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
        require(!values.isEmpty() && values.stream().allMatch(String.class::isInstance),
                "the token has no audience, or one that is not a string (aud)");
        Set<String> audiences = new LinkedHashSet<>();
        values.forEach(audience -> audiences.add((String) audience));
        return audiences;
    }

    String subject() throws RefusedTokenException {
        require(claims.get("sub") instanceof String subject && !subject.isEmpty(), "the token has no subject (sub)");
        return (String) claims.get("sub");
    }

    /** Without line ends or look-alikes of them, as it is written to the log, and without spaces that cannot be seen there. */
    String name(ClaimName claim) throws RefusedTokenException {
        Object value = claim.valueIn(claims);
        require(value instanceof String name && !name.isEmpty() && name.length() <= MAX_NAME_LENGTH
                && name.chars().allMatch(c -> c >= ' ' && c <= '~') && name.equals(name.strip()),
                "the claim with the caller's name is not a string of printable ASCII characters, or it is too long");
        return (String) value;
    }

    /**
     * @return the thumbprint of the certificate that the token is bound to (RFC 8705 §3.1)
     * @throws RefusedTokenException if it is bound in another way, which this service cannot check
     */
    Optional<String> certificate() throws RefusedTokenException {
        if (!claims.containsKey("cnf")) {
            return Optional.empty();
        }
        require(claims.get("cnf") instanceof Map<?, ?> confirmation && confirmation.size() == 1
                && confirmation.get("x5t#S256") instanceof String thumbprint && THUMBPRINT.matcher(thumbprint).matches(),
                "the token is bound to something other than a certificate (cnf), such as a key of DPoP, which this service "
                        + "does not check");
        return Optional.of((String) ((Map<?, ?>) claims.get("cnf")).get("x5t#S256"));
    }

    /** @return the values of {@code scope} (RFC 8693 §4.2) and of {@code scp}, which some issuers use; others are ignored */
    Set<String> oauthScopes() {
        Set<String> scopes = new LinkedHashSet<>();
        addScopes(claims.get("scope"), scopes);
        addScopes(claims.get("scp"), scopes);
        return scopes;
    }

    private static void addScopes(Object value, Set<String> scopes) {
        if (value instanceof String text) {
            List.of(text.split(" ")).stream().filter(scope -> !scope.isEmpty()).forEach(scopes::add);
        } else if (value instanceof List<?> list) {
            list.stream().filter(String.class::isInstance).forEach(scope -> scopes.add((String) scope));
        }
    }
}

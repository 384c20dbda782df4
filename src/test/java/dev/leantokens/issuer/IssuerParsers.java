package dev.leantokens.issuer;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.jose4j.jwk.PublicJsonWebKey;

import dev.leantokens.hostile.input.Parser;
import dev.leantokens.hostile.input.Refusals;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

/** Parsers of signed tokens and of issuers' keys. */
public final class IssuerParsers {

    public static final Map<String, Parser> ALL = Map.of("jwt", IssuerParsers::token, "jwt-parts", IssuerParsers::parts,
            "jwk-set", IssuerParsers::keys, "claim-pattern", IssuerParsers::claimPattern);

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final ScopeTemplate TEMPLATE = ScopeTemplate.of("customer.{lean_customer}");
    private static final ClaimName NAME = ClaimName.of("/nested/name");

    /** A header with an algorithm, a claim, and any signature. */
    private static final Pattern USUAL = Pattern.compile(Pattern.quote(encoded("{\"alg\":\"RS256\"}") + "."
            + encoded("{\"exp\":1772366700}")) + "\\.(?:[A-Za-z0-9_-]{4})+");

    private IssuerParsers() {
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    private static void token(byte[] input) {
        check(new String(input, ISO_8859_1));
    }

    /** Lines: the header and the claims of a token, which are encoded here. */
    private static void parts(byte[] input) {
        String text = new String(input, ISO_8859_1);
        int end = text.indexOf('\n');
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        check(encoder.encodeToString(text.substring(0, Math.max(end, 0)).getBytes(ISO_8859_1)) + "."
                + encoder.encodeToString(text.substring(end + 1).getBytes(ISO_8859_1)) + ".AAAA");
    }

    private static void check(String text) {
        SignedToken token;
        try {
            token = SignedToken.read(text);
        } catch (RefusedTokenException e) {
            refused(e);
            require(!USUAL.matcher(text).matches(), "a usual token is accepted");
            return;
        }
        String[] parts = text.split("\\.", -1);
        require(parts.length == 3 && text.length() <= 8192 && JwtShape.matches(text) == isJsonObject(parts[0]),
                "a token has three parts");
        for (String part : parts) {
            require(Base64.getUrlEncoder().withoutPadding().encodeToString(Base64.getUrlDecoder().decode(part)).equals(part),
                    "a token has one text");
        }
        require(IssuerSettings.ALGORITHMS.contains(token.algorithm()), "the algorithm is one of those that are accepted");
        TokenClaims claims = new TokenClaims(token.claims());
        claims.issuer();
        claims.oauthScopes();
        each(() -> {
            require(claims.checkTimes(NOW).isAfter(NOW.minusSeconds(31)), "an expired token is refused");
            for (String claim : List.of("nbf", "iat")) {
                require(!token.claims().containsKey(claim) || token.claims().get(claim) instanceof Number time
                        && time.doubleValue() < NOW.getEpochSecond() + 32, "a token of the future is refused");
            }
            require(((Number) token.claims().get("exp")).doubleValue() > NOW.getEpochSecond() - 32,
                    "the time is that of the token");
        });
        each(() -> require(!claims.audiences().isEmpty(), "a token has an audience"));
        each(() -> require(!claims.subject().isEmpty(), "a token has a subject"));
        each(() -> require(claims.name(NAME).matches("[\\x21-\\x7E]([\\x20-\\x7E]*[\\x21-\\x7E])?"), "a name is printable"));
        each(() -> claims.certificate()
                .ifPresent(thumbprint -> require(thumbprint.length() == 43, "a thumbprint is complete")));
        TEMPLATE.entitlement(token.claims()).ifPresent(IssuerParsers::checkEntitlement);
    }

    private static boolean isJsonObject(String header) {
        return header.startsWith("ey") || header.startsWith("ew");
    }

    /** A claim with a star or a dot must not widen what the caller may request. */
    private static void checkEntitlement(ScopePattern entitlement) {
        require(entitlement.toString().matches("customer\\.[A-Za-z0-9_-]{1,128}"), "a claim is one id");
        require(!ScopePattern.anyAllows(List.of(entitlement), Scope.API), "a customer's token is no token for the API");
    }

    private interface Claim {
        void read() throws RefusedTokenException;
    }

    private static void each(Claim claim) {
        try {
            claim.read();
        } catch (RefusedTokenException e) {
            refused(e);
        }
    }

    private static void refused(RefusedTokenException e) {
        Refusals.check("jwt", e.getMessage());
        require(e.getCause() == null, "a cause could quote the token");
    }

    private static void keys(byte[] input) {
        try {
            List<PublicJsonWebKey> keys = KeySet.parse(new String(input, UTF_8)).keys();
            require(!keys.isEmpty() && keys.size() <= 100, "a set has a limited number of keys");
            for (PublicJsonWebKey key : keys) {
                require(key.getPrivateKey() == null && Set.of("RSA", "EC", "OKP").contains(key.getKeyType()),
                        "a key is public");
                require(!(key.getPublicKey() instanceof RSAPublicKey rsa) || rsa.getModulus().bitLength() >= 2048
                        && rsa.getModulus().bitLength() <= 4096, "a key of RSA is neither short nor slow");
            }
        } catch (KeysException e) {
            require(e.getCause() == null, "a cause could quote the keys");
            Refusals.check("jwk-set", e.getMessage());
        }
    }

    /** Lines: a pattern, and values. */
    private static void claimPattern(byte[] input) {
        String[] lines = new String(input, UTF_8).split("\n", -1);
        ClaimPattern pattern;
        try {
            pattern = ClaimPattern.of(lines[0]);
        } catch (IllegalArgumentException e) {
            return;
        }
        for (String value : List.of(lines).subList(1, lines.length)) {
            boolean matches = pattern.matches(value);
            require(matches == pattern.matches(List.of("", value)) || pattern.matches(""), "one value of a list suffices");
            require(!value.equals(lines[0]) || lines[0].indexOf('*') >= 0 || matches, "a text matches itself");
            require(!matches || lines[0].indexOf('*') >= 0 || value.equals(lines[0]), "without a star, only the text matches");
        }
    }
}

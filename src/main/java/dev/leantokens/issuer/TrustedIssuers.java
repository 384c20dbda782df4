package dev.leantokens.issuer;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import org.jose4j.jwk.PublicJsonWebKey;

import dev.leantokens.issuer.RememberedTokens.Digest;
import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Verified;

/**
 * The trusted issuers, as they are configured at one time. Immutable, except for the tokens that it remembers.
 * <p>
 * Issuers with the same {@code iss} are one: they have the same keys, and a token must fit exactly one of them.
 */
final class TrustedIssuers implements TokenVerifier {

    private final RememberedTokens remembered = new RememberedTokens();
    private final Map<String, TrustedIssuer> issuers = new HashMap<>();
    private final int size;
    private final Clock clock;

    /**
     * @param keys called once, if the settings are valid, with the first ones of each {@code iss}; returns the keys by their
     *        ids
     * @throws IllegalArgumentException if two have the same id, or the same issuer and different keys; the message is for an
     *         operator
     */
    TrustedIssuers(List<IssuerSettings> settings, Function<List<IssuerSettings>, Map<String, IssuerKeys>> keys, Clock clock) {
        this.size = settings.size();
        this.clock = clock;
        Set<String> ids = new HashSet<>();
        Map<String, List<IssuerSettings>> byIssuer = new LinkedHashMap<>();
        for (IssuerSettings issuer : settings) {
            if (!ids.add(issuer.id())) {
                throw new IllegalArgumentException("issuer " + issuer.id() + " is configured twice");
            }
            List<IssuerSettings> same = byIssuer.computeIfAbsent(issuer.issuer(), unknown -> new ArrayList<>());
            same.add(issuer);
            if (!issuer.hasKeysOf(same.get(0))) {
                throw new IllegalArgumentException("issuers " + same.get(0).id() + " and " + issuer.id() + " have the same "
                        + "issuer, so their jwks-url, jwks-file, algorithms, ca, proxy-url and token-file must be the same");
            }
        }
        Map<String, IssuerKeys> keysById = keys.apply(byIssuer.values().stream().map(same -> same.get(0)).toList());
        byIssuer.forEach((name, same) -> issuers.put(name, new TrustedIssuer(same, keysById.get(same.get(0).id()))));
    }

    @Override
    public Verification verify(String token, Optional<String> resource) {
        if (token.length() > SignedToken.MAX_LENGTH) {
            return new Refused("the token is longer than " + SignedToken.MAX_LENGTH + " characters");
        }
        Instant now = clock.instant();
        Digest digest = remembered.digest(token, resource);
        Optional<Verified> known = remembered.find(digest, now);
        if (known.isPresent()) {
            return known.get();
        }
        try {
            return verify(token, resource, digest, now);
        } catch (RefusedTokenException e) {
            return new Refused(e.getMessage());
        }
    }

    private Verification verify(String text, Optional<String> resource, Digest digest, Instant now)
            throws RefusedTokenException {
        SignedToken token = SignedToken.read(text);
        TrustedIssuer issuer = new TokenClaims(token.claims()).issuer().map(issuers::get).orElseThrow(
                () -> new RefusedTokenException("the issuer of the token (iss) is not trusted here"));
        Optional<List<PublicJsonWebKey>> keys = issuer.currentKeys();
        Verification verification = issuer.verify(token, keys, resource, now);
        if (verification instanceof Verified verified) {
            remembered.remember(digest, verified, issuer, keys, now);
        }
        return verification;
    }

    @Override
    public int issuers() {
        return size;
    }

    /** @return the number of tokens that are remembered */
    int remembered() {
        return remembered.size();
    }
}

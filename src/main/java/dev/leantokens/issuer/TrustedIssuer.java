package dev.leantokens.issuer;

import static dev.leantokens.issuer.RefusedTokenException.require;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jboss.logging.Logger;
import org.jose4j.jwk.PublicJsonWebKey;

import dev.leantokens.issuer.Verification.Pending;
import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Unavailable;
import dev.leantokens.issuer.Verification.Verified;

/** Verifies the tokens of one issuer, which are those of one {@code iss}. Thread-safe. */
final class TrustedIssuer {

    private static final Logger LOG = Logger.getLogger(TrustedIssuer.class);

    private static final Duration LOG_INTERVAL = Duration.ofHours(1);

    private final IssuerKeys keys;
    private final Set<String> algorithms;
    private final List<IssuerCallers> callers;
    private volatile Instant nextLineOnAmbiguity = Instant.MIN;

    /** @param settings at least one, all with the same issuer and keys */
    TrustedIssuer(List<IssuerSettings> settings, IssuerKeys keys) {
        this.keys = keys;
        this.algorithms = settings.get(0).algorithms();
        this.callers = settings.stream().map(IssuerCallers::new).toList();
    }

    /** @return the keys in memory; the same list until they change */
    Optional<List<PublicJsonWebKey>> currentKeys() {
        return keys.current();
    }

    /**
     * Checks times, audience and key before the signature, which costs most.
     *
     * @param current from {@link #currentKeys}
     * @param resource the only audience to accept; empty for those of the settings
     * @throws RefusedTokenException if the token is not accepted
     */
    Verification verify(SignedToken token, Optional<List<PublicJsonWebKey>> current, Optional<String> resource, Instant now)
            throws RefusedTokenException {
        require(algorithms.contains(token.algorithm()), "the algorithm of the token (alg) is not accepted");
        TokenClaims claims = new TokenClaims(token.claims());
        Instant expiresAt = claims.checkTimes(now);
        List<IssuerCallers> meant = meant(claims.audiences(), resource);
        if (current.isEmpty()) {
            return ask(current, new Unavailable());
        }
        Optional<Verification> fault = verifySignature(token, current.get());
        // Only a caller with a genuine token learns which claims are accepted.
        return fault.isPresent() ? fault.get() : new Verified(only(meant, token, now).identity(token, expiresAt));
    }

    private List<IssuerCallers> meant(Set<String> audiences, Optional<String> resource) throws RefusedTokenException {
        List<IssuerCallers> meant = callers.stream()
                .filter(caller -> resource.map(audiences::contains)
                        .orElseGet(() -> caller.audiences().stream().anyMatch(audiences::contains)))
                .toList();
        require(!meant.isEmpty(), "the token is for another audience (aud)");
        return meant;
    }

    /** @return the settings that the token fits; two would give one caller two names and the scopes of both */
    private IssuerCallers only(List<IssuerCallers> meant, SignedToken token, Instant now) throws RefusedTokenException {
        List<IssuerCallers> fitting = meant.stream().filter(caller -> caller.include(token.claims())).toList();
        require(!fitting.isEmpty(), "the claims of the token are not those of a caller of this service");
        if (fitting.size() > 1) {
            logAmbiguity(fitting, now);
        }
        require(fitting.size() == 1, "the token fits several issuers in the configuration of this service");
        return fitting.get(0);
    }

    /** @return what is wrong; empty if the signature is right */
    private Optional<Verification> verifySignature(SignedToken token, List<PublicJsonWebKey> current)
            throws RefusedTokenException {
        List<PublicJsonWebKey> named = VerificationKeys.named(token.keyId(), current);
        List<PublicJsonWebKey> fitting = VerificationKeys.fitting(token.algorithm(), named);
        boolean namesAKey = token.keyId().isPresent();
        if (namesAKey ? named.isEmpty() : fitting.isEmpty()) {
            return Optional.of(ask(Optional.of(current), keys.mayBeOutdated() ? new Unavailable()
                    : new Refused("the key of the token (kid) is not one of its issuer")));
        }
        require(!fitting.isEmpty(), "the key of the token (kid) is not for its algorithm (alg)");
        require(namesAKey || fitting.size() == 1, "the token does not name its key (kid), and several fit");
        require(fitting.size() <= KeySet.MAX_KEYS_WITH_ONE_ID,
                "several keys of the issuer have the id of the token's key (kid)");
        if (fitting.stream().anyMatch(key -> token.isSignedBy(key.getPublicKey()))) {
            return Optional.empty();
        }
        Refused wrong = new Refused("the signature of the token is wrong");
        // The key of an issuer that names none may have been replaced.
        return Optional.of(namesAKey ? wrong : ask(Optional.of(current), wrong));
    }

    /** @return pending, or the other result if the issuer cannot be asked again now */
    private Verification ask(Optional<List<PublicJsonWebKey>> current, Verification otherwise) {
        return keys.refresh(current).<Verification> map(Pending::new).orElse(otherwise);
    }

    private void logAmbiguity(List<IssuerCallers> fitting, Instant now) {
        if (!now.isBefore(nextLineOnAmbiguity)) {
            nextLineOnAmbiguity = now.plus(LOG_INTERVAL);
            LOG.error("A token fits the issuers " + fitting.stream().map(IssuerCallers::id).collect(Collectors.joining(", "))
                    + " and is refused: change their claims so that each token fits one of them. Different audiences suffice "
                    + "without MCP_OAUTH_RESOURCE only, which is the one audience over MCP");
        }
    }
}
